package io.liveline.presence.watch;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.liveline.bus.EventBus;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.RosterView;
import io.liveline.presence.store.RosterStore;
import io.vertx.core.Context;

/** Rooms that are polled at this replica, and the event loop that they are confined to. */
public final class WatchedRooms {

    /** Listener to the rosters of watched rooms. Called on any thread. */
    interface RosterListener {

        /** Publishes the view of a room. */
        void show(WatchedRoom room, RosterView view, long confirmed);

        /** Reports that the roster of a room cannot be read. */
        void fail(WatchedRoom room, Throwable failure);
    }

    final EventBus bus;
    final RosterStore store;
    final RosterListener listener;
    final PresenceConfig config;
    final MonotonicClock clock;
    private final Context loop;
    private final TypingTerminator typingEnds;
    private final Map<RoomName, WatchedRoom> rooms = new ConcurrentHashMap<>();

    public WatchedRooms(
            EventBus bus,
            RosterStore store,
            PresenceConfig config,
            MonotonicClock clock,
            Context loop,
            TypingTerminator typingEnds,
            RosterListener listener) {
        this.bus = bus;
        this.store = store;
        this.config = config;
        this.clock = clock;
        this.loop = loop;
        this.typingEnds = typingEnds;
        this.listener = listener;
    }

    /** Returns the room if it is watched, else null. May be called from any thread. */
    public WatchedRoom watched(RoomName name) {
        return rooms.get(name);
    }

    /**
     * Starts to watch a room unless it is watched, and adds a waiting poll. May be called from any thread.
     *
     * @throws ProblemException 503 {@code full}
     */
    public WatchedRoom enter(RoomName name) {
        while (true) {
            WatchedRoom room = rooms.get(name);
            if (room == null) {
                if (rooms.size() >= config.rosters().max()) {
                    throw ProblemException.full(
                            "This replica serves the maximum number of rooms; try again later",
                            config.polls().retryAfter());
                }
                WatchedRoom made = new WatchedRoom(name, this, clock.millis());
                room = rooms.putIfAbsent(name, made);
                if (room == null) {
                    room = made;
                    run(() -> start(made));
                }
            }
            if (room.enter()) {
                return room;
            }
            rooms.remove(name, room);
        }
    }

    /** Closes rooms without recent requests, and retries failed loads. */
    public void tidy() {
        long now = clock.millis();
        long before = now - config.rosters().hold().toMillis();
        rooms.values().forEach(room -> {
            if (room.closeIfUnused(before)) {
                rooms.remove(room.name(), room);
                typingEnds.release(room);
            } else {
                room.retry(now);
            }
        });
    }

    /** Closes all rooms. */
    public void close() {
        rooms.values().forEach(WatchedRoom::close);
    }

    public int size() {
        return rooms.size();
    }

    /**
     * Schedules the rendering of a room: after the time to gather further changes, and not before the conflation
     * interval since the last rendering has passed.
     */
    void renderLater(WatchedRoom room, long renderedMillis) {
        PresenceConfig.Rosters rosters = config.rosters();
        long conflation = rosters.conflation().toMillis();
        long rest = renderedMillis + conflation - clock.millis();
        long millis = Math.max(rosters.gather().toMillis(), rest);
        loop.owner().setTimer(Math.max(1, millis), id -> run(room::render));
    }

    /** Runs an action on the loop. */
    public void run(Runnable what) {
        loop.runOnContext(nothing -> what.run());
    }

    private void start(WatchedRoom room) {
        room.start();
        typingEnds.hold(room);
    }
}
