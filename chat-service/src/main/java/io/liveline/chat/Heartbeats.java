package io.liveline.chat;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;

/**
 * All lasting connections of an event loop, in slices: each tick looks after one of them, so that many do not give
 * their sign of life at once. One timer for a loop, none for a connection. Confined to the loop.
 */
final class Heartbeats {

    /** A connection that is looked after. */
    interface Beating {

        /**
         * Gives and asks for a sign of life, or gives up on a connection that is stuck.
         *
         * @param heartbeat whether the time for a sign of life has come
         */
        void tick(boolean heartbeat, long nowNanos);
    }

    private static final int SLICES = 25;
    /** A connection's turn comes this often between two heartbeats, to notice one that is stuck. */
    private static final int TURNS = 5;

    private final Set<Beating>[] slices;
    private long ticks;

    @SuppressWarnings({"unchecked", "rawtypes"})
    Heartbeats(EventLoop loop, ChatConfig config) {
        slices = new Set[SLICES];
        for (int i = 0; i < SLICES; i++) {
            slices[i] = new HashSet<>();
        }
        long period = config.heartbeat().toMillis() / SLICES / TURNS;
        loop.scheduleAtFixedRate(this::tick, period, Math.max(1, period), TimeUnit.MILLISECONDS);
    }

    void add(Beating connection) {
        slices[slice(connection)].add(connection);
    }

    void remove(Beating connection) {
        slices[slice(connection)].remove(connection);
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
