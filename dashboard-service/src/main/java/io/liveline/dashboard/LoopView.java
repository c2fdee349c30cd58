package io.liveline.dashboard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.liveline.bus.Cursor;
import io.vertx.core.buffer.Buffer;

/**
 * The streams of one event loop that look at the same counters. Each position that some of them are at is encoded once a
 * tick, and the same bytes are written to all who are at it. Confined to the loop.
 */
final class LoopView {

    // Not static: a native executable cannot keep a buffer that was made while it was built. No empty line, which would
    // end
    // a block that has begun with the line that says when to come back.
    private final Buffer heartbeat = Buffer.buffer(":\n");
    private final Names names;
    private final Board board;
    private final DashboardConfig.Streams config;
    private final DashboardMeters meters;
    private final List<Stream> streams = new ArrayList<>();
    private final Map<Cursor, Encoded> encoded = new HashMap<>();
    // Serves all who come within a tick: what changes meanwhile follows it.
    private Encoded snapshot;
    private Encoded reset;
    private boolean behind;

    LoopView(Names names, Board board, DashboardConfig.Streams config, DashboardMeters meters) {
        this.names = names;
        this.board = board;
        this.config = config;
        this.meters = meters;
    }

    Names names() {
        return names;
    }

    boolean isEmpty() {
        return streams.isEmpty();
    }

    List<Stream> streams() {
        return streams;
    }

    /** Takes a stream in, and tells it everything if it has no position. */
    void add(Stream stream, long nowMillis) {
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

    boolean remove(Stream stream) {
        if (stream.index >= streams.size() || streams.get(stream.index) != stream) {
            return false;
        }
        Stream last = streams.remove(streams.size() - 1);
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
            Stream stream = streams.get(i);
            if (!at.equals(stream.position)) {
                behind |= !tell(stream, at, tick, nowMillis);
            }
        }
        encoded.clear();
    }

    /** Those whose viewers' tokens hold no longer. */
    List<Stream> expired(long atMillis) {
        return streams.stream().filter(stream -> stream.isExpired(atMillis)).toList();
    }

    /** Comments for those who were told nothing for long. Returns those that take nothing any more. */
    List<Stream> heartbeat(long nowMillis) {
        List<Stream> stalled = new ArrayList<>();
        long silence = config.heartbeat().toMillis();
        for (Stream stream : streams) {
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
    private boolean tell(Stream stream, Cursor at, long tick, long nowMillis) {
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
        Encoded news = encoded.get(stream.position);
        if (news == null) {
            news = encodeChange(stream.position);
            encoded.put(stream.position, news);
        }
        tell(stream, news, nowMillis);
        return true;
    }

    private void tell(Stream stream, Encoded news, long nowMillis) {
        if (news.bytes() != null) {
            stream.write(news.bytes(), nowMillis);
            meters.event();
        }
        stream.position = news.position();
    }

    private void tellReset(Stream stream, long nowMillis) {
        if (reset == null) {
            reset = encodeSnapshot(true);
        }
        meters.reset();
        tell(stream, reset, nowMillis);
    }

    private Encoded encodeSnapshot(boolean reset) {
        meters.encoded();
        return Encoded.snapshot(board.since(null, names), reset);
    }

    private Encoded encodeChange(Cursor from) {
        Board.Changes changes = board.since(from, names);
        if (changes.whole()) {
            meters.reset();
            return Encoded.snapshot(changes, true);
        }
        Encoded news = Encoded.change(changes);
        if (news.bytes() != null) {
            meters.encoded();
        }
        return news;
    }
}
