package io.liveline.chat;

import java.util.HashMap;
import java.util.Map;

import jakarta.inject.Singleton;

import io.liveline.bus.EventBus;
import io.liveline.edge.RoomName;
import io.vertx.core.Vertx;

/** The rooms that somebody on this replica is in. A room stays a while after its last member left: people come back. */
@Singleton
final class Rooms {

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
    private final Map<RoomName, Entry> entries = new HashMap<>();

    Rooms(EventBus bus, ChatConfig config, ChatMeters meters, Vertx vertx) {
        this.bus = bus;
        this.config = config;
        this.meters = meters;
        this.vertx = vertx;
        meters.rooms(this::size);
    }

    /** One more member; each call is to be followed by one of {@link #leave}. */
    synchronized Room enter(RoomName name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            entry = new Entry(new Room(name, bus, config, meters));
            entries.put(name, entry);
        }
        entry.members++;
        return entry.room;
    }

    synchronized void leave(RoomName name) {
        if (--entries.get(name).members == 0) {
            vertx.setTimer(config.roomGrace().toMillis(), id -> closeIfEmpty(name));
        }
    }

    synchronized int size() {
        return entries.size();
    }

    private synchronized void closeIfEmpty(RoomName name) {
        Entry entry = entries.get(name);
        if (entry != null && entry.members == 0) {
            entries.remove(name);
            entry.room.close();
        }
    }
}
