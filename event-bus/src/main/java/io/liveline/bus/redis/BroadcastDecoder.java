package io.liveline.bus.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;

/**
 * Decoder of the message that {@code append.lua} publishes for events that were appended together. Its parts are the
 * length of each event's data in bytes, separated by commas; the first event's cursor; the time of all events; and the
 * data of all events. A space follows each of the first three parts.
 */
final class BroadcastDecoder {

    private final byte[] message;
    private int at;

    private BroadcastDecoder(byte[] message) {
        this.message = message;
    }

    /** @throws RuntimeException if the message has another format */
    static List<Event> parse(byte[] message) {
        return new BroadcastDecoder(message).events();
    }

    private List<Event> events() {
        String[] lengths = field().split(",");
        Cursor first = Cursor.parse(field());
        long timeMillis = Long.parseLong(field());
        List<Event> events = new ArrayList<>(lengths.length);
        for (String length : lengths) {
            String data = read(Integer.parseInt(length));
            events.add(new Event(first.at(first.offset() + events.size()), timeMillis, data));
        }
        if (at < message.length) {
            throw new IllegalArgumentException("trailing bytes after the last event");
        }
        return events;
    }

    private String field() {
        int end = at;
        while (message[end] != ' ') {
            end++;
        }
        String field = read(end - at);
        at++;
        return field;
    }

    private String read(int length) {
        String text = new String(message, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }
}
