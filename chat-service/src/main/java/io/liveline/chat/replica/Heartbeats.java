package io.liveline.chat.replica;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.liveline.chat.ChatConfig;
import io.liveline.edge.PeriodicTask;
import io.netty.channel.EventLoop;

/**
 * All lasting connections of an event loop, in slices: each tick looks after one of them, so that many do not give
 * their sign of life at once. One timer for a loop, none for a connection. Confined to the loop.
 */
public final class Heartbeats {

    /** A connection that is looked after. */
    public interface Beating {

        /**
         * Gives and asks for a sign of life, or gives up on a connection that is stuck.
         *
         * @param heartbeat whether the time for a sign of life has come
         */
        void tick(boolean heartbeat, long nowNanos);

        /**
         * This replica ends: tells the client to go elsewhere. Only the first call counts.
         *
         * @param slotMillis how long from now its turn comes
         * @param patienceMillis how long after that its connection is ended, if it is still there
         */
        void seeOff(long slotMillis, long patienceMillis);
    }

    /** It does not end. */
    static final long NEVER = Long.MAX_VALUE;

    private static final int SLICES = 25;
    /** A connection's turn comes this often between two heartbeats, to notice one that is stuck. */
    private static final int TURNS = 5;

    private final Set<Beating>[] slices;
    private final LongSupplier leftMillis;
    private long ticks;

    /** @param leftMillis how long this replica has until it ends; {@link #NEVER} when it was not asked to */
    @SuppressWarnings({"unchecked", "rawtypes"})
    Heartbeats(EventLoop loop, ChatConfig config, LongSupplier leftMillis) {
        this.leftMillis = leftMillis;
        slices = new Set[SLICES];
        for (int i = 0; i < SLICES; i++) {
            slices[i] = new HashSet<>();
        }
        long period = config.heartbeat().toMillis() / SLICES / TURNS;
        PeriodicTask.every(loop, Math.max(1, period), this::tick);
    }

    public void add(Beating connection) {
        slices[slice(connection)].add(connection);
        long left = leftMillis.getAsLong();
        if (left != NEVER) {
            // Not all at once, and while this replica can still say goodbye.
            connection.seeOff(ThreadLocalRandom.current().nextLong(left / 4 + 1), left / 4);
        }
    }

    public void remove(Beating connection) {
        slices[slice(connection)].remove(connection);
    }

    /** Sees everybody off, one after the other within three quarters of the time that is left. */
    void drain() {
        long left = leftMillis.getAsLong();
        List<Beating> all = new ArrayList<>();
        for (Set<Beating> slice : slices) {
            all.addAll(slice);
        }
        for (int i = 0; i < all.size(); i++) {
            all.get(i).seeOff(left * 3 / 4 * i / all.size(), left / 8);
        }
    }

    /** Does it after that time; at once when there is none, because the server closes connections then. */
    public static void after(long millis, EventLoop loop, Runnable what) {
        if (millis == 0) {
            what.run();
        } else {
            loop.schedule(what, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void tick() {
        long now = System.nanoTime();
        boolean heartbeat = ticks / SLICES % TURNS == 0;
        // A connection that is closed by its tick is removed later, by its close handler.
        for (Beating connection : Set.copyOf(slices[(int) (ticks++ % SLICES)])) {
            connection.tick(heartbeat, now);
        }
    }

    private static int slice(Beating connection) {
        return Math.floorMod(System.identityHashCode(connection), SLICES);
    }
}
