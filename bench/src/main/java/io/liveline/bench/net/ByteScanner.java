package io.liveline.bench.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Search in received bytes without decoding: there are hundreds of thousands of messages a second. */
public final class ByteScanner {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private ByteScanner() {}

    /** Returns the index of a byte between two indices, the second exclusive; -1 if it does not occur. */
    public static int find(byte[] bytes, byte wanted, int from, int to) {
        long pattern = ONES * (wanted & 0xff);
        int at = from;
        // Compares eight bytes at a time: a zero byte in the difference is a match.
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            long difference = (long) LONGS.get(bytes, at) ^ pattern;
            long hit = (difference - ONES) & ~difference & HIGHS;
            if (hit != 0) {
                return at + (Long.numberOfTrailingZeros(hit) >>> 3);
            }
        }
        for (; at < to; at++) {
            if (bytes[at] == wanted) {
                return at;
            }
        }
        return -1;
    }

    /** Returns the index of a sequence of bytes; -1 if it does not occur completely. */
    public static int find(byte[] bytes, byte[] wanted, int from, int to) {
        int at = from;
        while (true) {
            at = find(bytes, wanted[0], at, to - wanted.length + 1);
            if (at < 0 || starts(bytes, wanted, at)) {
                return at;
            }
            at++;
        }
    }

    /** Returns the decimal number of a fixed number of digits that begins here. */
    public static long digits(byte[] bytes, int from, int count) {
        long number = 0;
        for (int i = from; i < from + count; i++) {
            number = number * 10 + (bytes[i] - '0');
        }
        return number;
    }

    /** Returns the decimal number that begins here and ends before the first byte that is no digit. */
    public static long number(byte[] bytes, int from, int to) {
        int end = from;
        while (end < to && bytes[end] >= '0' && bytes[end] <= '9') {
            end++;
        }
        return digits(bytes, from, end - from);
    }

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    public static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static boolean starts(byte[] bytes, byte[] wanted, int at) {
        for (int i = 1; i < wanted.length; i++) {
            if (bytes[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }
}
