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
 * Something that is done to a room. Each act says what it means twice: to a room in memory ({@link #on}) and to {@code
 * roster.lua} ({@link #args}).
 */
public sealed interface PresenceCommand {

    /** Does it to a room in memory. */
    CommandResult.Verdict on(RoomLeases room, long nowMillis);

    /** Its own arguments of {@code roster.lua}, the name of the operation first. */
    List<String> args(PresenceConfig config);

    /**
     * A heartbeat of one of a person's tabs.
     *
     * @param tab tells the tabs of one person apart, so that closing one does not end the others; empty where the
     *     client does not
     */
    record Here(Person person, String tab, Presence.State state) implements PresenceCommand {

        private static final Pattern TAB = Pattern.compile("[A-Za-z0-9_-]{0,32}");

        /** @throws ProblemException 400 {@code bad_tab} */
        public Here {
            check(tab);
        }

        static void check(String tab) {
            if (!TAB.matcher(tab).matches()) {
                throw ProblemException.bad("bad_tab", "A tab is named by up to 32 letters, digits and - _");
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

    /** The end of one of a person's tabs. */
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

    /** Typing has begun or goes on. */
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
     * The end of typing.
     *
     * @param asOfMillis when the store held what ended it: typing that was said after that goes on
     */
    record Idle(String user, long asOfMillis) implements PresenceCommand {

        /** An end that comes from the person. */
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
     * Who is connected to the room over a chat replica, all of them.
     *
     * @param replica the chat replica: 1 to 64 ASCII letters, digits and - _ . ~ @
     * @param lease for how long that holds, milliseconds
     * @param said the event that said so: an older one changes nothing
     */
    record Connected(String replica, long lease, Cursor said, List<Person> people) implements PresenceCommand {

        private static final Pattern REPLICA = Pattern.compile("[A-Za-z0-9\\-_.~@]{1,64}");
        private static final long MAX_LEASE = 600_000;

        /** @throws IllegalArgumentException when it comes from something that is not a chat replica of ours */
        public Connected {
            check(replica, lease);
            people = List.copyOf(people);
        }

        public static void check(String replica, long lease) {
            if (!REPLICA.matcher(replica).matches() || lease < 1 || lease > MAX_LEASE) {
                throw new IllegalArgumentException("not a lease: " + replica + " for " + lease + " ms");
            }
        }

        @Override
        public CommandResult.Verdict on(RoomLeases room, long nowMillis) {
            return room.connected(this, nowMillis);
        }

        @Override
        public List<String> args(PresenceConfig config) {
            // As one argument: Lua cannot unpack thousands.
            JsonArray named = new JsonArray();
            people.forEach(
                    person -> named.add(person.user()).add(person.name()).add(String.valueOf(person.namedSeconds())));
            return List.of(
                    "connected",
                    replica,
                    String.valueOf(lease),
                    millis(config.grace()),
                    said.epoch(),
                    String.valueOf(said.offset()),
                    String.valueOf(config.maxPeople()),
                    named.encode());
        }
    }

    private static String millis(Duration duration) {
        return String.valueOf(duration.toMillis());
    }
}
