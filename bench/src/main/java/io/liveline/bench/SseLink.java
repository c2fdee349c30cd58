package io.liveline.bench;

import java.nio.charset.StandardCharsets;

/** A stream of events: takes off the chunks that HTTP/1.1 puts around them. */
abstract class SseLink extends Link {

    private static final byte[] END_OF_LINE = Scan.ascii("\r\n");

    private final String path;
    private final Tally tally;
    private boolean open;

    SseLink(String path, Tally tally) {
        this.path = path;
        this.tally = tally;
    }

    /** What one write of the server held: one event or a few, or a comment. */
    abstract void chunk(byte[] bytes, int from, int to);

    @Override
    void connected() {
        say("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n");
    }

    @Override
    void lost() {
        tally.lost++;
    }

    @Override
    int take(byte[] bytes, int from, int to) {
        int at = from;
        if (!open) {
            int end = Scan.find(bytes, END_OF_HEAD, at, to);
            if (end < 0) {
                return at;
            }
            if (status(bytes, at) != 200) {
                throw new IllegalStateException(new String(bytes, at, to - at, StandardCharsets.US_ASCII));
            }
            open = true;
            at = end + END_OF_HEAD.length;
        }
        while (at < to) {
            int end = Scan.find(bytes, END_OF_LINE, at, to);
            if (end < 0) {
                return at;
            }
            int start = end + END_OF_LINE.length;
            int length = Integer.parseInt(new String(bytes, at, end - at, StandardCharsets.US_ASCII), 16);
            if (to - start < length + END_OF_LINE.length) {
                return at;
            }
            chunk(bytes, start, start + length);
            at = start + length + END_OF_LINE.length;
        }
        return at;
    }
}
