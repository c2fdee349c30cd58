package io.liveline.chat;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;

/**
 * All sessions of an event loop, in slices: each tick looks after one of them, so that many connections do not give
 * their sign of life at once. One timer for a loop, none for a connection. Confined to the loop.
 */
final class Heartbeats {

    private static final int SLICES = 25;
    /** A session's turn comes this often between two heartbeats, to notice one that is stuck. */
    private static final int TURNS = 5;

    private final Set<Session>[] slices;
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

    void add(Session session) {
        slices[slice(session)].add(session);
    }

    void remove(Session session) {
        slices[slice(session)].remove(session);
    }

    private void tick() {
        long now = System.nanoTime();
        boolean heartbeat = ticks / SLICES % TURNS == 0;
        // A session that is closed by its tick is removed later, by its close handler.
        for (Session session : Set.copyOf(slices[(int) (ticks++ % SLICES)])) {
            session.tick(heartbeat, now);
        }
    }

    private static int slice(Session session) {
        return Math.floorMod(System.identityHashCode(session), SLICES);
    }
}
