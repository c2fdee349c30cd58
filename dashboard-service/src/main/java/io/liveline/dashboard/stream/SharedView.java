package io.liveline.dashboard.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.liveline.bus.Cursor;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.DashboardMeters;
import io.liveline.dashboard.board.CounterBoard;
import io.liveline.dashboard.counter.CounterSelection;
import io.vertx.core.buffer.Buffer;

/**
 * The streams of one event loop that look at the same counters. Each position that some of them are at is encoded once
 * a tick, and the same bytes are written to all who are at it. Confined to the loop.
 */
final class SharedView {

    // Not static: a native executable cannot keep a buffer that was made while it was built. No empty line, which would
    // end
    // a block that has begun with the line that says when to come back.
    private final Buffer heartbeat = Buffer.buffer(":\n");
    private final CounterSelection names;
    private final CounterBoard board;
    private final DashboardConfig.Streams config;
    private final DashboardMeters meters;
    private final List<CounterStream> streams = new ArrayList<>();
    private final Map<Cursor, EncodedEvent> encoded = new HashMap<>();
    // Serves all who come within a tick: what changes meanwhile follows it.
    private EncodedEvent snapshot;
    private EncodedEvent reset;
    private boolean behind;

    SharedView(CounterSelection names, CounterBoard board, DashboardConfig.Streams config, DashboardMeters meters) {
        this.names = names;
        this.board = board;
        this.config = config;
        this.meters = meters;
    }

    CounterSelection names() {
        return names;
    }

    boolean isEmpty() {
        return streams.isEmpty();
    }

    List<CounterStream> streams() {
        return streams;
    }

    /** Takes a stream in, and tells it everything if it has no position. */
    void add(CounterStream stream, long nowMillis) {
        stream.index = streams.size();
        streams.add(stream);
        behind = true;
        if (stream.position == null) {
            if (snapshot == null) {
                snapshot = encodeSnapshot(false);
            }
            tell(stream, snapshot, nowMillis);
        } else if (!board.holds(stream.position)) {
            tellReset(stream, nowMillis);
        }
    }

    boolean remove(CounterStream stream) {
        if (stream.index >= streams.size() || streams.get(stream.index) != stream) {
            return false;
        }
        CounterStream last = streams.remove(streams.size() - 1);
        if (last != stream) {
            streams.set(stream.index, last);
            last.index = stream.index;
        }
        return true;
    }

    /**
     * Tells what is new to those who are due and can take it.
     *
     * @param moved whether the board has moved since the last tick
     */
    void tick(long tick, boolean moved, long nowMillis) {
        snapshot = null;
        reset = null;
        if (!moved && !behind) {
            return;
        }
        behind = false;
        Cursor at = board.cursor();
        for (int i = 0; i < streams.size(); i++) {
            CounterStream stream = streams.get(i);
            if (!at.equals(stream.position)) {
                behind |= !tell(stream, at, tick, nowMillis);
            }
        }
        encoded.clear();
    }

    /** Those whose viewers' tokens hold no longer. */
    List<CounterStream> expired(long atMillis) {
        return streams.stream().filter(stream -> stream.isExpired(atMillis)).toList();
    }

    /** Comments for those who were told nothing for long. Returns those that take nothing any more. */
    List<CounterStream> heartbeat(long nowMillis) {
        List<CounterStream> stalled = new ArrayList<>();
        long silence = config.heartbeat().toMillis();
        for (CounterStream stream : streams) {
            if (stream.isSlow(nowMillis)) {
                if (stream.isStalled(nowMillis, config.closeStalledAfter().toMillis())) {
                    stalled.add(stream);
                }
            } else if (stream.isSilent(nowMillis, silence)) {
                stream.write(heartbeat, nowMillis);
            }
        }
        return stalled;
    }

    /** Returns whether it knows everything now. */
    private boolean tell(CounterStream stream, Cursor at, long tick, long nowMillis) {
        if (!stream.isDue(tick)) {
            return false;
        }
        if (stream.isSlow(nowMillis)) {
            meters.skipped();
            return false;
        }
        if (!stream.position.sameLife(at)) {
            tellReset(stream, nowMillis);
            return true;
        }
        EncodedEvent news = encoded.get(stream.position);
        if (news == null) {
            news = encodeChange(stream.position);
            encoded.put(stream.position, news);
        }
        tell(stream, news, nowMillis);
        return true;
    }

    private void tell(CounterStream stream, EncodedEvent news, long nowMillis) {
        if (news.bytes() != null) {
            stream.write(news.bytes(), nowMillis);
            meters.event();
        }
        stream.position = news.position();
    }

    private void tellReset(CounterStream stream, long nowMillis) {
        if (reset == null) {
            reset = encodeSnapshot(true);
        }
        meters.reset();
        tell(stream, reset, nowMillis);
    }

    private EncodedEvent encodeSnapshot(boolean reset) {
        meters.encoded();
        return EncodedEvent.snapshot(board.since(null, names), reset);
    }

    private EncodedEvent encodeChange(Cursor from) {
        CounterBoard.Changes changes = board.since(from, names);
        if (changes.whole()) {
            meters.reset();
            return EncodedEvent.snapshot(changes, true);
        }
        EncodedEvent news = EncodedEvent.change(changes);
        if (news.bytes() != null) {
            meters.encoded();
        }
        return news;
    }
}
