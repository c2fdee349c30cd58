package io.liveline.services.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Generator of invalid WebSocket input of a chat client; the same seed gives the same input. */
final class FrameFuzz {

    private static final List<String> TYPES = List.of("join", "leave", "post", "edit", "delete", "token", "heartbeat");
    private static final List<String> FIELDS =
            List.of("room", "after", "id", "text", "kind", "data", "message", "token");

    /** Maximum length of a text; a longer one closes the connection, and is left to {@link #bytes()}. */
    private static final int MOST_BYTES = 60_000;

    private final Random random;

    FrameFuzz(long seed) {
        this.random = new Random(seed);
    }

    /** Returns the text of one WebSocket message, after which the connection has to stay open. */
    String text() {
        byte[] text = anyText().getBytes(StandardCharsets.UTF_8);
        return new String(text, 0, Math.min(text.length, MOST_BYTES), StandardCharsets.UTF_8);
    }

    private String anyText() {
        return switch (random.nextInt(8)) {
            case 0 -> HostileInput.json(random);
            case 1 -> frame().substring(1);
            case 2 -> {
                String frame = frame();
                yield frame.substring(0, random.nextInt(frame.length()));
            }
            case 3 ->
                IntStream.range(0, 1 + random.nextInt(20))
                        .mapToObj(i -> frame())
                        .collect(Collectors.joining(random.nextBoolean() ? "\n" : "\r\n\n"));
            case 4 ->
                new String(
                        HostileInput.mutated(frame().getBytes(StandardCharsets.UTF_8), random), StandardCharsets.UTF_8);
            case 5 -> HostileInput.text(random);
            default -> frame();
        };
    }

    private String frame() {
        List<String> fields = new ArrayList<>();
        fields.add("\"type\":" + (random.nextInt(6) == 0 ? HostileInput.json(random) : '"' + one(TYPES) + '"'));
        for (String field : FIELDS) {
            for (int times = random.nextInt(12) / 5; times > 0; times--) {
                fields.add('"' + field + "\":" + (random.nextBoolean() ? HostileInput.json(random) : good(field)));
            }
        }
        if (random.nextInt(6) == 0) {
            fields.add(HostileInput.json(random) + ":" + HostileInput.json(random));
        }
        return "{" + String.join(",", fields) + "}";
    }

    private String good(String field) {
        return switch (field) {
            case "room" -> "\"fuzz" + random.nextInt(3) + '"';
            case "after", "message" -> "\"k3f9x2-" + random.nextInt(9) + '"';
            case "text" -> '"' + "x".repeat(random.nextInt(17_000)) + '"';
            case "kind" -> "\"fuzz." + random.nextInt(9) + '"';
            case "data" -> HostileInput.object(random);
            default -> "\"" + random.nextInt(1000) + '"';
        };
    }

    /** Returns bytes after the handshake that violate the WebSocket protocol, or are cut off. */
    byte[] bytes() {
        byte[] text = frame().getBytes(StandardCharsets.UTF_8);
        return switch (random.nextInt(10)) {
            case 0 -> frame(random.nextInt(256), text, true);
            case 1 -> frame(0x81, text, false);
            case 2 -> frame(0x81, HostileInput.bytes(random, 1 + random.nextInt(100)), true);
            case 3 -> frame(0x82, HostileInput.bytes(random, 1 + random.nextInt(100)), true);
            case 4 -> frame(0x81, HostileInput.bytes(random, 70_000), true);
            // Control frames: too long, fragmented, with an invalid code.
            case 5 ->
                frame(
                        one(List.of(0x88, 0x89, 0x8a, 0x08, 0x09)),
                        HostileInput.bytes(random, random.nextInt(200)),
                        true);
            // Fragments: without a start, without an end, with a second start.
            case 6 -> HostileInput.joined(frame(one(List.of(0x00, 0x80, 0x01)), text, true), frame(0x81, text, true));
            // Wrong lengths.
            case 7 ->
                HostileInput.joined(new byte[] {(byte) 0x81, (byte) 0xff}, HostileInput.bytes(random, 8 + 4 + 20));
            case 8 -> HostileInput.mutated(frame(0x81, text, true), random);
            default -> HostileInput.bytes(random, 1 + random.nextInt(300));
        };
    }

    /** Encodes a frame by RFC 6455, section 5.2. */
    private byte[] frame(int first, byte[] payload, boolean masked) {
        byte[] mask = masked ? HostileInput.bytes(random, 4) : new byte[0];
        byte[] hidden = payload.clone();
        for (int i = 0; masked && i < hidden.length; i++) {
            hidden[i] ^= mask[i % 4];
        }
        int mark = masked ? 0x80 : 0;
        int length = payload.length;
        byte[] head = length < 126
                ? new byte[] {(byte) first, (byte) (mark | length)}
                : length < 65_536
                        ? new byte[] {(byte) first, (byte) (mark | 126), (byte) (length >> 8), (byte) length}
                        : new byte[] {
                            (byte) first,
                            (byte) (mark | 127),
                            0,
                            0,
                            0,
                            0,
                            0,
                            (byte) (length >> 16),
                            (byte) (length >> 8),
                            (byte) length
                        };
        return HostileInput.joined(head, mask, hidden);
    }

    private <T> T one(List<T> many) {
        return many.get(random.nextInt(many.size()));
    }
}
