package io.liveline.presence.roster;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.liveline.edge.auth.Person;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * Presence of one person in a room, as every client sees it.
 *
 * @param since time of arrival, milliseconds since 1970 by the store's clock
 */
public record Presence(Person person, State state, long since) {

    /** Presence state. */
    @RegisterForReflection
    public enum State {
        /** Active in the application. */
        ACTIVE("active"),
        /** Present, but not active. */
        AWAY("away");

        private final String text;

        State(String text) {
            this.text = text;
        }

        /** Returns the state as written in JSON. */
        public String text() {
            return text;
        }

        /** @throws IllegalArgumentException if the text is not a state */
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
