package io.liveline.chat.message;

import java.nio.charset.StandardCharsets;

import jakarta.inject.Singleton;

import io.liveline.bus.Draft;
import io.liveline.chat.ChatConfig;
import io.liveline.chat.protocol.MessageContent;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.room.RoomClasses;

/** Rules of what a message may contain: the limits of its size, and the kinds that its author and its room permit. */
@Singleton
public final class ContentRules {

    private final ChatConfig config;
    private final RoomClasses rooms;

    ContentRules(ChatConfig config, RoomClasses rooms) {
        this.config = config;
        this.rooms = rooms;
    }

    /**
     * Returns the draft of a message that follows the rules.
     *
     * @throws ProblemException 400 {@code bad_id}, {@code bad_data}, 413 {@code too_long}, 403 {@code forbidden}, 401
     *     {@code who_are_you}
     */
    public Draft draft(RoomName room, Caller caller, String id, MessageContent content) {
        check(room, caller, content);
        return MessageEvents.draft(room, caller.requirePerson(), id, content);
    }

    /**
     * Checks that the caller may post this content in the room.
     *
     * @throws ProblemException 400 {@code bad_data}, 413 {@code too_long}, 403 {@code forbidden}
     */
    public void check(RoomName room, Caller caller, MessageContent content) {
        caller.rights().requirePost(room);
        checkSize(content);
        if (!content.isPlain()) {
            requireKind(room, caller, content.kind());
        }
    }

    /**
     * Checks the limits of a content.
     *
     * @throws ProblemException 400 {@code bad_data}, 413 {@code too_long}
     */
    void checkSize(MessageContent content) {
        checkSize("A text", content.text(), config.textBytes());
        if (content.data() != null) {
            checkSize("The data", content.data().text(), config.dataBytes());
            if (content.data().depth() > config.dataDepth()) {
                throw ProblemException.bad(
                        "bad_data", "Data may have " + config.dataDepth() + " levels of arrays and objects");
            }
        }
    }

    private static void checkSize(String what, String text, int most) {
        // A UTF-16 code unit takes at most three bytes of UTF-8, so most texts need no counting.
        if (text != null && text.length() * 3L > most && text.getBytes(StandardCharsets.UTF_8).length > most) {
            throw new ProblemException(413, "too_long", what + " may have at most " + most + " bytes of UTF-8");
        }
    }

    /**
     * Requires that the caller may send messages of this kind, and that the room accepts them.
     *
     * @param kind kind of a message that is not plain text; null for data without a kind, which a client may take for
     *     any kind, and which therefore needs the right to send all
     * @throws ProblemException 403 {@code forbidden}
     */
    void requireKind(RoomName room, Caller caller, String kind) {
        caller.rights().requireKind(kind);
        if (!rooms.of(room).acceptsKind(kind)) {
            throw new ProblemException(403, "forbidden", "This room accepts no messages of this kind");
        }
    }
}
