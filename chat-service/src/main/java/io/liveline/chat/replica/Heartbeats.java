package io.liveline.chat.replica;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.liveline.edge.PeriodicTask;
import io.netty.channel.EventLoop;

/**
 * Scheduler of the heartbeats, the checks for stuck clients and the draining of all long-lived connections of an event
 * loop. The connections are divided into slices,
 * and each tick handles one slice, so that the heartbeats are not sent all at once. One timer serves the whole loop.
 * Confined to the loop.
 */
public final class Heartbeats {

    /** Connection with heartbeats. */
    public interface Connection {

        /**
         * Sends a heartbeat if it is due, or closes a connection that is stuck.
         *
         * @param heartbeat whether a heartbeat is due
         */
        void tick(boolean heartbeat, long nowNanos);

        /**
         * Requests the client to reconnect elsewhere, because this replica is draining. Only the first call has an
         * effect.
         *
         * @param slotMillis time until the client's turn
         * @param patienceMillis time after that until the connection is closed, if it is still open
         */
        void drain(long slotMillis, long patienceMillis);
    }

    /** Remaining time of a replica that is not draining. */
    static final long NEVER = Long.MAX_VALUE;

    private static final int SLICES = 25;
    /** Number of checks of a connection per heartbeat interval, to detect a stuck one. */
    private static final int TURNS = 5;

    private final Set<Connection>[] slices;
    private final LongSupplier leftMillis;
    private long ticks;

    /**
     * Creates the scheduler.
     *
     * @param leftMillis time until this replica ends; {@link #NEVER} if it is not draining
     */
    @SuppressWarnings({"unchecked", "rawtypes"})
    Heartbeats(LongSupplier leftMillis) {
        this.leftMillis = leftMillis;
        slices = new Set[SLICES];
        for (int i = 0; i < SLICES; i++) {
            slices[i] = new HashSet<>();
        }
    }

    /** Starts the timer, which ends with the loop. */
    Heartbeats start(EventLoop loop, Duration interval) {
        PeriodicTask.every(loop, Math.max(1, interval.toMillis() / SLICES / TURNS), this::tick);
        return this;
    }

    public void add(Connection connection) {
        slices[slice(connection)].add(connection);
        long left = leftMillis.getAsLong();
        if (left != NEVER) {
            // Spread over time, and early enough that this replica can still say so.
            connection.drain(ThreadLocalRandom.current().nextLong(left / 4 + 1), left / 4);
        }
    }

    public void remove(Connection connection) {
        slices[slice(connection)].remove(connection);
    }

    /** Drains all connections, one after another within three quarters of the remaining time. */
    void drain() {
        long left = leftMillis.getAsLong();
        List<Connection> all = new ArrayList<>();
        for (Set<Connection> slice : slices) {
            all.addAll(slice);
        }
        for (int i = 0; i < all.size(); i++) {
            all.get(i).drain(left * 3 / 4 * i / all.size(), left / 8);
        }
    }

    /** Runs a task after a delay, or immediately if the delay is 0, because the server closes connections next. */
    public static void after(long millis, EventLoop loop, Runnable task) {
        if (millis == 0) {
            task.run();
        } else {
            loop.schedule(task, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void tick() {
        long now = System.nanoTime();
        boolean heartbeat = ticks / SLICES % TURNS == 0;
        // A connection that is closed by its tick is removed later, by its close handler. Hence the copy.
        for (Connection connection : Set.copyOf(slices[(int) (ticks++ % SLICES)])) {
            connection.tick(heartbeat, now);
        }
    }

    private static int slice(Connection connection) {
        return Math.floorMod(System.identityHashCode(connection), SLICES);
    }
}
