package io.liveline.bus;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.awaitility.core.ConditionFactory;

import static org.awaitility.Awaitility.await;

/** Listener that records all its calls, in order. */
public final class Recorder implements Listener {

    private final List<Object> all = new ArrayList<>();

    @Override
    public synchronized void started(Cursor position) {
        all.add(position);
    }

    @Override
    public synchronized void event(Event event) {
        all.add(event);
    }

    @Override
    public synchronized void gap(Gap gap) {
        all.add(gap);
    }

    @Override
    public synchronized void state(BusState state) {
        all.add(state);
    }

    /** Returns the recorded values of one type, in order. */
    public synchronized <T> List<T> all(Class<T> kind) {
        return all.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Returns the data of all events, in order. */
    public List<String> data() {
        return all(Event.class).stream().map(Event::data).toList();
    }

    /** Waits until delivery has started, and returns its position. */
    public Cursor awaitStarted() {
        return patiently()
                .until(() -> all(Cursor.class), started -> !started.isEmpty())
                .get(0);
    }

    /** Waits until this event is delivered: all events before it have been delivered by then, or never will be. */
    public void awaitEvent(String data) {
        patiently().until(() -> data().contains(data));
    }

    /** Waits until the last reported state is this one. */
    public void awaitState(BusState state) {
        patiently().until(() -> {
            List<BusState> states = all(BusState.class);
            return !states.isEmpty() && states.get(states.size() - 1) == state;
        });
    }

    private static ConditionFactory patiently() {
        return await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofMinutes(1));
    }
}
