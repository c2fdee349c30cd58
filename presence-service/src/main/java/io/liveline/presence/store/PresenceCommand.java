package io.liveline.presence.store;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

import io.liveline.bus.Cursor;
import io.liveline.edge.ProblemException;
import io.liveline.edge.auth.Person;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.Presence;
import io.vertx.core.json.JsonArray;

/**
 * Command that changes the roster of a room. Has two implementations: for a room in memory ({@link #on}) and for {@code
 * roster.lua} ({@link #args}).
 */
public sealed interface PresenceCommand {

    /** Applies the command to a room in memory. */
    CommandResult.Verdict on(RoomLeases room, long nowMillis);

    /** Returns the arguments for {@code roster.lua}, starting with the name of the operation. */
    List<String> args(PresenceConfig config);

    /**
     * Heartbeat of one tab of a person.
     *
     * @param tab name that distinguishes the tabs of one person, so that closing one does not end the others; empty if
     *     the client does not distinguish them
     */
    record Here(Person person, String tab, Presence.State state) implements PresenceCommand {

        private static final Pattern TAB = Pattern.compile("[A-Za-z0-9_-]{0,32}");

        /** @throws ProblemException 400 {@code bad_tab} */
        public Here {
            check(tab);
        }

        static void check(String tab) {
            if (!TAB.matcher(tab).matches()) {
                throw ProblemException.bad("bad_tab", "A tab name has up to 32 letters, digits and - _");
            }
        }

        @Override
        public CommandResult.Verdict on(RoomLeases room, long nowMillis) {
            return room.here(this, nowMillis);
        }

        @Override
        public List<String> args(PresenceConfig config) {
            return List.of(
                    "here",
                    person.user(),
                    person.name(),
                    String.valueOf(person.namedSeconds()),
                    tab,
                    state.text(),
                    millis(config.life()),
                    String.valueOf(config.maxPeople()),
                    String.valueOf(config.maxTabs()));
        }
    }

    /** End of one tab of a person. */
    record Leave(String user, String tab) implements PresenceCommand {

        /** @throws ProblemException 400 {@code bad_tab} */
        public Leave {
            Here.check(tab);
        }

        @Override
        public CommandResult.Verdict on(RoomLeases room, long nowMillis) {
            return room.leave(this, nowMillis);
        }

        @Override
        public List<String> args(PresenceConfig config) {
            return List.of("leave", user, tab);
        }
    }

    /** Start or continuation of typing. */
    record Typing(Person person) implements PresenceCommand {

        @Override
        public CommandResult.Verdict on(RoomLeases room, long nowMillis) {
            return room.typing(this, nowMillis);
        }

        @Override
        public List<String> args(PresenceConfig config) {
            return List.of(
                    "typing",
                    person.user(),
                    person.name(),
                    String.valueOf(person.namedSeconds()),
                    millis(config.typing().life()),
                    String.valueOf(config.typing().maxPeople()),
                    String.valueOf(config.maxPeople()));
        }
    }

    /**
     * End of typing.
     *
     * @param asOfMillis time at which typing ended, by the store's clock in milliseconds since 1970: typing that was
     *     reported later continues
     */
    record Idle(String user, long asOfMillis) implements PresenceCommand {

        /** Returns an end of typing that the person has requested. */
        public static Idle now(String user) {
            return new Idle(user, Long.MAX_VALUE);
        }

        @Override
        public CommandResult.Verdict on(RoomLeases room, long nowMillis) {
            return room.idle(this, nowMillis);
        }

        @Override
        public List<String> args(PresenceConfig config) {
            return List.of(
                    "idle",
                    user,
                    String.valueOf(asOfMillis),
                    millis(config.typing().life()));
        }
    }

    /**
     * Complete list of the people who are connected to a room over one chat replica.
     *
     * @param replica id of the chat replica: 1 to 64 ASCII letters, digits and - _ . ~ @
     * @param lease lifetime of the list in milliseconds
     * @param at cursor of the event with the list; a list with an older cursor is ignored
     */
    record Connected(String replica, long lease, Cursor at, List<Person> people) implements PresenceCommand {

        private static final Pattern REPLICA = Pattern.compile("[A-Za-z0-9\\-_.~@]{1,64}");
        private static final long MAX_LEASE = 600_000;

        /** @throws IllegalArgumentException if the replica or the lease is out of range */
        public Connected {
            check(replica, lease);
            people = List.copyOf(people);
        }

        public static void check(String replica, long lease) {
            if (!REPLICA.matcher(replica).matches() || lease < 1 || lease > MAX_LEASE) {
                throw new IllegalArgumentException("invalid lease: " + replica + " for " + lease + " ms");
            }
        }

        @Override
        public CommandResult.Verdict on(RoomLeases room, long nowMillis) {
            return room.connected(this, nowMillis);
        }

        @Override
        public List<String> args(PresenceConfig config) {
            // One JSON argument, because Lua cannot unpack thousands of arguments.
            JsonArray named = new JsonArray();
            people.forEach(
                    person -> named.add(person.user()).add(person.name()).add(String.valueOf(person.namedSeconds())));
            return List.of(
                    "connected",
                    replica,
                    String.valueOf(lease),
                    millis(config.grace()),
                    at.epoch(),
                    String.valueOf(at.offset()),
                    String.valueOf(config.maxPeople()),
                    named.encode());
        }
    }

    private static String millis(Duration duration) {
        return String.valueOf(duration.toMillis());
    }
}
