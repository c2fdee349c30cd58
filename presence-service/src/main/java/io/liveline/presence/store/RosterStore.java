package io.liveline.presence.store;

import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.edge.RoomName;
import io.liveline.presence.roster.RosterSnapshot;
import io.smallrye.mutiny.Uni;

/**
 * Who is where: the truth that all replicas share.
 *
 * <ul>
 *   <li>Atomic: an act changes the room and tells of it on the room's presence topic in one step; it tells only of what
 *       anybody can see, so a heartbeat that changes nothing is silent.
 *   <li>Leases: everything runs out by itself, by the clock of the store; {@link #sweep} is what makes it so.
 *   <li>One person is one entry, however many tabs and transports hold it.
 *   <li>Bounded: people a room, tabs a person; an act beyond has no effect and says so.
 * </ul>
 */
public sealed interface RosterStore permits LocalRosterStore, RedisRosterStore {

    /** Does it. Every act may be repeated. */
    Uni<CommandResult> apply(RoomName room, PresenceCommand act);

    /**
     * Whether the caller is the one to act on an event that all replicas hear. At most one is; none is when the one
     * that was goes down.
     */
    Uni<Boolean> claim(Cursor event);

    /** Everybody in the room. */
    Uni<RosterSnapshot> read(RoomName room);

    /**
     * A change of the room was heard, made at this time of the store's clock. Sees to it that the room is swept in
     * time, should the replica that made it have died before it could.
     */
    void heard(RoomName room, long atMillis);

    /**
     * Ends what has run out, in whatever rooms it is time for. Any replica may call it at any time: a room is swept by
     * one at a time.
     *
     * @return the rooms that were looked at
     */
    Uni<List<CommandResult>> sweep();
}
