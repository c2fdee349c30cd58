package io.liveline.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import jakarta.inject.Singleton;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Page;
import io.liveline.edge.RoomName;
import io.smallrye.mutiny.Uni;

/**
 * Pages of what was said, with the text of now. A page behind a cursor is a stretch of the log, with the edits and
 * deletions in it, so that who reads on misses nothing; a page before a cursor, or the newest, has messages only.
 */
@Singleton
final class History {

    private final EventBus bus;
    private final Changes changes;

    History(EventBus bus, Revisions revisions) {
        this.bus = bus;
        this.changes = revisions.changes();
    }

    /**
     * A stretch of a room's log, as JSON.
     *
     * @param after null, or what the asker has already
     * @param before null, or the oldest that the asker has; null both: the newest page
     */
    Uni<Stretch> read(RoomName room, Cursor after, Cursor before, int limit) {
        Uni<Stretch> stretch = after != null
                ? bus.read(room.messages(), after, limit).map(page -> Stretch.forward(page, after))
                : bus.readBack(room.messages(), before, limit)
                        .flatMap(page -> fill(room, limit, Stretch.backward(page)));
        return stretch.flatMap(found -> changes.of(room, found.messages()).map(found::with));
    }

    /** Reads on backwards until there are as many messages as were asked for: a page must not be empty for its edits. */
    private Uni<Stretch> fill(RoomName room, int limit, Stretch stretch) {
        int missing = limit - stretch.events().size();
        if (missing <= 0 || !stretch.more()) {
            return Uni.createFrom().item(stretch);
        }
        Cursor before = stretch.start().at(stretch.start().offset() + 1);
        return bus.readBack(room.messages(), before, missing)
                .flatMap(page -> page.complete() && !page.events().isEmpty()
                        ? fill(room, limit, stretch.precededBy(page))
                        : Uni.createFrom().item(stretch.atStart()));
    }

    /**
     * Part of a room's log.
     *
     * @param start the position before the first event
     * @param end the newest position that is covered
     * @param complete whether it joins on to what was asked for
     * @param more whether there is more in the direction of reading
     * @param now what has become of its messages
     */
    record Stretch(
            List<Event> events,
            Cursor start,
            Cursor end,
            boolean complete,
            boolean more,
            Map<Cursor, Changes.Now> now) {

        static Stretch forward(Page page, Cursor after) {
            List<Event> events = page.events();
            Cursor end = events.isEmpty()
                    ? (page.complete() ? after : page.end())
                    : events.get(events.size() - 1).cursor();
            return new Stretch(events, page.start(), end, page.complete(), !end.equals(page.end()), Map.of());
        }

        static Stretch backward(Page page) {
            List<Event> events = page.events();
            Cursor end = events.isEmpty()
                    ? page.end()
                    : events.get(events.size() - 1).cursor();
            boolean more = page.start().offset() > 0 && !events.isEmpty();
            return new Stretch(messagesOf(page), page.start(), end, page.complete(), more, Map.of());
        }

        Stretch precededBy(Page page) {
            List<Event> all = new ArrayList<>(messagesOf(page));
            all.addAll(events);
            return new Stretch(all, page.start(), end, complete, page.start().offset() > 0, now);
        }

        Stretch atStart() {
            return new Stretch(events, start, end, complete, false, now);
        }

        Stretch with(Map<Cursor, Changes.Now> known) {
            return new Stretch(events, start, end, complete, more, known);
        }

        List<Cursor> messages() {
            return events.stream().filter(Message::isMessage).map(Event::cursor).toList();
        }

        /** Joined by hand, because each event is JSON already. */
        String json(RoomName room) {
            StringBuilder json = new StringBuilder("{\"room\":\"").append(room).append("\",\"messages\":[");
            for (int i = 0; i < events.size(); i++) {
                Event event = events.get(i);
                json.append(i == 0 ? "" : ",").append(Message.json(event, now.get(event.cursor())));
            }
            return json.append(Pages.end(start, end, complete, more)).toString();
        }

        private static List<Event> messagesOf(Page page) {
            return page.events().stream().filter(Message::isMessage).toList();
        }
    }
}
