package io.liveline.bus.follow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Supplier;

import io.liveline.bus.BusState;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.Page;
import io.liveline.bus.Subscription;
import io.liveline.bus.Topic;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;

/**
 * Model of a store that publishes its changes, of the bus, and of a replica's copy. Nothing happens by itself: the test
 * delivers each event and answers each read. The state is the list of all changes in this life of the log.
 */
final class FollowedStore implements EventBus, SnapshotFollower.Copy<FollowedStore.Snapshot> {

    static final Topic TOPIC = new Topic("followed");

    record Snapshot(Cursor cursor, List<String> changes) {}

    /** A read in progress. */
    private record Pending(boolean snapshot, Runnable answer, UniEmitter<?> emitter) {}

    final SnapshotFollower<Snapshot> follower;

    // -- the copy, and what was reported
    final List<String> copied = new ArrayList<>();
    final List<Throwable> failures = new ArrayList<>();
    final List<BusState> states = new ArrayList<>();
    Cursor copiedAt;
    long confirmed;
    int applied;
    boolean failsToApply;
    boolean failsToInstall;

    // -- the store and the bus
    boolean subscribed;
    boolean full;
    // Reads throw before they begin.
    boolean broken;
    boolean closed;
    // Event data by offset - 1.
    private final List<String> changes = new ArrayList<>();
    private final Deque<Object> wire = new ArrayDeque<>();
    // Thread-safe: a replay repeats a read on another thread.
    private final Deque<Pending> reads = new ConcurrentLinkedDeque<>();
    // The end of the log when each read began, by the number of the read.
    private final Map<Long, Cursor> began = new HashMap<>();
    private int readsBegun;
    private int life;
    // Last position on the wire.
    private Cursor sent = end();

    FollowedStore(int maxHeld) {
        follower = new SnapshotFollower<>(this, TOPIC, this, Runnable::run, maxHeld);
    }

    Cursor end() {
        return new Cursor("life" + life, changes.size());
    }

    void publish() {
        String data = "l" + life + "e" + (changes.size() + 1);
        changes.add(data);
        wire.add(event(changes.size()));
        sent = end();
    }

    /** Loses what was not delivered. */
    void loseDeliveries() {
        if (!wire.isEmpty()) {
            Cursor before = wire.peek() instanceof Event event
                    ? event.cursor().at(event.cursor().offset() - 1)
                    : ((Gap) wire.peek()).after();
            wire.clear();
            wire.add(new Gap(before, end()));
        }
    }

    /** Publishes an event that is never delivered, without notice. The bus does not do this. */
    void publishUndelivered() {
        publish();
        wire.pollLast();
    }

    /** Loses all data; the log starts again. */
    void loseData() {
        changes.clear();
        life++;
        wire.add(new Gap(sent, end()));
        sent = end();
    }

    void startDelivery() {
        follower.started(end());
    }

    boolean deliver() {
        Object next = wire.poll();
        if (next instanceof Event event) {
            follower.event(event);
        } else if (next instanceof Gap gap) {
            follower.gap(gap);
        }
        return next != null;
    }

    void deliverAll() {
        while (deliver()) {
            // Everything in order.
        }
    }

    boolean isReading() {
        return !reads.isEmpty();
    }

    boolean isReadingSnapshot() {
        return isReading() && reads.peek().snapshot();
    }

    boolean isCatchingUp() {
        return isReading() && !reads.peek().snapshot();
    }

    int readsBegun() {
        return readsBegun;
    }

    void answer() {
        reads.remove().answer().run();
    }

    void answerAll() {
        while (isReading()) {
            answer();
        }
    }

    void failRead() {
        reads.remove().emitter().fail(new IllegalStateException("no answer"));
    }

    /** Fails unless the copy is what the store contained at the copy's cursor. */
    void checkCopy() {
        if (copiedAt.epoch().equals(end().epoch()) && !copied.equals(changes.subList(0, (int) copiedAt.offset()))) {
            throw new AssertionError(copied + " at " + copiedAt + " of " + changes);
        }
    }

    private Event event(int offset) {
        return new Event(end().at(offset), 0, changes.get(offset - 1));
    }

    private Snapshot snapshot() {
        return new Snapshot(end(), List.copyOf(changes));
    }

    private <T> Uni<T> pending(boolean snapshot, Supplier<T> result) {
        return Uni.createFrom().emitter(emitter -> {
            if (isReading()) {
                throw new AssertionError("two reads at once");
            }
            readsBegun++;
            began.putIfAbsent(follower.nextRead() - 1, end());
            reads.add(new Pending(snapshot, () -> emitter.complete(result.get()), emitter));
        });
    }

    // -- Copy

    @Override
    public Uni<Snapshot> read() {
        if (broken) {
            throw new IllegalStateException("The store is broken");
        }
        // Half of the snapshots are taken when the read begins, the others when it ends.
        Snapshot early = readsBegun % 2 == 0 ? snapshot() : null;
        return pending(true, () -> early == null ? snapshot() : early);
    }

    @Override
    public Cursor install(Snapshot snapshot) {
        if (failsToInstall) {
            throw new IllegalArgumentException("unreadable snapshot");
        }
        copied.clear();
        copied.addAll(snapshot.changes());
        copiedAt = snapshot.cursor();
        return copiedAt;
    }

    @Override
    public void apply(Event event) {
        if (failsToApply) {
            throw new IllegalArgumentException("unreadable event");
        }
        if (!event.cursor().equals(copiedAt.at(copiedAt.offset() + 1))) {
            throw new AssertionError(event + " at " + copiedAt);
        }
        copied.add(event.data());
        copiedAt = event.cursor();
        applied++;
    }

    @Override
    public void caughtUp() {
        long read = follower.confirmed();
        if (read <= confirmed) {
            throw new AssertionError(read + " after " + confirmed);
        }
        Cursor then = began.get(read);
        if (then.sameLife(copiedAt) && then.offset() > copiedAt.offset()) {
            throw new AssertionError(copiedAt + " is older than " + then);
        }
        confirmed = read;
    }

    @Override
    public void failed(Throwable failure) {
        failures.add(failure);
    }

    @Override
    public void state(BusState state) {
        states.add(state);
    }

    // -- EventBus

    @Override
    public Uni<Cursor> publish(Topic topic, Draft draft) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Uni<Page> read(Topic topic, Cursor after, int limit) {
        return pending(false, () -> {
            int from = after == null ? 0 : (int) after.offset();
            List<Event> events = new ArrayList<>();
            for (int offset = from + 1; offset <= Math.min(changes.size(), from + limit); offset++) {
                events.add(event(offset));
            }
            return new Page(events, end(), true);
        });
    }

    @Override
    public Uni<Page> readBack(Topic topic, Cursor before, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Subscription subscribe(Topic topic, Listener newListener) {
        if (full) {
            throw new BusUnavailableException("full");
        }
        if (subscribed) {
            throw new AssertionError("two subscriptions");
        }
        subscribed = true;
        return new Subscription() {
            @Override
            public Uni<Void> catchUp() {
                return pending(false, () -> {
                    deliverAll();
                    return null;
                });
            }

            @Override
            public void close() {
                closed = true;
            }
        };
    }

    @Override
    public BusState state() {
        return BusState.LIVE;
    }

    @Override
    public String description() {
        return "model";
    }
}
