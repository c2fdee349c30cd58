package io.liveline.bench.net;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.liveline.bench.util.Tally;

/**
 * SSE stream, read line by line. Chunks of HTTP/1.1 and reads may split a line anywhere; a bounded buffer joins it.
 */
public abstract class SseConnection extends Connection {

    private static final byte[] END_OF_LINE = ByteScanner.ascii("\r\n");
    private static final byte[] CHUNKED = ByteScanner.ascii("ncoding: chunked");
    private static final int LONGEST_HEAD = 1 << 14;
    private static final int LONGEST_SIZE = 1 << 8;
    private static final int LONGEST_LINE = 1 << 20;

    private final String path;
    private final Tally tally;
    private boolean open;
    private boolean chunked;
    // Rest of the current chunk.
    private int left;
    private byte[] line = new byte[0];
    private int lineLength;

    public SseConnection(String path, Tally tally) {
        this.path = path;
        this.tally = tally;
    }

    /** Called when the server answered with the stream. */
    public void opened() {}

    /** Called with each complete line without its end; an empty line ends an event. */
    public abstract void line(byte[] bytes, int from, int to, long now);

    @Override
    public void connected() {
        say("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n");
    }

    @Override
    public void lost() {
        tally.lost++;
    }

    @Override
    public int take(byte[] bytes, int from, int to) {
        int at = from;
        if (!open) {
            int end = bounded(ByteScanner.find(bytes, END_OF_HEAD, at, to), to - at, LONGEST_HEAD);
            if (end < 0) {
                return at;
            }
            if (status(bytes, at) != 200) {
                throw new IllegalStateException(new String(bytes, at, to - at, StandardCharsets.US_ASCII));
            }
            open = true;
            chunked = ByteScanner.find(bytes, CHUNKED, at, end) >= 0;
            at = end + END_OF_HEAD.length;
            opened();
        }
        long now = System.nanoTime();
        if (chunked) {
            return chunks(bytes, at, to, now);
        }
        lines(bytes, at, to, now);
        return to;
    }

    private int chunks(byte[] bytes, int from, int to, long now) {
        int at = from;
        while (at < to) {
            if (left > 0) {
                int end = Math.min(to, at + left);
                lines(bytes, at, end, now);
                left -= end - at;
                at = end;
                continue;
            }
            int end = bounded(ByteScanner.find(bytes, END_OF_LINE, at, to), to - at, LONGEST_SIZE);
            if (end < 0) {
                return at;
            }
            // An empty line ends the previous chunk.
            if (end > at) {
                size(new String(bytes, at, end - at, StandardCharsets.US_ASCII));
            }
            at = end + END_OF_LINE.length;
        }
        return at;
    }

    private void size(String size) {
        left = Integer.parseInt(size, 16);
        if (left == 0) {
            // The last chunk ends the stream, although the server may keep the connection open.
            channel.close();
        }
    }

    private void lines(byte[] bytes, int from, int to, long now) {
        int at = from;
        while (at < to) {
            int end = ByteScanner.find(bytes, (byte) '\n', at, to);
            if (end < 0) {
                keep(bytes, at, to);
                return;
            }
            if (lineLength == 0) {
                trimmed(bytes, at, end, now);
            } else {
                keep(bytes, at, end);
                int length = lineLength;
                lineLength = 0;
                trimmed(line, 0, length, now);
            }
            at = end + 1;
        }
    }

    private void trimmed(byte[] bytes, int from, int to, long now) {
        line(bytes, from, to > from && bytes[to - 1] == '\r' ? to - 1 : to, now);
    }

    /** Keeps the start of an incomplete line. */
    private void keep(byte[] bytes, int from, int to) {
        int length = lineLength + to - from;
        bounded(-1, length, LONGEST_LINE);
        if (length > line.length) {
            line = Arrays.copyOf(line, Math.max(length, 2 * line.length));
        }
        System.arraycopy(bytes, from, line, lineLength, to - from);
        lineLength = length;
    }

    /** Returns the index of an end; fails if it was not found within the maximum length. */
    private static int bounded(int found, int searched, int longest) {
        if (found < 0 && searched > longest) {
            throw new IllegalStateException("a line does not end within " + longest + " bytes");
        }
        return found;
    }
}
