package io.liveline.presence.roster;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;

/**
 * Everybody in a room as this replica knows it: a snapshot, then every change after it, once and in order. Plain and
 * single-threaded.
 */
public final class Roster {

    /** What became of an event that was offered. */
    public enum Applied {
        /** It is part of the roster now. */
        YES,
        /** It was part of it already. */
        KNOWN,
        /** Something is missing before it: catch up from the log first. */
        TOO_EARLY
    }

    private final RoomName room;
    // Sorted, so that equal sets are written, and so digested, equally on every replica.
    private final TreeMap<String, Presence> online = new TreeMap<>();
    private final TreeMap<String, Person> typing = new TreeMap<>();
    private Cursor at;

    public Roster(RoomName room) {
        this.room = room;
    }

    /** Begins (again) from everybody there is. */
    public void reset(RosterSnapshot snapshot) {
        online.clear();
        typing.clear();
        snapshot.online().forEach(presence -> online.put(presence.user(), presence));
        snapshot.typing().forEach(person -> typing.put(person.user(), person));
        at = snapshot.at();
    }

    /** Takes the next change, if it is the next. */
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

    /** The last change that is part of it; null before the first snapshot. */
    public Cursor at() {
        return at;
    }

    public boolean isTyping(String user) {
        return typing.containsKey(user);
    }

    /** As it is sent. */
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
