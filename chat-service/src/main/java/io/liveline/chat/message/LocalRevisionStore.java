package io.liveline.chat.message;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import io.liveline.bus.BusConfig;
import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.Topic;
import io.liveline.bus.local.LocalBus;
import io.liveline.edge.RoomName;
import io.smallrye.mutiny.Uni;

/**
 * Store of message changes on the in-process bus: the in-memory counterpart of {@code change.lua}. Confined to the
 * bus's event loop.
 */
final class LocalRevisionStore implements RevisionStore {

    /** Edits of a room that the log may still contain: by a message its newest edit, by an edit the one before. */
    private static final class Edits extends LinkedHashMap<Cursor, Cursor> {

        private static final long serialVersionUID = 1;

        private final int most;
        private final Map<String, Long> counts = new HashMap<>();
        private final Map<String, Cursor> byKey = new LinkedHashMap<>() {

            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Cursor> eldest) {
                return size() > most;
            }
        };

        Edits(int most) {
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Cursor, Cursor> eldest) {
            return size() > most;
        }
    }

    private final LocalBus bus;
    private final int perRoom;
    private final Map<RoomName, Edits> rooms;

    LocalRevisionStore(LocalBus bus, BusConfig config) {
        this.bus = bus;
        this.perRoom = config.history().length();
        this.rooms = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<RoomName, Edits> eldest) {
                return size() > config.maxTopics();
            }
        };
    }

    @Override
    public Uni<Cursor> change(RoomName room, Cursor message, String now, String event, String key) {
        return bus.run(log -> {
            Topic topic = room.messages();
            Edits edits = rooms.computeIfAbsent(room, r -> new Edits(perRoom));
            if (key != null && edits.byKey.containsKey(key)) {
                return edits.byKey.get(key);
            }
            Event before = log.at(topic, message);
            if (before == null || MessageEvents.isDeleted(before.data())) {
                throw RevisionStore.deleted();
            }
            log.replace(topic, message, now);
            Cursor cursor = log.append(topic, event).cursor();
            if (key != null) {
                edits.byKey.put(key, cursor);
            }
            if (MessageEvents.isDeleted(now)) {
                for (Cursor edit = edits.remove(message); edit != null; edit = edits.remove(edit)) {
                    log.replace(topic, edit, event);
                }
            } else {
                Cursor newest = edits.put(message, cursor);
                if (newest != null) {
                    edits.put(cursor, newest);
                }
            }
            edits.counts.merge(cursor.epoch(), 1L, Long::sum);
            edits.counts.keySet().removeIf(epoch -> !epoch.equals(cursor.epoch()));
            return cursor;
        });
    }

    @Override
    public Uni<Posts> posts(RoomName room) {
        return bus.run(log -> {
            Cursor end = log.end(room.messages());
            Edits edits = rooms.get(room);
            long changes = edits == null ? 0 : edits.counts.getOrDefault(end.epoch(), 0L);
            return new Posts(end, Math.max(0, end.offset() - changes));
        });
    }
}
