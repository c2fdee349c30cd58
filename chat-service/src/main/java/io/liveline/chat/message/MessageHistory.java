package io.liveline.chat.message;

import java.util.ArrayList;
import java.util.List;

import jakarta.inject.Singleton;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Page;
import io.liveline.chat.ChatConfig;
import io.liveline.edge.RoomName;
import io.smallrye.mutiny.Uni;

/**
 * Reader of message history, with the current text of each message. A page after a cursor is a part of the log
 * including its edits and deletions, so that a client that reads on misses nothing. A page before a cursor, and the
 * newest page, contain messages only.
 */
@Singleton
public final class MessageHistory {

    private final EventBus bus;
    private final ChatConfig.Page config;

    MessageHistory(EventBus bus, ChatConfig config) {
        this.bus = bus;
        this.config = config.page();
    }

    /**
     * Reads a part of a room's log.
     *
     * @param after null, or the cursor of the newest event that the client has
     * @param before null, or the cursor of the oldest event that the client has; if both are null, the newest page is
     *     read
     */
    public Uni<Stretch> read(RoomName room, Cursor after, Cursor before, int limit) {
        return after != null
                ? bus.read(room.messages(), after, limit).map(page -> Stretch.forward(page, after))
                : bus.readBack(room.messages(), before, limit)
                        .flatMap(page -> fill(room, limit, limit, limit, Stretch.backward(page)));
    }

    /**
     * Reads further back until the page is full, because a page must not be short for its edits. Each read fetches
     * twice as many events as the one before, so that few reads are needed. The page ends at the maximum number of
     * searched events.
     */
    private Uni<Stretch> fill(RoomName room, int limit, int last, int seen, Stretch stretch) {
        if (stretch.events().size() >= limit || !stretch.more()) {
            return Uni.createFrom().item(stretch.newest(limit));
        }
        int next = Math.min(Math.min(2 * last, config.largest()), config.searched() - seen);
        if (next <= 0) {
            return Uni.createFrom().item(stretch.searchedOut());
        }
        return bus.readBack(room.messages(), stretch.before(), next)
                .flatMap(page -> page.complete() && !page.events().isEmpty()
                        ? fill(room, limit, next, seen + next, stretch.precededBy(page))
                        : Uni.createFrom().item(stretch.atStart()));
    }

    /**
     * Part of a room's log.
     *
     * @param start position before the first event
     * @param end newest position that is covered
     * @param complete whether it continues the requested position without a gap
     * @param more whether more events exist in the direction of reading
     */
    public record Stretch(List<Event> events, Cursor start, Cursor end, boolean complete, boolean more) {

        static Stretch forward(Page page, Cursor after) {
            List<Event> events = page.events();
            Cursor end = events.isEmpty()
                    ? (page.complete() ? after : page.end())
                    : events.get(events.size() - 1).cursor();
            return new Stretch(events, page.start(), end, page.complete(), !end.equals(page.end()));
        }

        static Stretch backward(Page page) {
            List<Event> events = page.events();
            Cursor end = events.isEmpty()
                    ? page.end()
                    : events.get(events.size() - 1).cursor();
            boolean more = page.start().offset() > 0 && !events.isEmpty();
            return new Stretch(messagesOf(page), page.start(), end, page.complete(), more);
        }

        /** Returns the cursor before which the next page backwards is read. */
        Cursor before() {
            return start.at(start.offset() + 1);
        }

        Stretch precededBy(Page page) {
            List<Event> all = new ArrayList<>(messagesOf(page));
            all.addAll(events);
            return new Stretch(all, page.start(), end, complete, page.start().offset() > 0);
        }

        Stretch atStart() {
            return new Stretch(events, start, end, complete, false);
        }

        /** Returns an empty page that continues before the searched events, if none of them is a message. */
        Stretch searchedOut() {
            return events.isEmpty() ? new Stretch(events, before(), end, complete, true) : this;
        }

        /** Returns the newest messages; older ones are left for the next page. */
        Stretch newest(int limit) {
            if (events.size() <= limit) {
                return this;
            }
            List<Event> newest = events.subList(events.size() - limit, events.size());
            Cursor first = newest.get(0).cursor();
            return new Stretch(newest, first.at(first.offset() - 1), end, complete, true);
        }

        /** Returns the page as JSON. It is concatenated, because each event is JSON already. */
        public String json(RoomName room) {
            StringBuilder json = new StringBuilder(PageJson.start(room));
            for (int i = 0; i < events.size(); i++) {
                json.append(i == 0 ? "" : ",").append(MessageEvents.json(events.get(i)));
            }
            return json.append(PageJson.end(start, end, complete, more)).toString();
        }

        private static List<Event> messagesOf(Page page) {
            return page.events().stream().filter(MessageEvents::isMessage).toList();
        }
    }
}
