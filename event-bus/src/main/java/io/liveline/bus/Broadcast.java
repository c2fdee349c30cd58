package io.liveline.bus;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code append.lua} tells the listeners of events that were appended together: the first one's cursor, the time of all, the
 * length of each one's data in bytes with commas between, and the data of all; a space behind each of the first three.
 */
final class Broadcast {

    private final byte[] message;
    private int at;

    private Broadcast(byte[] message) {
        this.message = message;
    }

    static List<Event> parse(byte[] message) {
        return new Broadcast(message).events();
    }

    private List<Event> events() {
        Cursor first = Cursor.parse(word());
        long timeMillis = Long.parseLong(word());
        String[] lengths = word().split(",");
        List<Event> events = new ArrayList<>(lengths.length);
        for (String length : lengths) {
            Cursor cursor = new Cursor(first.epoch(), first.offset() + events.size());
            events.add(new Event(cursor, timeMillis, take(Integer.parseInt(length))));
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
