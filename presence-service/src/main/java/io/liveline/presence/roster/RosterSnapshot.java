package io.liveline.presence.roster;

import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.edge.auth.Person;

/**
 * Snapshot of the people who are present and who are typing in a room.
 *
 * @param at cursor of the last change in the snapshot, on the room's presence topic
 */
public record RosterSnapshot(Cursor at, List<Presence> online, List<Person> typing) {}
