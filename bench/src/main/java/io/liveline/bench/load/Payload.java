package io.liveline.bench.load;

import io.liveline.bench.net.ByteScanner;
import io.liveline.bench.server.Target;

/**
 * Text of a message, of fixed length. It begins with the number and the due time of the message, so that a reader finds
 * both without parsing.
 */
public final class Payload {

    private static final int SEQUENCE_DIGITS = 10;
    private static final int NANOS_DIGITS = 19;
    private static final int SHORTEST = SEQUENCE_DIGITS + 1 + NANOS_DIGITS;
    // One hour ago: the first message is due before this class is loaded, and no time may be negative.
    private static final long BASE = System.nanoTime() - 3_600_000_000_000L;

    // The prefix of an event's object in Socket.IO.
    static final String EVENT = "42[\"m\",";

    private Payload() {}

    /**
     * Returns the frame that posts a message to the target. Targets that only forward it get the line that Liveline
     * creates.
     */
    public static byte[] post(Target target, String room, long sequence, long nanos, int textBytes) {
        return post(target, room, sequence, nanos, textBytes, false);
    }

    /** @param asData whether the text is in the message's data */
    public static byte[] post(Target target, String room, long sequence, long nanos, int textBytes, boolean asData) {
        StringBuilder frame = new StringBuilder(256 + textBytes);
        if (target.isOurs()) {
            frame.append("{\"type\":\"post\",\"room\":\"")
                    .append(room)
                    .append("\",\"id\":\"m")
                    .append(sequence);
        } else {
            frame.append("{\"type\":\"message\",\"cursor\":\"k3f9x2ab-").append(sequence);
            frame.append("\",\"time\":").append(System.currentTimeMillis());
            frame.append(",\"room\":\"").append(room).append("\",\"id\":\"m").append(sequence);
            frame.append("\",\"author\":\"u0\",\"name\":\"u0");
        }
        frame.append(asData ? "\",\"kind\":\"bench.data\",\"data\":{\"text\":\"" : "\",\"text\":\"");
        text(frame, sequence, nanos, textBytes);
        frame.append(asData ? "\"}}" : "\"}");
        return ByteScanner.ascii(target == Target.SOCKETIO ? EVENT + frame + "]" : frame.toString());
    }

    public static long sequence(byte[] bytes, int lineEnd, int textBytes) {
        return ByteScanner.digits(bytes, start(bytes, lineEnd, textBytes), SEQUENCE_DIGITS);
    }

    /** Returns where the text begins: after it are a quote and one brace, or two if it is in the message's data. */
    private static int start(byte[] bytes, int lineEnd, int textBytes) {
        return lineEnd - (bytes[lineEnd - 2] == '}' ? 3 : 2) - textBytes;
    }

    /** Returns the time since the message was due. */
    public static long age(byte[] bytes, int lineEnd, int textBytes, long now) {
        return now
                - BASE
                - ByteScanner.digits(bytes, start(bytes, lineEnd, textBytes) + SEQUENCE_DIGITS + 1, NANOS_DIGITS);
    }

    private static void text(StringBuilder frame, long sequence, long nanos, int textBytes) {
        if (textBytes < SHORTEST) {
            throw new IllegalArgumentException("A text has at least " + SHORTEST + " bytes");
        }
        padded(frame, sequence, SEQUENCE_DIGITS);
        frame.append(' ');
        // System.nanoTime may start at any value, also a negative one.
        padded(frame, nanos - BASE, NANOS_DIGITS);
        frame.append("x".repeat(textBytes - SHORTEST));
    }

    private static void padded(StringBuilder frame, long number, int digits) {
        String text = Long.toString(number);
        frame.append("0".repeat(digits - text.length())).append(text);
    }
}
