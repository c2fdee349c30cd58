package io.liveline.chat.message;

import java.util.function.UnaryOperator;

import jakarta.inject.Singleton;

import io.liveline.bus.BusConfig;
import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Page;
import io.liveline.bus.store.StoreSelection;
import io.liveline.chat.ChatConfig;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Caller;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;

/** Editing and deletion of messages, by their author or by a moderator. */
@Singleton
public final class MessageEditor {

    private final EventBus bus;
    private final ChatConfig config;
    private final RevisionStore store;

    MessageEditor(EventBus bus, BusConfig busConfig, ChatConfig config) {
        this.bus = bus;
        this.config = config;
        this.store = StoreSelection.of(
                bus,
                local -> new LocalRevisionStore(local, busConfig),
                redis -> new RedisRevisionStore(redis, busConfig.idempotencyWindow()));
    }

    public RevisionStore store() {
        return store;
    }

    /**
     * Changes the text of a message, once for each caller, id and text.
     *
     * @param id the caller's own id of the change; null if it has none
     * @return the cursor of the event of the change; fails with a problem 404 {@code unknown_message}, 403 {@code
     *     forbidden}, 409 {@code deleted}
     * @throws ProblemException 400 {@code bad_text}, 413 {@code too_long}, 403 {@code forbidden}, 401 {@code
     *     who_are_you}
     */
    public Uni<Cursor> edit(RoomName room, Caller caller, Cursor message, String text, String id) {
        caller.rights().requireChange(room);
        MessageEvents.checkText(text, config);
        String event = MessageEvents.edited(room, caller.requirePerson(), message, text, id);
        String key = MessageEvents.changeKey(caller.person(), id, message, "edited " + text);
        return change(room, caller, message, data -> MessageEvents.edit(data, text), event, key);
    }

    /** Deletes a message; fails as {@link #edit} does. */
    public Uni<Cursor> delete(RoomName room, Caller caller, Cursor message, String id) {
        caller.rights().requireChange(room);
        String event = MessageEvents.deleted(room, caller.requirePerson(), message, id);
        String key = MessageEvents.changeKey(caller.person(), id, message, "deleted");
        return change(room, caller, message, MessageEvents::delete, event, key);
    }

    private Uni<Cursor> change(
            RoomName room, Caller caller, Cursor message, UnaryOperator<String> edit, String event, String key) {
        if (message.offset() == 0) {
            return Uni.createFrom().failure(unknown());
        }
        // Only the text of a message ever changes, so everything else can be checked before the atomic step.
        return bus.read(room.messages(), message.at(message.offset() - 1), 1).flatMap(page -> {
            Event original = original(page, message, room, caller);
            return store.change(room, message, edit.apply(original.data()), event, key);
        });
    }

    private static Event original(Page page, Cursor message, RoomName room, Caller caller) {
        if (!page.complete() || page.events().isEmpty()) {
            throw unknown();
        }
        Event event = page.events().get(0);
        if (!event.cursor().equals(message) || !MessageEvents.isMessage(event)) {
            throw unknown();
        }
        boolean own = caller.person().user().equals(new JsonObject(event.data()).getString("author"));
        if (!(own ? caller.rights().mayPost(room) : caller.rights().mayModerate(room))) {
            throw new ProblemException(403, "forbidden", "Only its author or a moderator may change a message");
        }
        if (MessageEvents.isDeleted(event.data())) {
            throw RevisionStore.deleted();
        }
        return event;
    }

    private static ProblemException unknown() {
        return new ProblemException(404, "unknown_message", "The message does not exist, or is too old to be changed");
    }
}
