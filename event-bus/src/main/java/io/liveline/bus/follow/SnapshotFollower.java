package io.liveline.bus.follow;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.Subscription;
import io.liveline.bus.Topic;
import io.smallrye.mutiny.Uni;

/**
 * Follower of a state in a store, whose changes are the events of a topic: reads a snapshot, then applies every event
 * after its cursor once and in order. After a gap it reads another snapshot. At most one read is in progress. All work
 * is done by one executor, which runs tasks one at a time and in order: an event loop, or a lock.
 *
 * @param <S> snapshot
 */
public final class SnapshotFollower<S> implements Listener, AutoCloseable {

    /**
     * Replica's copy of the state.
     *
     * @param <S> snapshot
     */
    public interface Copy<S> {

        /** Reads a snapshot of the store. */
        Uni<S> read();

        /** Replaces the copy by a snapshot. Returns the cursor of the last event that the copy now contains. */
        Cursor install(S snapshot);

        /** Applies the next event. */
        void apply(Event event);

        /** Reports that the copy has caught up, as {@link SnapshotFollower#confirmed} shows. */
        default void caughtUp() {}

        /** Reports that reading or subscribing failed, or the copy itself. It is repeated. */
        void failed(Throwable failure);

        /** Reports a change of the bus's state. */
        default void state(BusState state) {}
    }

    private enum Read {
        MISSED_EVENTS,
        SNAPSHOT
    }

    private final EventBus bus;
    private final Topic topic;
    private final Copy<S> copy;
    private final Executor executor;
    private final int maxHeld;
    // Events that cannot be applied before a snapshot has been read.
    private final Deque<Event> held = new ArrayDeque<>();
    private volatile long reads;
    private volatile long confirmed;
    private Subscription subscription;
    private boolean started;
    private boolean closed;
    // Last event that the copy contains; null if only another snapshot can tell.
    private Cursor at;
    // The read in progress, and the one to begin after it.
    private Read reading;
    private Read wanted;

    /** @param maxHeld maximum number of events kept while a snapshot is read; with more, another one is read */
    public SnapshotFollower(EventBus bus, Topic topic, Copy<S> copy, Executor executor, int maxHeld) {
        this.bus = bus;
        this.topic = topic;
        this.copy = copy;
        this.executor = executor;
        this.maxHeld = maxHeld;
    }

    /** Subscribes, and reads the first snapshot. */
    public void start() {
        run(this::readNext);
    }

    /** Returns the number of the read that confirms a request at this moment. May be called from any thread. */
    public long nextRead() {
        return reads + 1;
    }

    /**
     * Returns the number of the last read that succeeded: the copy contains everything that was published before it
     * began. May be called from any thread.
     */
    public long confirmed() {
        return confirmed;
    }

    /**
     * Returns whether the copy contains every event that was delivered, and no read is in progress or requested. Must be
     * called by the executor.
     */
    public boolean isCurrent() {
        return at != null && reading == null && wanted == null;
    }

    /** Catches up with the store by a read that begins after this call. It reads a snapshot only if it must. */
    public void confirm() {
        run(() -> want(Read.MISSED_EVENTS));
    }

    /** Reads another snapshot. */
    public void refresh() {
        run(() -> want(Read.SNAPSHOT));
    }

    /** Repeats what failed. To be called periodically; the next request repeats it as well. */
    public void retry() {
        run(this::readNext);
    }

    /** Ends the subscription. The copy is not called any more. */
    @Override
    public void close() {
        run(() -> {
            closed = true;
            if (subscription != null) {
                subscription.close();
            }
        });
    }

    @Override
    public void started(Cursor position) {
        run(() -> {
            started = true;
            want(Read.SNAPSHOT);
        });
    }

    @Override
    public void event(Event event) {
        run(() -> receive(event));
    }

    @Override
    public void gap(Gap gap) {
        run(this::lost);
    }

    @Override
    public void state(BusState state) {
        run(() -> copy.state(state));
    }

    private void receive(Event event) {
        boolean holding = at == null || reading == Read.SNAPSHOT;
        if (holding && held.size() < maxHeld) {
            held.add(event);
        } else if (holding || !event.cursor().sameLife(at) || event.cursor().offset() > at.offset() + 1) {
            lost();
        } else if (event.cursor().offset() > at.offset()) {
            at = event.cursor();
            copy.apply(event);
        }
    }

    /** Requests a snapshot, which contains all events up to now. */
    private void lost() {
        at = null;
        held.clear();
        want(Read.SNAPSHOT);
    }

    private void want(Read read) {
        wanted = wanted == Read.SNAPSHOT ? wanted : read;
        readNext();
    }

    private void readNext() {
        if (subscription == null) {
            subscription = bus.subscribe(topic, this);
        } else if (started && reading == null && wanted != null) {
            reading = at == null ? Read.SNAPSHOT : wanted;
            wanted = null;
            long number = ++reads;
            if (reading == Read.SNAPSHOT) {
                read(number, Uni.createFrom().deferred(copy::read), snapshot -> at = copy.install(snapshot));
            } else {
                read(number, Uni.createFrom().deferred(subscription::catchUp), missedEventsAreApplied -> {});
            }
        }
    }

    private <T> void read(long number, Uni<T> read, Consumer<T> use) {
        read.subscribe()
                .with(
                        result -> run(() -> {
                            reading = null;
                            use.accept(result);
                            applyHeld();
                            caughtUp(number);
                        }),
                        failure -> run(() -> failed(failure)));
    }

    private void caughtUp(long number) {
        if (at != null) {
            confirmed = number;
            copy.caughtUp();
        }
        readNext();
    }

    private void failed(Throwable failure) {
        wanted = wanted == Read.SNAPSHOT ? wanted : reading;
        reading = null;
        applyHeld();
        copy.failed(failure);
    }

    private void applyHeld() {
        while (at != null && !held.isEmpty()) {
            receive(held.poll());
        }
    }

    private void run(Runnable task) {
        executor.execute(() -> {
            if (!closed) {
                try {
                    task.run();
                } catch (RuntimeException failure) {
                    // Another snapshot repairs the copy; not at once, because it may fail as well.
                    at = null;
                    wanted = Read.SNAPSHOT;
                    copy.failed(failure);
                }
            }
        });
    }
}
