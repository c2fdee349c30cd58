package io.liveline.chat;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.liveline.bus.BusConfig;
import io.liveline.bus.Cursor;
import io.liveline.bus.LocalBus;
import io.liveline.bus.Page;
import io.liveline.edge.Problem;
import io.liveline.edge.RoomName;
import io.smallrye.mutiny.Uni;

/** Changes beside the in-process bus, confined to its event loop. */
final class LocalChanges implements Changes {

    /** The changes of a room: those whose messages the log may still have. */
    private static final class Changed extends LinkedHashMap<Cursor, Now> {

        private final int most;
        private final Map<String, Long> counts = new HashMap<>();

        Changed(int most) {
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Cursor, Now> eldest) {
            return size() > most;
        }
    }

    private final LocalBus bus;
    private final int perRoom;
    private final Map<RoomName, Changed> rooms;

    LocalChanges(LocalBus bus, BusConfig config) {
        this.bus = bus;
        this.perRoom = config.history().length();
        this.rooms = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<RoomName, Changed> eldest) {
                return size() > config.maxTopics();
            }
        };
    }

    @Override
    public Uni<Cursor> change(RoomName room, Cursor message, Now now, String event) {
        return bus.run(log -> {
            Changed changed = rooms.computeIfAbsent(room, r -> new Changed(perRoom));
            Now before = changed.get(message);
            if (before != null && before.isDeleted()) {
                throw new Problem(409, "deleted", "The message was taken back before");
            }
            Cursor cursor = log.append(room.messages(), event).cursor();
            changed.put(message, now);
            changed.counts.merge(cursor.epoch(), 1L, Long::sum);
            changed.counts.keySet().removeIf(epoch -> !epoch.equals(cursor.epoch()));
            return cursor;
        });
    }

    @Override
    public Uni<Map<Cursor, Now>> of(RoomName room, List<Cursor> messages) {
        return bus.run(log -> {
            Map<Cursor, Now> found = new HashMap<>();
            Changed changed = rooms.get(room);
            if (changed != null) {
                for (Cursor message : messages) {
                    Now now = changed.get(message);
                    if (now != null) {
                        found.put(message, now);
                    }
                }
            }
            return found;
        });
    }

    @Override
    public Uni<Posts> posts(RoomName room) {
        // A change in between makes it one too few until it is asked again; never one too many, which would stay.
        return bus.readBack(room.messages(), null, 1)
                .map(Page::end)
                .chain(end -> bus.run(log -> {
                    Changed changed = rooms.get(room);
                    long changes = changed == null ? 0 : changed.counts.getOrDefault(end.epoch(), 0L);
                    return new Posts(end, Math.max(0, end.offset() - changes));
                }));
    }
}
