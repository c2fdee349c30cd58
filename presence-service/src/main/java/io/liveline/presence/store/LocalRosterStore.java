package io.liveline.presence.store;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

import io.liveline.bus.Cursor;
import io.liveline.bus.Page;
import io.liveline.bus.local.LocalBus;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.RosterChange;
import io.liveline.presence.roster.RosterSnapshot;
import io.smallrye.mutiny.Uni;

/** The rosters of a process that is alone. Everything happens on the bus's event loop. */
public final class LocalRosterStore implements RosterStore {

    private record Due(long atMillis, RoomName room) {}

    /** A room's leases. */
    private static final class Room {
        final RoomLeases leases;
        // Its last change.
        Cursor at;
        // The earliest time in the queue for this room.
        long queued = Long.MAX_VALUE;

        Room(RoomLeases leases) {
            this.leases = leases;
        }
    }

    private final LocalBus bus;
    private final PresenceConfig config;
    private final InstantSource clock;
    private final MonotonicClock monotonic;
    private final Map<RoomName, Room> rooms = new HashMap<>();
    private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::atMillis));

    public LocalRosterStore(LocalBus bus, PresenceConfig config, InstantSource clock, MonotonicClock monotonic) {
        this.bus = bus;
        this.config = config;
        this.clock = clock;
        this.monotonic = monotonic;
    }

    @Override
    public Uni<CommandResult> apply(RoomName name, PresenceCommand act) {
        return bus.run(log -> {
            Room room = room(name);
            return finish(name, room, act.on(room.leases, monotonic.millis()), log);
        });
    }

    @Override
    public Uni<Boolean> claim(Cursor event) {
        return Uni.createFrom().item(true);
    }

    @Override
    public Uni<RosterSnapshot> read(RoomName name) {
        // The position is taken first: who replays from there what the snapshot already holds comes to the same roster.
        return bus.read(name.presence(), null, 1)
                .map(Page::end)
                .chain(at -> bus.run(log -> {
                    Room room = rooms.get(name);
                    return room == null
                            ? new RosterSnapshot(at, List.of(), List.of())
                            : new RosterSnapshot(at, room.leases.online(), room.leases.typists());
                }));
    }

    @Override
    public void heard(RoomName room, long atMillis) {
        // Nobody else makes any.
    }

    @Override
    public Uni<List<CommandResult>> sweep() {
        return bus.run(log -> {
            long now = monotonic.millis();
            List<CommandResult> swept = new ArrayList<>();
            while (!due.isEmpty()
                    && due.peek().atMillis() <= now
                    && swept.size() < config.sweep().rooms()) {
                RoomName name = due.poll().room();
                Room room = rooms.get(name);
                if (room != null) {
                    room.queued = Long.MAX_VALUE;
                    room.leases.sweep(now, false);
                    swept.add(finish(name, room, CommandResult.Verdict.SAME, log));
                }
            }
            return swept;
        });
    }

    private CommandResult finish(RoomName name, Room room, CommandResult.Verdict verdict, LocalBus.Appender log) {
        RosterChange change = room.leases.changes();
        for (String event : change.events()) {
            room.at = log.append(name.presence(), event).cursor();
        }
        if (room.leases.isEmpty()) {
            rooms.remove(name);
        } else if (room.leases.due() < room.queued) {
            room.queued = room.leases.due();
            due.add(new Due(room.queued, name));
        }
        return new CommandResult(
                name,
                change.isEmpty() ? verdict : CommandResult.Verdict.CHANGED,
                room.at,
                room.leases.onlineCount(),
                room.leases.typingCount());
    }

    private Room room(RoomName name) {
        Room room = rooms.get(name);
        if (room == null) {
            if (rooms.size() >= config.rosters().maxLocal()) {
                throw new ProblemException(
                        503,
                        "full",
                        "There are too many rooms here",
                        config.polls().retryAfter());
            }
            room = new Room(new RoomLeases(config, clock));
            rooms.put(name, room);
        }
        return room;
    }
}
