package io.liveline.bus.local;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import io.liveline.bus.BusConfig;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.KeyReusedException;
import io.liveline.bus.Page;
import io.liveline.bus.Retention;

/** Log of one topic in memory. Not thread-safe; time is an argument. */
public final class InMemoryTopicLog {

    /** Maximum number of remembered idempotency keys, as a multiple of the history's length. */
    private static final int KEYS_PER_EVENT = 10;

    private record Kept(Event event, long sinceMillis) {}

    private record Known(long offset, String fingerprint, long untilMillis) {}

    private final String epoch;
    private final BusConfig config;
    private final Retention.Bounds bounds;
    // Keyed by offset.
    private final NavigableMap<Long, Kept> events = new TreeMap<>();
    private final Map<String, Known> keys = new LinkedHashMap<>();
    private long offset;
    private long lastMillis;

    public InMemoryTopicLog(String epoch, BusConfig config, Retention.Bounds bounds) {
        this.epoch = epoch;
        this.config = config;
        this.bounds = bounds;
    }

    /**
     * Returns the cursor of the first event under the draft's key, or null.
     *
     * @throws KeyReusedException if the first event had a different content
     */
    Cursor known(Draft draft, long nowMillis) {
        forgetKeys(nowMillis);
        Known known = draft.key().map(keys::get).orElse(null);
        if (known == null) {
            return null;
        }
        if (!known.fingerprint().equals(draft.fingerprint())) {
            throw new KeyReusedException();
        }
        return new Cursor(epoch, known.offset());
    }

    /**
     * Appends an event.
     *
     * @param nowMillis current time of the monotonic clock
     * @param atMillis the same time in milliseconds since 1970
     */
    public Event append(Draft draft, long nowMillis, long atMillis) {
        lastMillis = nowMillis;
        Event event = new Event(new Cursor(epoch, ++offset), atMillis, draft.data());
        events.put(offset, new Kept(event, nowMillis));
        long until = nowMillis + config.idempotencyWindow().toMillis();
        draft.key().ifPresent(key -> keys.put(key, new Known(offset, draft.fingerprint(), until)));
        trim(nowMillis);
        return event;
    }

    /** Returns the event at this position, or null if there is none. */
    Event at(Cursor position) {
        Kept kept = position.epoch().equals(epoch) ? events.get(position.offset()) : null;
        return kept == null ? null : kept.event();
    }

    /** Replaces the data of an event. */
    void replace(Cursor position, String data) {
        if (position.epoch().equals(epoch)) {
            events.computeIfPresent(
                    position.offset(),
                    (offset, kept) ->
                            new Kept(new Event(position, kept.event().timeMillis(), data), kept.sinceMillis()));
        }
    }

    public Page read(Cursor after, int limit, long nowMillis) {
        trim(nowMillis);
        long oldest = offset - events.size();
        boolean complete =
                after == null || (after.epoch().equals(epoch) && after.offset() >= oldest && after.offset() <= offset);
        long from = after == null || !complete ? oldest : after.offset();
        return new Page(slice(from, from + limit), end(), complete);
    }

    Page readBack(Cursor before, int limit, long nowMillis) {
        trim(nowMillis);
        boolean complete = before == null || (before.epoch().equals(epoch) && before.offset() <= offset + 1);
        long upTo = before == null || !complete ? offset : before.offset() - 1;
        return new Page(slice(upTo - limit, upTo), end(), complete);
    }

    public Cursor end() {
        return new Cursor(epoch, offset);
    }

    /** Returns whether the last append was so long ago that the topic's cursors have expired. */
    boolean isExpired(long nowMillis) {
        return nowMillis - lastMillis > config.history().cursorLife().toMillis();
    }

    /** Returns the kept events with an offset greater than {@code from} and at most {@code upTo}. */
    private List<Event> slice(long from, long upTo) {
        return from >= upTo
                ? List.of()
                : events.subMap(from, false, upTo, true).values().stream()
                        .map(Kept::event)
                        .toList();
    }

    private void trim(long nowMillis) {
        long oldest = nowMillis - bounds.age().toMillis();
        while (!events.isEmpty()
                && (events.size() > bounds.length()
                        || events.firstEntry().getValue().sinceMillis() < oldest)) {
            events.pollFirstEntry();
        }
    }

    private void forgetKeys(long nowMillis) {
        int most = KEYS_PER_EVENT * Math.max(bounds.length(), config.history().length());
        Iterator<Known> oldest = keys.values().iterator();
        while (oldest.hasNext() && (oldest.next().untilMillis() < nowMillis || keys.size() > most)) {
            oldest.remove();
        }
    }
}
