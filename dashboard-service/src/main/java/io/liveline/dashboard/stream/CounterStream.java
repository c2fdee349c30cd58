package io.liveline.dashboard.stream;

import io.liveline.bus.Cursor;
import io.liveline.edge.longlived.LongLivedResponse;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/** One viewer. It holds a position and no queue: what it cannot take now it gets later, as it is then. */
final class CounterStream {

    private final SharedView view;
    private final LongLivedResponse held;
    private final HttpServerResponse response;
    private final int everyTicks;
    private final long expiresMillis;
    // What the viewer has seen; it moves on without a word when nothing that it looks at has changed.
    Cursor position;
    // Its place among the streams of its view.
    int index;
    private long wroteMillis;
    private long stalledMillis;

    /**
     * @param everyTicks it is told something at every so many ticks of its loop
     * @param position where it goes on, or null for a snapshot
     * @param expiresMillis until when its viewer's token holds
     */
    CounterStream(SharedView view, LongLivedResponse held, int everyTicks, Cursor position, long expiresMillis) {
        this.view = view;
        this.held = held;
        this.response = held.response();
        this.everyTicks = everyTicks;
        this.position = position;
        this.expiresMillis = expiresMillis;
    }

    SharedView view() {
        return view;
    }

    boolean isDue(long tick) {
        return tick % everyTicks == 0;
    }

    /** Whether its reader has not yet taken what was written. */
    boolean isSlow(long nowMillis) {
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

    /** Ends it at once, whatever is still to be taken. */
    void cut() {
        held.cut();
    }

    /** Ends it with a last word, and sees to it that its client comes back over another connection. */
    void seeOff(Buffer word) {
        if (response.writeQueueFull()) {
            cut();
            return;
        }
        response.end(word);
        held.sendElsewhere();
    }

    void end() {
        response.end();
    }
}
