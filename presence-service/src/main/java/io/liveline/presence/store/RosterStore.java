package io.liveline.presence.store;

import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.edge.RoomName;
import io.liveline.presence.roster.RosterSnapshot;
import io.smallrye.mutiny.Uni;

/**
 * Store of the rosters that all replicas share.
 *
 * <ul>
 *   <li>Atomic: a command changes the room and publishes the change on the room's presence topic in one step. Only
 * visible changes are published, so a heartbeat that changes nothing publishes nothing.
 *   <li>Leases: every entry expires by the clock of the store; {@link #sweep} removes expired entries.
 *   <li>One person is one entry, however many tabs and transports hold it.
 *   <li>Bounded: people a room, tabs a person; a command beyond a limit has no effect and reports that.
 * </ul>
 */
public sealed interface RosterStore permits LocalRosterStore, RedisRosterStore {

    /** Applies a command. Every command may be repeated. */
    Uni<CommandResult> apply(RoomName room, PresenceCommand command);

    /**
     * Claims an event that all replicas receive. Returns true to at most one replica; if that replica fails, nobody
     * processes the event.
     */
    Uni<Boolean> claim(Cursor event);

    /** Reads the roster of a room. */
    Uni<RosterSnapshot> read(RoomName room);

    /**
     * Records a change that was received from the bus, made at this time of the store's clock. Ensures that the room is
     * swept in time even if the replica that made the change failed before it could schedule the sweep.
     */
    void recordChange(RoomName room, long atMillis);

    /**
     * Ends the expired leases of the rooms that are due. Any replica may call it at any time: only one replica sweeps a
     * room at a time.
     *
     * @return results for the rooms that were swept
     */
    Uni<List<CommandResult>> sweep();
}
