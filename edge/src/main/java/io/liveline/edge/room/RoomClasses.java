package io.liveline.edge.room;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import jakarta.inject.Singleton;

import io.liveline.bus.BusConfig;
import io.liveline.bus.Retention;
import io.liveline.bus.Topic;
import io.liveline.edge.NamePatterns;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * Classes of rooms by patterns of their names. A room belongs to the class of the most specific pattern that matches:
 * its own name, then the longest prefix. It has all its rules from that class, and none from less specific patterns.
 */
@Singleton
@Startup
public final class RoomClasses implements Retention {

    private record Prefix(String text, RoomClass rooms) {}

    private final RoomClass standard;
    private final Map<String, RoomClass> exact = new HashMap<>();
    /** Longest first. */
    private final List<Prefix> prefixes = new ArrayList<>();

    /** @throws ConfigurationException if a pattern or a setting is invalid */
    public RoomClasses(RoomConfig config, BusConfig bus) {
        Bounds bounds = Bounds.of(bus);
        this.standard = new RoomClass(bounds, NamePatterns.ALL, true);
        config.patterns().forEach((pattern, settings) -> add(pattern, settings, bounds, bus));
        prefixes.sort(Comparator.comparing(prefix -> -prefix.text().length()));
    }

    private void add(String pattern, RoomConfig.Settings settings, Bounds bounds, BusConfig bus) {
        boolean isPrefix = pattern.endsWith("*");
        String name = isPrefix ? pattern.substring(0, pattern.length() - 1) : pattern;
        try {
            // A prefix alone may be no name: the empty one, or a dot.
            new RoomName(isPrefix && name.length() < RoomName.MAX_LENGTH ? name + 'a' : name);
        } catch (ProblemException noName) {
            throw invalid(pattern, "", "is no name of a room, and no beginning of one with a * after it");
        }
        Bounds history = new Bounds(
                settings.history().length().orElse(bounds.length()),
                settings.history().age().orElse(bounds.age()));
        if (history.length() < 1) {
            throw invalid(pattern, ".history.length", "is " + history.length() + ": it must be 1 or more");
        }
        if (history.age().toMillis() < 1
                || history.age().compareTo(bus.history().cursorLife()) > 0) {
            throw invalid(
                    pattern,
                    ".history.age",
                    "must be longer than 0 and not longer than liveline.bus.history.cursor-life");
        }
        RoomClass rooms = new RoomClass(history, kinds(pattern, settings), settings.typing());
        if (isPrefix) {
            prefixes.add(new Prefix(name, rooms));
        } else {
            exact.put(name, rooms);
        }
    }

    private static NamePatterns kinds(String pattern, RoomConfig.Settings settings) {
        for (String kind : settings.kinds()) {
            boolean valid = kind.endsWith("*")
                    ? MessageKind.isPrefix(kind.substring(0, kind.length() - 1))
                    : MessageKind.isKind(kind);
            if (!valid) {
                throw invalid(
                        pattern, ".kinds", "contains '" + kind + "', which is no pattern like order.* or order.paid");
            }
        }
        return NamePatterns.of(settings.kinds());
    }

    private static ConfigurationException invalid(String pattern, String key, String why) {
        return new ConfigurationException("liveline.chat.rooms.\"" + pattern + '"' + key + ' ' + why);
    }

    /** Returns the class of a room. */
    public RoomClass of(RoomName room) {
        return named(room.text());
    }

    @Override
    public Bounds of(Topic topic) {
        String room = RoomName.ofMessages(topic);
        return room == null ? standard.history() : named(room).history();
    }

    private RoomClass named(String room) {
        RoomClass found = exact.get(room);
        for (int i = 0; found == null && i < prefixes.size(); i++) {
            Prefix prefix = prefixes.get(i);
            found = room.startsWith(prefix.text()) ? prefix.rooms() : null;
        }
        return found == null ? standard : found;
    }
}
