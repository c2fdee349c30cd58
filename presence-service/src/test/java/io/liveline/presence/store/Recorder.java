package io.liveline.presence.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.Topic;

/** Listener that records the events of a topic. */
public final class Recorder implements Listener {

    public final List<Event> events = new CopyOnWriteArrayList<>();
    private final CountDownLatch started = new CountDownLatch(1);

    public static Recorder on(EventBus bus, Topic topic) throws InterruptedException {
        Recorder recorder = new Recorder();
        bus.subscribe(topic, recorder);
        if (!recorder.started.await(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("not started");
        }
        return recorder;
    }

    @Override
    public void started(Cursor position) {
        started.countDown();
    }

    @Override
    public void event(Event event) {
        events.add(event);
    }

    @Override
    public void gap(Gap gap) {
        throw new IllegalStateException("gap: " + gap);
    }
}
