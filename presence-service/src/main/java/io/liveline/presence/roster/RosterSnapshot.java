package io.liveline.presence.roster;

import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.edge.auth.Person;

/**
 * Everybody who is in a room and everybody who types there.
 *
 * @param at the last change that is part of it, on the room's presence topic
 */
public record RosterSnapshot(Cursor at, List<Presence> online, List<Person> typing) {}
