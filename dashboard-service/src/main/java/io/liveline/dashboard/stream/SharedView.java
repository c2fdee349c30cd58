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
import io.liveline.edge.IndexedBag;
import io.vertx.core.buffer.Buffer;

/**
 * Streams of one event loop with the same counter selection. The changes after each position are encoded once a tick,
 * and the same bytes are written to all streams at that position. Confined to the loop.
 */
final class SharedView {

    // Not static: a native executable cannot contain a buffer that was created at build time. Without an empty line,
    // which would end a block that has started with the retry line.
    private final Buffer heartbeat = Buffer.buffer(":\n");
    final CounterSelection names;
    private final CounterBoard board;
    private final DashboardConfig.Streams config;
    private final DashboardMeters meters;
    final IndexedBag<CounterStream> streams = new IndexedBag<>(10);
    private final Map<Cursor, EncodedEvent> encoded = new HashMap<>();
    // Shared by all streams that start within a tick; later changes follow as events.
    private EncodedEvent snapshot;
    private EncodedEvent reset;
    private final Map<Cursor, EncodedEvent> resumptions = new HashMap<>();
    private boolean lagging;

    SharedView(CounterSelection names, CounterBoard board, DashboardConfig.Streams config, DashboardMeters meters) {
        this.names = names;
        this.board = board;
        this.config = config;
        this.meters = meters;
    }

    /**
     * Adds a stream, and writes its first event: a snapshot, or what changed after its position, even if that is
     * nothing. Without an event a client could not tell a resumed stream from one that a proxy buffers.
     */
    void add(CounterStream stream, long nowMillis) {
        streams.add(stream);
        lagging = true;
        if (stream.position == null) {
            if (snapshot == null) {
                snapshot = encodeSnapshot(false);
            }
            write(stream, snapshot, nowMillis);
        } else if (!board.holds(stream.position)) {
            writeReset(stream, nowMillis);
        } else {
            write(stream, resumptions.computeIfAbsent(stream.position, from -> encodeChange(from, true)), nowMillis);
        }
    }

    boolean remove(CounterStream stream) {
        return streams.remove(stream);
    }

    /**
     * Writes the changes to the streams that are due and not slow.
     *
     * @param moved whether the board has moved since the last tick
     */
    void tick(long tick, boolean moved, long nowMillis) {
        snapshot = null;
        reset = null;
        resumptions.clear();
        if (!moved && !lagging) {
            return;
        }
        lagging = false;
        Cursor at = board.cursor();
        for (int i = 0; i < streams.size(); i++) {
            CounterStream stream = streams.get(i);
            if (!at.equals(stream.position)) {
                lagging |= !update(stream, at, tick, nowMillis);
            }
        }
        encoded.clear();
    }

    /** Returns the streams whose client's token has expired. */
    List<CounterStream> expired(long atMillis) {
        return streams.copy().stream()
                .filter(stream -> stream.isExpired(atMillis))
                .toList();
    }

    /** Writes a comment to the streams that were silent for the heartbeat interval. Returns the stalled streams. */
    List<CounterStream> heartbeat(long nowMillis) {
        List<CounterStream> stalled = new ArrayList<>();
        long silence = config.heartbeat().toMillis();
        for (CounterStream stream : streams.copy()) {
            if (stream.checkSlow(nowMillis)) {
                if (stream.isStalled(nowMillis, config.closeStalledAfter().toMillis())) {
                    stalled.add(stream);
                }
            } else if (stream.isSilent(nowMillis, silence)) {
                stream.write(heartbeat, nowMillis);
            }
        }
        return stalled;
    }

    /** Writes the changes after the stream's position if it is due. Returns whether the stream is up to date. */
    private boolean update(CounterStream stream, Cursor at, long tick, long nowMillis) {
        if (!stream.isDue(tick)) {
            return false;
        }
        if (stream.checkSlow(nowMillis)) {
            meters.skipped.increment();
            return false;
        }
        if (!stream.position.sameLife(at)) {
            writeReset(stream, nowMillis);
            return true;
        }
        EncodedEvent event = encoded.get(stream.position);
        if (event == null) {
            event = encodeChange(stream.position, false);
            encoded.put(stream.position, event);
        }
        write(stream, event, nowMillis);
        return true;
    }

    private void write(CounterStream stream, EncodedEvent event, long nowMillis) {
        if (event.bytes() != null) {
            stream.write(event.bytes(), nowMillis);
            meters.events.increment();
        }
        stream.position = event.position();
    }

    private void writeReset(CounterStream stream, long nowMillis) {
        if (reset == null) {
            reset = encodeSnapshot(true);
        }
        meters.resets.increment();
        write(stream, reset, nowMillis);
    }

    private EncodedEvent encodeSnapshot(boolean reset) {
        meters.encoded.increment();
        return EncodedEvent.snapshot(board.since(null, names), reset);
    }

    private EncodedEvent encodeChange(Cursor from, boolean evenIfEmpty) {
        CounterBoard.Changes changes = board.since(from, names);
        if (changes.whole()) {
            meters.resets.increment();
            return EncodedEvent.snapshot(changes, true);
        }
        if (changes.counters().isEmpty() && !evenIfEmpty) {
            return EncodedEvent.none(changes.cursor());
        }
        meters.encoded.increment();
        return EncodedEvent.change(changes);
    }
}
