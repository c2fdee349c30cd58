package io.liveline.presence.watch;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.liveline.bus.EventBus;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.RosterView;
import io.liveline.presence.store.RosterStore;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;

/** The rooms that somebody waits for at this replica, and the event loop on which they are kept. */
public final class WatchedRooms {

    /** Who waits. May be called from any thread. */
    interface Audience {

        /** This is what there is in the room. */
        void show(WatchedRoom room, RosterView view, long confirmed);

        /** What there is in the room cannot be found out. */
        void fail(WatchedRoom room, Throwable failure);
    }

    private final EventBus bus;
    private final RosterStore store;
    private final PresenceConfig config;
    private final MonotonicClock clock;
    private final Context loop;
    private final Audience audience;
    private final TypingTerminator typingEnds;
    private final Map<RoomName, WatchedRoom> rooms = new ConcurrentHashMap<>();

    public WatchedRooms(
            EventBus bus,
            RosterStore store,
            PresenceConfig config,
            MonotonicClock clock,
            Context loop,
            TypingTerminator typingEnds,
            Audience audience) {
        this.bus = bus;
        this.store = store;
        this.config = config;
        this.clock = clock;
        this.loop = loop;
        this.typingEnds = typingEnds;
        this.audience = audience;
    }

    /** The room if it is held, else null. May be called from any thread. */
    public WatchedRoom held(RoomName name) {
        return rooms.get(name);
    }

    /**
     * The room, held from now on, with one more who waits in it. May be called from any thread.
     *
     * @throws ProblemException 503 {@code full}
     */
    public WatchedRoom enter(RoomName name) {
        while (true) {
            WatchedRoom room = rooms.get(name);
            if (room == null) {
                if (rooms.size() >= config.rosters().max()) {
                    throw new ProblemException(
                            503, "full", "Too many rooms are watched here; try again later", retryAfter());
                }
                WatchedRoom made = new WatchedRoom(name, this, clock.millis());
                room = rooms.putIfAbsent(name, made);
                if (room == null) {
                    room = made;
                    run(() -> begin(made));
                }
            }
            if (room.enter()) {
                return room;
            }
            rooms.remove(name, room);
        }
    }

    /** Lets go of rooms nobody has waited for lately, and mends what failed. */
    public void tidy() {
        long now = clock.millis();
        long before = now - config.rosters().hold().toMillis();
        rooms.values().forEach(room -> {
            if (room.closeIfUnused(before)) {
                rooms.remove(room.name(), room);
                typingEnds.release(room);
            } else {
                room.mend(now);
            }
        });
    }

    /** Hears no more. */
    public void close() {
        rooms.values().forEach(WatchedRoom::close);
    }

    public int size() {
        return rooms.size();
    }

    EventBus bus() {
        return bus;
    }

    RosterStore store() {
        return store;
    }

    /** Until when what was known is kept, when the store has lost its memory now. */
    long afterMercy() {
        return clock.millis() + config.sweep().mercy().toMillis();
    }

    Duration retryAfter() {
        return config.polls().retryAfter();
    }

    void show(WatchedRoom room, RosterView view, long confirmed) {
        audience.show(room, view, confirmed);
    }

    void fail(WatchedRoom room, Throwable failure) {
        audience.fail(room, failure);
    }

    /**
     * Has the room rendered when what happens together with a change has had time to come too, and a while after the
     * last time.
     */
    void renderLater(WatchedRoom room, long renderedMillis) {
        PresenceConfig.Rosters rosters = config.rosters();
        long conflation = rosters.conflation().toMillis();
        long rest = renderedMillis + conflation - clock.millis();
        long millis = Math.max(rosters.gather().toMillis(), rest);
        loop.owner().setTimer(Math.max(1, millis), id -> run(room::render));
    }

    long now() {
        return clock.millis();
    }

    /** Runs it on this loop. */
    public void run(Runnable what) {
        loop.runOnContext(nothing -> what.run());
    }

    /** Waits for it and goes on here on this loop. */
    public <T> void whenDone(Uni<T> what, Consumer<T> then, Consumer<Throwable> failed) {
        what.subscribe().with(result -> run(() -> then.accept(result)), failure -> run(() -> failed.accept(failure)));
    }

    private void begin(WatchedRoom room) {
        room.start();
        typingEnds.hold(room);
    }
}
