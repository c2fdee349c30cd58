package io.liveline.edge.room;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;

/**
 * Configuration of classes of rooms: keys under {@code liveline.chat.rooms."<pattern>"}. Chat and presence need the same
 * ones.
 */
@ConfigMapping(prefix = "liveline.chat.rooms")
public interface RoomConfig {

    /** Classes of rooms by the patterns of their names; see {@link RoomClasses}. */
    @WithParentName
    Map<String, Settings> patterns();

    /** Settings of a class of rooms. */
    interface Settings {

        /** Retention of the rooms' messages. */
        History history();

        /**
         * Patterns of the kinds of messages that may be posted, such as {@code order.*}. Plain text may be posted in
         * any case.
         */
        @WithDefault("*")
        List<String> kinds();

        /** Switch for showing who types. */
        @WithDefault("true")
        boolean typing();
    }

    /** Retention of the messages of rooms, where it is not that of every topic. */
    interface History {

        /** Maximum number of events: {@code liveline.bus.history.length} if it is not set. */
        OptionalInt length();

        /** Maximum age of an event: {@code liveline.bus.history.age} if it is not set. */
        Optional<Duration> age();
    }
}
