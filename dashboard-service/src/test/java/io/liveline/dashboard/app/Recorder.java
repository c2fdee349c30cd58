package io.liveline.dashboard.app;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.Topic;

import static org.awaitility.Awaitility.await;

/** Listener that records the events of a topic. */
public final class Recorder implements Listener {

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private volatile boolean started;

    /** Subscribes, and waits until delivery has begun. */
    public static Recorder on(EventBus bus, Topic topic) {
        Recorder recorder = new Recorder();
        bus.subscribe(topic, recorder);
        await().until(() -> recorder.started);
        return recorder;
    }

    public List<Event> events() {
        return events;
    }

    public List<String> data() {
        return events.stream().map(Event::data).toList();
    }

    /** Waits for this event; every earlier event has then been delivered or never will be. */
    public void awaitEvent(String data) {
        await().until(() -> data().contains(data));
    }

    @Override
    public void started(Cursor position) {
        started = true;
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
