package io.liveline.bus.redis;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;

import io.liveline.bus.BusMeters;
import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.Page;
import io.liveline.bus.Topic;
import io.liveline.bus.internal.ListenerGroup;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * What this process has heard of one topic, and who here listens to it. Pub/sub may lose and repeat; the offsets show
 * it, and the log gives back what is missing. Confined to the bus's event loop.
 */
final class TopicFeed {

    /** The last event told to the listeners. Its time tells it from another event that was given the same offset. */
    record Position(Cursor cursor, long timeMillis) {}

    final Topic topic;
    final ListenerGroup listeners = new ListenerGroup();

    private final Function<Position, Future<Page>> log;
    private final int mostHeld;
    private final BusMeters meters;
    // Events that came over pub/sub while the log was being read.
    private final Deque<Event> held = new ArrayDeque<>();
    private Position position;
    private Promise<Void> reading;
    private boolean again;
    private long idleSinceNanos;

    /**
     * @param log reads on from a position, a page at a time; from null it tells only where the log ends
     * @param mostHeld how many events are held while the log is read; with more of them it is read again instead
     */
    TopicFeed(Topic topic, Function<Position, Future<Page>> log, int mostHeld, BusMeters meters) {
        this.topic = topic;
        this.log = log;
        this.mostHeld = mostHeld;
        this.meters = meters;
    }

    void add(Listener listener, BusState state) {
        listeners.add(listener);
        ListenerGroup.tell(listener, l -> l.state(state));
        if (position != null) {
            ListenerGroup.tell(listener, l -> l.started(position.cursor()));
        }
    }

    void remove(Listener listener, long nowNanos) {
        listeners.remove(listener);
        idleSinceNanos = nowNanos;
    }

    boolean isIdleFor(long nanos, long nowNanos) {
        return listeners.isEmpty() && nowNanos - idleSinceNanos > nanos;
    }

    /**
     * An event came over pub/sub.
     *
     * @return false when there is a hole before it: the caller has to see to {@link #catchUp}
     */
    boolean heard(Event event) {
        if (position == null || reading != null) {
            hold(event);
            return true;
        }
        return next(event);
    }

    /**
     * Reads the log up to its end: at the start, where pub/sub left a hole, and after each reconnect.
     *
     * @return fails when the log could not be read; the caller has to try again then
     */
    Future<Void> catchUp() {
        again = true;
        if (reading != null) {
            return reading.future();
        }
        Promise<Void> mine = Promise.promise();
        reading = mine;
        readOn().onComplete(done -> {
            reading = null;
            mine.handle(done);
        });
        return mine.future();
    }

    private Future<Void> readOn() {
        again = false;
        Position before = position;
        return log.apply(before).compose(page -> {
            if (before == null) {
                start(page);
            } else {
                apply(page);
            }
            boolean more = !position.cursor().equals(page.end()) && !position.equals(before);
            return more || again || !takeHeld() ? readOn() : Future.succeededFuture();
        });
    }

    private void start(Page page) {
        position = new Position(page.end(), 0);
        listeners.tell(listener -> listener.started(page.end()));
    }

    private void apply(Page page) {
        if (!page.complete()) {
            Gap gap = new Gap(position.cursor(), page.start());
            position = new Position(page.start(), 0);
            meters.gap();
            listeners.tell(listener -> listener.gap(gap));
        }
        for (Event event : page.events()) {
            meters.repaired();
            tell(event);
        }
    }

    private void hold(Event event) {
        if (held.size() < mostHeld) {
            held.add(event);
        } else {
            held.clear();
            again = true;
        }
    }

    private boolean takeHeld() {
        for (Event event = held.poll(); event != null; event = held.poll()) {
            if (!next(event)) {
                held.clear();
                return false;
            }
        }
        return true;
    }

    /** @return false, and nothing is told, when the event is not the next one */
    private boolean next(Event event) {
        Cursor at = position.cursor();
        if (!event.cursor().sameLife(at)) {
            return false;
        }
        if (event.cursor().offset() > at.offset() + 1) {
            return false;
        }
        if (event.cursor().offset() == at.offset() + 1) {
            tell(event);
        }
        return true;
    }

    private void tell(Event event) {
        position = new Position(event.cursor(), event.timeMillis());
        meters.delivered();
        listeners.tell(listener -> listener.event(event));
    }
}
