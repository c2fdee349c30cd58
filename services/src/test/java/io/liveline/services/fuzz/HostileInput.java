package io.liveline.services.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Hostile values, each of which has broken some software. */
public final class HostileInput {

    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "\t",
            "\u0000",
            "a\u0000b",
            "\u0007",
            "\r\nX-Evil: 1",
            "\n",
            "..",
            "../../etc/passwd",
            "%2e%2e%2f",
            "%",
            "%zz",
            "%c0%ae",
            "\u202Egnp.exe",
            "\uFEFF",
            "\u2028",
            "\uD83D\uDE42",
            "\u6F22\u5B57",
            "\uFFFF",
            "e\u0301\u0301\u0301\u0301",
            "'; DROP TABLE rooms; --",
            "<script>alert(1)</script>",
            "${jndi:ldap://127.0.0.1/x}",
            "#{7*7}",
            "{room}",
            "{}",
            "[]",
            "null",
            "true",
            "NaN",
            "0",
            "-1",
            "1e309",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999999999999999",
            "0x7f",
            "1_000",
            "+5",
            "5,5",
            "*",
            "**",
            "a*b*c",
            ",",
            ",,,",
            ":",
            "::1",
            "/",
            "//",
            "\\",
            ";jsessionid=1",
            "?",
            "#",
            "&a=b",
            "=",
            "\"",
            "\"\"",
            "W/\"",
            "W/\"x\", *",
            "garbage",
            "x-x",
            "-",
            "k3f9x2-",
            "-7",
            "0therl1fe-7",
            "k3f9x2-9223372036854775807",
            "k3f9x2-99999999999999999999",
            "k3f9x2--1",
            "KEYS[1]",
            "room:lobby",
            "{lobby}",
            "constructor",
            "__proto__");

    private HostileInput() {}

    static String text(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> repeated(random, 129);
            case 1 -> repeated(random, 300);
            case 2 -> new String(bytes(random, 1 + random.nextInt(40)), StandardCharsets.ISO_8859_1);
            default -> TEXTS.get(random.nextInt(TEXTS.size()));
        };
    }

    private static String repeated(Random random, int most) {
        return List.of("x", "\u00e9", "9", ",a", "a*,", "\uD83D\uDE42")
                .get(random.nextInt(6))
                .repeat(most);
    }

    static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Returns unexpected or invalid JSON. */
    static String json(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> "[".repeat(1 + random.nextInt(5000));
            case 1 -> "{\"a\":".repeat(1 + random.nextInt(500));
            case 2 -> "[".repeat(20) + "]".repeat(20);
            case 3 -> "\"" + "x".repeat(random.nextInt(20_000)) + "\"";
            case 4 -> "1".repeat(1 + random.nextInt(5000));
            case 5 -> "1e" + random.nextInt(1_000_000_000);
            case 6 -> "\"\\ud800\"";
            case 7 -> "\"\\u000";
            case 8 ->
                List.of("null", "true", "[]", "{}", "0", "-", "NaN", "'a'", "/* */ 1", "\uFEFF{}")
                        .get(random.nextInt(10));
            default -> '"' + text(random).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        };
    }

    /** Returns a JSON object with odd names and values, of which some are invalid: numbers, escapes, depths, sizes. */
    static String object(Random random) {
        return IntStream.range(0, random.nextInt(4))
                .mapToObj(i -> json(random) + ":"
                        + switch (random.nextInt(7)) {
                            case 0 -> "{\"a\":".repeat(random.nextInt(20)) + "0" + "}".repeat(random.nextInt(20));
                            case 1 -> "[".repeat(1 + random.nextInt(15)) + "]".repeat(1 + random.nextInt(15));
                            case 2 -> "-0.00" + "1".repeat(random.nextInt(1200)) + "E-" + random.nextInt(9999);
                            case 3 -> "\"" + "\\u00e9".repeat(random.nextInt(800)) + "\"";
                            case 4 -> "\"\\ud83d\\ude42\\udc00\"";
                            case 5 -> "{\"text\":\"\",\"kind\":null,\"data\":{},\"edited\":true}";
                            default -> json(random);
                        })
                .collect(Collectors.joining(" ,\t", "{ ", " }"));
    }

    /** Returns the bytes with a change at one index. */
    static byte[] mutated(byte[] bytes, Random random) {
        if (bytes.length == 0) {
            return bytes(random, 3);
        }
        int at = random.nextInt(bytes.length);
        byte[] all = bytes.clone();
        switch (random.nextInt(4)) {
            case 0 -> all[at] = (byte) random.nextInt(256);
            case 1 -> all[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> {
                return joined(
                        java.util.Arrays.copyOf(bytes, at),
                        bytes(random, 1 + random.nextInt(8)),
                        java.util.Arrays.copyOfRange(bytes, at, bytes.length));
            }
            default -> {
                return joined(
                        java.util.Arrays.copyOf(bytes, at), java.util.Arrays.copyOfRange(bytes, at + 1, bytes.length));
            }
        }
        return all;
    }

    public static byte[] joined(byte[]... parts) {
        java.io.ByteArrayOutputStream whole = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }
}
