package io.liveline.bus.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;

/**
 * What {@code append.lua} tells the listeners of events that were appended together: the length of each one's data in
 * bytes, with commas between; the first one's cursor; the time of all; and the data of all. One space is behind each of
 * the first three.
 */
final class BroadcastDecoder {

    private final byte[] message;
    private int at;

    private BroadcastDecoder(byte[] message) {
        this.message = message;
    }

    /** @throws RuntimeException when it is something else */
    static List<Event> parse(byte[] message) {
        return new BroadcastDecoder(message).events();
    }

    private List<Event> events() {
        String[] lengths = word().split(",");
        Cursor first = Cursor.parse(word());
        long timeMillis = Long.parseLong(word());
        List<Event> events = new ArrayList<>(lengths.length);
        for (String length : lengths) {
            String data = take(Integer.parseInt(length));
            events.add(new Event(first.at(first.offset() + events.size()), timeMillis, data));
        }
        if (at < message.length) {
            throw new IllegalArgumentException("more than is told of");
        }
        return events;
    }

    private String word() {
        int end = at;
        while (message[end] != ' ') {
            end++;
        }
        String word = take(end - at);
        at++;
        return word;
    }

    private String take(int length) {
        String taken = new String(message, at, length, StandardCharsets.UTF_8);
        at += length;
        return taken;
    }
}
