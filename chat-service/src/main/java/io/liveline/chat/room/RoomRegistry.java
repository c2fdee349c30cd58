package io.liveline.chat.room;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import jakarta.inject.Singleton;

import io.liveline.bus.EventBus;
import io.liveline.chat.ChatConfig;
import io.liveline.chat.ChatMeters;
import io.liveline.chat.members.MemberList;
import io.liveline.chat.members.RoomMembership;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.vertx.core.Vertx;

/**
 * Rooms with members on this replica. A room stays for a while after its last member left, because clients reconnect.
 */
@Singleton
public final class RoomRegistry {

    private static final class Entry {

        final Room room;
        int members;

        Entry(Room room) {
            this.room = room;
        }
    }

    private final EventBus bus;
    private final ChatConfig config;
    private final ChatMeters meters;
    private final Vertx vertx;
    private final RoomMembership membership;
    private final Map<RoomName, Entry> entries = new HashMap<>();

    RoomRegistry(EventBus bus, ChatConfig config, ChatMeters meters, Vertx vertx, RoomMembership membership) {
        this.bus = bus;
        this.config = config;
        this.meters = meters;
        this.vertx = vertx;
        this.membership = membership;
        membership.onDifference(this::publish);
        meters.rooms(this::size);
    }

    /**
     * Adds a member to a room. Each call must be followed by one of {@link #leave}.
     *
     * @param person the person that other members see; null for a client that only receives
     */
    synchronized Room enter(RoomName name, Person person) {
        Entry entry = entries.get(name);
        if (entry == null) {
            entry = new Entry(new Room(name, bus, membership, config, meters).start());
            entries.put(name, entry);
        }
        entry.members++;
        if (person != null) {
            membership.enter(name, person);
        }
        return entry.room;
    }

    /** Renames a member of a room. */
    void rename(RoomName name, Person person) {
        membership.rename(name, person);
    }

    synchronized void leave(RoomName name, Person person) {
        if (person != null) {
            membership.leave(name, person);
        }
        if (--entries.get(name).members == 0) {
            vertx.setTimer(config.roomGrace().toMillis(), id -> closeIfEmpty(name));
        }
    }

    synchronized int size() {
        return entries.size();
    }

    /** Returns the names of all rooms. */
    public synchronized List<RoomName> names() {
        return List.copyOf(entries.keySet());
    }

    private void publish(RoomName name, MemberList.Difference difference) {
        Entry entry;
        synchronized (this) {
            entry = entries.get(name);
        }
        if (entry != null) {
            entry.room.members(difference);
        }
    }

    private synchronized void closeIfEmpty(RoomName name) {
        Entry entry = entries.get(name);
        if (entry != null && entry.members == 0) {
            entries.remove(name);
            entry.room.close();
        }
    }
}
