package io.liveline.chat.protocol;

import java.util.regex.Pattern;

import io.liveline.bus.Cursor;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;

/** What a client can say on the socket: one JSON document a line. */
public sealed interface ClientFrame {

    /** The room that a frame is about; null when it is about none. */
    static String room(ClientFrame frame) {
        RoomName room = null;
        if (frame instanceof Join join) {
            room = join.room();
        } else if (frame instanceof Leave leave) {
            room = leave.room();
        } else if (frame instanceof Post post) {
            room = post.room();
        } else if (frame instanceof Edit edit) {
            room = edit.room();
        } else if (frame instanceof Delete delete) {
            room = delete.room();
        }
        return room == null ? null : room.text();
    }

    /** The sender's own id of what is posted; null for other frames. */
    static String id(ClientFrame frame) {
        return frame instanceof Post post ? post.id() : null;
    }

    /**
     * Come into a room.
     *
     * @param after what the client has already; what came since is sent before what is new. Null: only what is new.
     */
    record Join(RoomName room, Cursor after) implements ClientFrame {}

    /** Go out of a room. */
    record Leave(RoomName room) implements ClientFrame {}

    /**
     * Say something.
     *
     * @param id the sender's own: repeating it posts nothing and gets the first answer
     */
    record Post(RoomName room, String id, String text) implements ClientFrame {

        /** The longest id. */
        static final int MAX_ID = 64;

        /** What an HTTP header can carry, too: a post may be repeated over another transport. */
        private static final Pattern ID = Pattern.compile("[!-~]([ -~]{0," + (MAX_ID - 2) + "}[!-~])?");

        public Post {
            checkId(id);
        }

        /** @throws ProblemException 400 {@code bad_id} */
        public static void checkId(String id) {
            if (id == null || !ID.matcher(id).matches()) {
                throw ProblemException.bad(
                        "bad_id",
                        "A message's id has 1 to " + MAX_ID + " printable ASCII characters, and no blank at its ends");
            }
        }
    }

    /**
     * Change what one has said.
     *
     * @param message where it is in the log
     */
    record Edit(RoomName room, Cursor message, String text) implements ClientFrame {}

    /**
     * Take back what one has said.
     *
     * @param message where it is in the log
     */
    record Delete(RoomName room, Cursor message) implements ClientFrame {}

    /** Go on being who one is, beyond the end of the last token. Guests have none, and it changes nothing for them. */
    record Token(String token) implements ClientFrame {}

    /** A sign of life. */
    record Heartbeat() implements ClientFrame {}
}
