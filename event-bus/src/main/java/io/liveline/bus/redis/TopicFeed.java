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
 * Delivery of one topic to its listeners in this process. Pub/sub may lose and repeat messages; offsets reveal this,
 * and missing events are read from the log. Confined to the bus's event loop.
 */
final class TopicFeed {

    /** Last event that was delivered. Its time distinguishes it from a later event with the same offset. */
    record Position(Cursor cursor, long timeMillis) {}

    final Topic topic;
    final ListenerGroup listeners = new ListenerGroup();

    private final Function<Position, Future<Page>> log;
    private final int maxBuffered;
    private final BusMeters meters;
    // Events that arrived over pub/sub while the log was being read.
    private final Deque<Event> buffered = new ArrayDeque<>();
    private Position position;
    private Promise<Void> reading;
    private boolean readAgain;
    // Pub/sub may have lost events; false if a listener asks for those that are still on their way.
    private boolean repairing;
    private long idleSinceNanos;

    /**
     * @param log reader of one page after a position; for null it returns only the end of the log
     * @param maxBuffered maximum number of events buffered while the log is read; with more, the log is read again
     */
    TopicFeed(Topic topic, Function<Position, Future<Page>> log, int maxBuffered, BusMeters meters) {
        this.topic = topic;
        this.log = log;
        this.maxBuffered = maxBuffered;
        this.meters = meters;
    }

    void add(Listener listener, BusState state) {
        listeners.add(listener);
        ListenerGroup.deliver(listener, l -> l.state(state));
        if (position != null) {
            ListenerGroup.deliver(listener, l -> l.started(position.cursor()));
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
     * Receives an event from pub/sub.
     *
     * @return false if events before it are missing: the caller must start {@link #catchUp}
     */
    boolean receive(Event event) {
        if (position == null || reading != null) {
            buffer(event);
            return true;
        }
        return deliverIfNext(event);
    }

    /**
     * Reads the log up to its end: at the start, after a loss in pub/sub, after each reconnect, and on request.
     *
     * @param afterLoss whether pub/sub may have lost events, so that those in the log count as repaired
     * @return completion; fails if the log could not be read, and the caller must then try again
     */
    Future<Void> catchUp(boolean afterLoss) {
        readAgain = true;
        repairing |= afterLoss;
        if (reading != null) {
            return reading.future();
        }
        Promise<Void> promise = Promise.promise();
        reading = promise;
        readToEnd().onComplete(done -> {
            reading = null;
            repairing = false;
            promise.handle(done);
        });
        return promise.future();
    }

    private Future<Void> readToEnd() {
        readAgain = false;
        Position before = position;
        return log.apply(before).compose(page -> {
            if (before == null) {
                start(page);
            } else {
                apply(page);
            }
            boolean more = !position.cursor().equals(page.end()) && !position.equals(before);
            return more || readAgain || !deliverBuffered() ? readToEnd() : Future.succeededFuture();
        });
    }

    private void start(Page page) {
        position = new Position(page.end(), 0);
        listeners.deliver(listener -> listener.started(page.end()));
    }

    private void apply(Page page) {
        if (!page.complete()) {
            Gap gap = new Gap(position.cursor(), page.start());
            position = new Position(page.start(), 0);
            meters.gaps.increment();
            listeners.deliver(listener -> listener.gap(gap));
        }
        for (Event event : page.events()) {
            if (repairing) {
                meters.repaired.increment();
            }
            deliver(event);
        }
    }

    private void buffer(Event event) {
        if (buffered.size() < maxBuffered) {
            buffered.add(event);
        } else {
            buffered.clear();
            readAgain = true;
        }
    }

    private boolean deliverBuffered() {
        for (Event event = buffered.poll(); event != null; event = buffered.poll()) {
            if (!deliverIfNext(event)) {
                buffered.clear();
                return false;
            }
        }
        return true;
    }

    /**
     * Delivers an event if it is the next one, and ignores one that was delivered before.
     *
     * @return false if events before it are missing or it is from another life of the log
     */
    private boolean deliverIfNext(Event event) {
        Cursor at = position.cursor();
        if (!event.cursor().sameLife(at)) {
            return false;
        }
        if (event.cursor().offset() > at.offset() + 1) {
            return false;
        }
        if (event.cursor().offset() == at.offset() + 1) {
            deliver(event);
        }
        return true;
    }

    private void deliver(Event event) {
        position = new Position(event.cursor(), event.timeMillis());
        meters.delivered.increment();
        listeners.deliver(listener -> listener.event(event));
    }
}
