package io.liveline.bench.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Finds what is needed in received bytes without making anything of them: there are hundreds of thousands a second. */
public final class ByteScanner {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private ByteScanner() {}

    /** Where the byte is, from one index up to another which is not looked at; -1 when it is not there. */
    public static int find(byte[] bytes, byte wanted, int from, int to) {
        long pattern = ONES * (wanted & 0xff);
        int at = from;
        // Eight at a time: a zero byte in the difference is a hit.
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

    /** Where the bytes begin; -1 when they are not there whole. */
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

    /** The decimal number of so many digits that begins here. */
    public static long digits(byte[] bytes, int from, int count) {
        long number = 0;
        for (int i = from; i < from + count; i++) {
            number = number * 10 + (bytes[i] - '0');
        }
        return number;
    }

    /** The decimal number that begins here and ends before the first byte which is no digit. */
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
