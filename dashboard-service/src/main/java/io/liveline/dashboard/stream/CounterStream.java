package io.liveline.dashboard.stream;

import io.liveline.bus.Cursor;
import io.liveline.edge.IndexedBag;
import io.liveline.edge.longlived.SseResponse;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/**
 * SSE stream of one client. It holds a position and no queue: a slow client skips intermediate values and gets the
 * newest later. Confined to its event loop.
 */
final class CounterStream extends IndexedBag.Entry {

    final SharedView view;
    final SseResponse sse;
    private final HttpServerResponse response;
    private final int everyTicks;
    private final long expiresMillis;
    // Position of the client; advances without an event if none of its counters changed.
    Cursor position;
    private long wroteMillis;
    private long stalledMillis;

    /**
     * @param everyTicks number of ticks of its loop between two events
     * @param position position to resume at, or null for a snapshot
     * @param expiresMillis expiry of the client's token, milliseconds since 1970
     */
    CounterStream(
            SharedView view, SseResponse sse, int everyTicks, Cursor position, long expiresMillis, long nowMillis) {
        this.view = view;
        this.sse = sse;
        this.response = sse.response();
        this.everyTicks = everyTicks;
        this.position = position;
        this.expiresMillis = expiresMillis;
        this.wroteMillis = nowMillis;
    }

    boolean isDue(long tick) {
        return tick % everyTicks == 0;
    }

    /** Returns whether the client has not yet read what was written, and notes since when. */
    boolean checkSlow(long nowMillis) {
        if (!response.writeQueueFull()) {
            stalledMillis = 0;
            return false;
        }
        if (stalledMillis == 0) {
            stalledMillis = nowMillis;
        }
        return true;
    }

    boolean isStalled(long nowMillis, long patienceMillis) {
        return stalledMillis != 0 && nowMillis - stalledMillis >= patienceMillis;
    }

    boolean isExpired(long atMillis) {
        return atMillis >= expiresMillis;
    }

    boolean isSilent(long nowMillis, long heartbeatMillis) {
        return nowMillis - wroteMillis >= heartbeatMillis;
    }

    void write(Buffer bytes, long nowMillis) {
        response.write(bytes);
        wroteMillis = nowMillis;
    }
}
