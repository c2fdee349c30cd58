package io.liveline.chat.message;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import io.liveline.bus.BusConfig;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.KeyReusedException;
import io.liveline.bus.Topic;
import io.liveline.bus.local.LocalBus;
import io.liveline.chat.protocol.MessageContent;
import io.liveline.edge.RoomName;
import io.smallrye.mutiny.Uni;

/**
 * Store of message changes on the in-process bus: the in-memory counterpart of {@code change.lua}. Confined to the
 * bus's event loop.
 */
final class LocalRevisionStore implements RevisionStore {

    /** First change under an idempotency key. */
    private record Known(Cursor cursor, String fingerprint) {

        Cursor cursor(Draft repeated) {
            if (!fingerprint.equals(repeated.fingerprint())) {
                throw new KeyReusedException();
            }
            return cursor;
        }
    }

    /** Edits of a room that the log may still contain: by a message its newest edit, by an edit the one before. */
    private static final class Edits extends LinkedHashMap<Cursor, Cursor> {

        private static final long serialVersionUID = 1;

        private final int most;
        private final Map<String, Long> counts = new HashMap<>();
        private final Map<String, Known> byKey = new LinkedHashMap<>() {

            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
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
    private final BusConfig config;
    private final Map<RoomName, Edits> rooms;

    LocalRevisionStore(LocalBus bus, BusConfig config) {
        this.bus = bus;
        this.config = config;
        this.rooms = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<RoomName, Edits> eldest) {
                return size() > config.maxTopics();
            }
        };
    }

    @Override
    public Uni<Cursor> edit(RoomName room, Cursor message, MessageContent content, Draft event) {
        return change(room, message, event, (log, edits, before) -> {
            StoredMessage now = StoredMessage.of(before).with(content);
            log.replace(room.messages(), message, now.edited());
            Cursor cursor = log.append(room.messages(), now.event(event.data(), content))
                    .cursor();
            Cursor newest = edits.put(message, cursor);
            if (newest != null) {
                edits.put(cursor, newest);
            }
            return cursor;
        });
    }

    @Override
    public Uni<Cursor> delete(RoomName room, Cursor message, String deleted, Draft event) {
        return change(room, message, event, (log, edits, before) -> {
            log.replace(room.messages(), message, deleted);
            for (Cursor edit = edits.remove(message); edit != null; edit = edits.remove(edit)) {
                log.replace(room.messages(), edit, event.data());
            }
            return log.append(room.messages(), event.data()).cursor();
        });
    }

    /** Step of a change; returns the cursor of its event. */
    private interface Step {
        Cursor make(LocalBus.Appender log, Edits edits, String before);
    }

    private Uni<Cursor> change(RoomName room, Cursor message, Draft event, Step step) {
        return bus.run(log -> {
            Topic topic = room.messages();
            Edits edits = rooms.computeIfAbsent(room, r -> edits(topic));
            Known known = event.key().map(edits.byKey::get).orElse(null);
            if (known != null) {
                return known.cursor(event);
            }
            Event before = log.at(topic, message);
            if (before == null || MessageEvents.isDeleted(before.data())) {
                throw RevisionStore.deleted();
            }
            Cursor cursor = step.make(log, edits, before.data());
            event.key().ifPresent(key -> edits.byKey.put(key, new Known(cursor, event.fingerprint())));
            edits.counts.merge(cursor.epoch(), 1L, Long::sum);
            edits.counts.keySet().removeIf(epoch -> !epoch.equals(cursor.epoch()));
            return cursor;
        });
    }

    private Edits edits(Topic topic) {
        return new Edits(
                Math.max(bus.retention(topic).length(), config.history().length()));
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
