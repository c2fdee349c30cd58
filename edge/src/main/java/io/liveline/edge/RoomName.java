package io.liveline.edge;

import java.util.regex.Pattern;

import io.liveline.bus.Topic;
import io.liveline.bus.support.UnicodeText;

/**
 * Name of a room.
 *
 * @param text 1 to {@value #MAX_LENGTH} code points, see {@link UnicodeText#namesOfThings}
 */
public record RoomName(String text) {

    /** Maximum length of the name of a room, in Unicode code points. */
    public static final int MAX_LENGTH = 128;

    private static final String MESSAGES = "room:";

    private static final Pattern NAME = UnicodeText.namesOfThings(MAX_LENGTH);

    /**
     * Validates the name.
     *
     * @throws ProblemException 400 {@code bad_room}; also for {@code .} and {@code ..}, which would change the path of
     *     an address
     */
    public RoomName {
        if (text == null || !NAME.matcher(text).matches() || text.equals(".") || text.equals("..")) {
            throw ProblemException.bad(
                    "bad_room",
                    "A room is named by 1 to " + MAX_LENGTH + " letters, digits and - _ . : ~ @, but not . or ..");
        }
    }

    /** Returns the topic of the messages of the room. */
    public Topic messages() {
        return new Topic(MESSAGES + text);
    }

    /** Returns the name of the room whose messages a topic has, or null if it has others. */
    public static String ofMessages(Topic topic) {
        return topic.name().startsWith(MESSAGES) ? topic.name().substring(MESSAGES.length()) : null;
    }

    /** Returns the topic of the roster changes of the room. */
    public Topic presence() {
        return new Topic("presence:" + text);
    }

    @Override
    public String toString() {
        return text;
    }
}
