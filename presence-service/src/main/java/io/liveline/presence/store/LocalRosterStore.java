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

/** Roster store of a single process, in memory. Confined to the event loop of the bus. */
public final class LocalRosterStore implements RosterStore {

    private record Due(long atMillis, RoomName room) {}

    /** State of one room. */
    private static final class Room {
        final RoomLeases leases;
        // Cursor of the last change.
        Cursor at;
        // Earliest time in the queue for this room.
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
    public Uni<CommandResult> apply(RoomName name, PresenceCommand command) {
        return bus.run(log -> {
            Room room = room(name);
            return finish(name, room, command.on(room.leases, monotonic.millis()), log);
        });
    }

    @Override
    public Uni<Boolean> claim(Cursor event) {
        return Uni.createFrom().item(true);
    }

    @Override
    public Uni<RosterSnapshot> read(RoomName name) {
        // The cursor is read first: replaying changes that the snapshot already contains leads to the same roster.
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
    public void recordChange(RoomName room, long atMillis) {
        // All changes are made by this process, which has scheduled the sweep.
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
                throw ProblemException.full(
                        "The maximum number of rooms is reached", config.polls().retryAfter());
            }
            room = new Room(new RoomLeases(config, clock));
            rooms.put(name, room);
        }
        return room;
    }
}
