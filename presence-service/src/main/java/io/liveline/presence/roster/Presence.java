package io.liveline.presence.roster;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.liveline.edge.auth.Person;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * One person's place in a room, as everybody sees it.
 *
 * @param since when the person came, milliseconds since 1970 by the store's clock
 */
public record Presence(Person person, State state, long since) {

    /** How present. */
    @RegisterForReflection
    public enum State {
        /** At it. */
        ACTIVE("active"),
        /** Here, but with other things. */
        AWAY("away");

        private final String text;

        State(String text) {
            this.text = text;
        }

        /** As it is written. */
        public String text() {
            return text;
        }

        /** @throws IllegalArgumentException for anything that is not one */
        @JsonCreator
        static State of(String text) {
            return switch (text) {
                case "active" -> ACTIVE;
                case "away" -> AWAY;
                default -> throw new IllegalArgumentException("not a state: " + text);
            };
        }
    }

    public String user() {
        return person.user();
    }
}
