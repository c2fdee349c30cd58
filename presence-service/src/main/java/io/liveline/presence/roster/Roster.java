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

    /** Applies the next event. */
    public void apply(Event event) {
        RosterChange change = RosterChange.parse(event.data());
        change.here().forEach(presence -> online.put(presence.user(), presence));
        change.gone().forEach(online::remove);
        change.typing().forEach(person -> typing.put(person.user(), person));
        change.idle().forEach(typing::remove);
        at = event.cursor();
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
