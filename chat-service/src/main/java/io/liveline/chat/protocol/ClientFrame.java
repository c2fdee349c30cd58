package io.liveline.chat.protocol;

import java.util.regex.Pattern;

import io.liveline.bus.Cursor;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;

/** Frame from a client on the WebSocket: one JSON document per line. */
public sealed interface ClientFrame {

    /** Returns the room of this frame, or null if it has none. */
    default RoomName room() {
        return null;
    }

    /** Returns the sender's own id of a post, an edit or a delete, or null if it has none. */
    default String id() {
        return null;
    }

    /** Calls the handler's method for this kind of frame. */
    void dispatch(Handler handler) throws BadFrameException;

    /** Handler with one method for each kind of frame. */
    interface Handler {

        void join(Join join) throws BadFrameException;

        void leave(Leave leave) throws BadFrameException;

        void post(Post post) throws BadFrameException;

        void edit(Edit edit) throws BadFrameException;

        void delete(Delete delete) throws BadFrameException;

        void token(Token token);

        void heartbeat(Heartbeat heartbeat);
    }

    /**
     * Request to join a room.
     *
     * @param after cursor of the newest event that the client has; later events are sent before new ones. Null: only
     *     new events.
     */
    record Join(RoomName room, Cursor after) implements ClientFrame {

        @Override
        public void dispatch(Handler handler) throws BadFrameException {
            handler.join(this);
        }
    }

    /** Request to leave a room. */
    record Leave(RoomName room) implements ClientFrame {

        @Override
        public void dispatch(Handler handler) throws BadFrameException {
            handler.leave(this);
        }
    }

    /**
     * Request to post a message.
     *
     * @param id the sender's own message id; a repeated post with the same id publishes nothing and gets the first
     *     answer
     */
    record Post(RoomName room, String id, MessageContent content) implements ClientFrame {

        /** Maximum length of an id. */
        static final int MAX_ID = 64;

        /** Characters that an HTTP header can carry as well, because a post may be repeated over another transport. */
        private static final Pattern ID = Pattern.compile("[!-~]([ -~]{0," + (MAX_ID - 2) + "}[!-~])?");

        public Post {
            checkId(id);
        }

        @Override
        public void dispatch(Handler handler) throws BadFrameException {
            handler.post(this);
        }

        /**
         * Checks a message id.
         *
         * @throws ProblemException 400 {@code bad_id}
         */
        public static void checkId(String id) {
            if (id == null || !ID.matcher(id).matches()) {
                throw ProblemException.bad(
                        "bad_id",
                        "A message's id has 1 to " + MAX_ID
                                + " printable ASCII characters, with no blank at either end");
            }
        }
    }

    /**
     * Request to change a message.
     *
     * @param message cursor of the message
     * @param content what changes; the rest stays
     * @param id the sender's own id of the change, which its answer repeats; null if it has none
     */
    record Edit(RoomName room, Cursor message, MessageContent content, String id) implements ClientFrame {

        @Override
        public void dispatch(Handler handler) throws BadFrameException {
            handler.edit(this);
        }
    }

    /**
     * Request to delete a message.
     *
     * @param message cursor of the message
     * @param id the sender's own id of the change, which its answer repeats; null if it has none
     */
    record Delete(RoomName room, Cursor message, String id) implements ClientFrame {

        @Override
        public void dispatch(Handler handler) throws BadFrameException {
            handler.delete(this);
        }
    }

    /** Renewal of the caller's token. Guests have no token, so it has no effect for them. */
    record Token(String token) implements ClientFrame {

        @Override
        public void dispatch(Handler handler) {
            handler.token(this);
        }
    }

    /** Heartbeat of the client. */
    record Heartbeat() implements ClientFrame {

        @Override
        public void dispatch(Handler handler) {
            handler.heartbeat(this);
        }
    }
}
