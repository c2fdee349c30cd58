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

/** The rooms that somebody on this replica is in. A room stays a while after its last member left: people come back. */
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
    private final RoomMembership connected;
    private final Map<RoomName, Entry> entries = new HashMap<>();

    RoomRegistry(EventBus bus, ChatConfig config, ChatMeters meters, Vertx vertx, RoomMembership connected) {
        this.bus = bus;
        this.config = config;
        this.meters = meters;
        this.vertx = vertx;
        this.connected = connected;
        connected.onDifference(this::tell);
        meters.rooms(this::size);
    }

    /**
     * One more member; each call is to be followed by one of {@link #leave}.
     *
     * @param person whom the others see come in; null for who only listens
     */
    synchronized Room enter(RoomName name, Person person) {
        Entry entry = entries.get(name);
        if (entry == null) {
            entry = new Entry(new Room(name, bus, connected, config, meters));
            entries.put(name, entry);
        }
        entry.members++;
        if (person != null) {
            connected.enter(name, person);
        }
        return entry.room;
    }

    /** A member of a room has another name. */
    void rename(RoomName name, Person person) {
        connected.rename(name, person);
    }

    synchronized void leave(RoomName name, Person person) {
        if (person != null) {
            connected.leave(name, person);
        }
        if (--entries.get(name).members == 0) {
            vertx.setTimer(config.roomGrace().toMillis(), id -> closeIfEmpty(name));
        }
    }

    synchronized int size() {
        return entries.size();
    }

    /** All of them. */
    public synchronized List<RoomName> names() {
        return List.copyOf(entries.keySet());
    }

    private void tell(RoomName name, MemberList.Difference difference) {
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
