package io.liveline.presence.roster;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;

/**
 * Replica's copy of the roster of one room: a snapshot with every later change applied once and in order.
 * Single-threaded.
 */
public final class Roster {

    /** Result of applying an event. */
    public enum Applied {
        /** Applied. */
        YES,
        /** Already part of the roster. */
        KNOWN,
        /** Not applied, because an earlier event is missing: read the log first. */
        TOO_EARLY
    }

    private final RoomName room;
    // Sorted, so that equal sets have equal encodings and digests on every replica.
    private final TreeMap<String, Presence> online = new TreeMap<>();
    private final TreeMap<String, Person> typing = new TreeMap<>();
    private Cursor at;

    public Roster(RoomName room) {
        this.room = room;
    }

    /** Replaces the content by a snapshot. */
    public void reset(RosterSnapshot snapshot) {
        online.clear();
        typing.clear();
        snapshot.online().forEach(presence -> online.put(presence.user(), presence));
        snapshot.typing().forEach(person -> typing.put(person.user(), person));
        at = snapshot.at();
    }

    /** Applies an event if it is the next one. */
    public Applied apply(Event event) {
        Cursor cursor = event.cursor();
        if (!cursor.sameLife(at) || cursor.offset() > at.offset() + 1) {
            return Applied.TOO_EARLY;
        }
        if (cursor.offset() <= at.offset()) {
            return Applied.KNOWN;
        }
        apply(RosterChange.parse(event.data()));
        at = cursor;
        return Applied.YES;
    }

    private void apply(RosterChange change) {
        change.here().forEach(presence -> online.put(presence.user(), presence));
        change.gone().forEach(online::remove);
        change.typing().forEach(person -> typing.put(person.user(), person));
        change.idle().forEach(typing::remove);
    }

    /** Returns the cursor of the last applied change; null before the first snapshot. */
    public Cursor at() {
        return at;
    }

    public boolean isTyping(String user) {
        return typing.containsKey(user);
    }

    /** Returns the encoded roster. */
    public RosterView view(boolean degraded) {
        return RosterView.of(room, new ArrayList<>(online.values()), new ArrayList<>(typing.values()), degraded);
    }

    public List<Presence> online() {
        return List.copyOf(online.values());
    }

    public List<Person> typing() {
        return List.copyOf(typing.values());
    }
}
