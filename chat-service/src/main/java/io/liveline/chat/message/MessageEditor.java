package io.liveline.chat.message;

import java.util.function.Function;

import jakarta.inject.Singleton;

import io.liveline.bus.BusConfig;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Page;
import io.liveline.bus.store.StoreSelection;
import io.liveline.chat.protocol.MessageContent;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.auth.Person;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;

/** Editing and deletion of messages, by their author or by a moderator. */
@Singleton
public final class MessageEditor {

    private final EventBus bus;
    private final ContentRules rules;
    private final RevisionStore store;

    MessageEditor(EventBus bus, BusConfig busConfig, ContentRules rules) {
        this.bus = bus;
        this.rules = rules;
        this.store = StoreSelection.of(
                bus,
                local -> new LocalRevisionStore(local, busConfig),
                redis -> new RedisRevisionStore(redis, busConfig.idempotencyWindow()));
    }

    public RevisionStore store() {
        return store;
    }

    /**
     * Changes the content of a message, once for each caller and id.
     *
     * @param content what changes; the rest stays
     * @param id the caller's own id of the change; null if it has none
     * @return the cursor of the event of the change; fails with a problem 404 {@code unknown_message}, 403 {@code
     *     forbidden}, 409 {@code deleted}, 422 {@code id_reused}
     * @throws ProblemException 400 {@code bad_data}, 413 {@code too_long}, 403 {@code forbidden}, 401 {@code
     *     who_are_you}
     */
    public Uni<Cursor> edit(RoomName room, Caller caller, Cursor message, MessageContent content, String id) {
        caller.rights().requireChange(room);
        rules.checkSize(content);
        Person author = caller.requirePerson();
        String event = MessageEvents.edited(room, author, message, id);
        Draft draft = MessageEvents.change(author, id, message + " edited " + content.fingerprinted(), event);
        return change(room, caller, message, original -> {
            if (!content.isPlain()) {
                String kind = content.kind() == null ? original.getString("kind") : content.kind();
                rules.requireKind(room, caller, kind);
            }
            return store.edit(room, message, content, draft);
        });
    }

    /** Deletes a message; fails as {@link #edit} does. */
    public Uni<Cursor> delete(RoomName room, Caller caller, Cursor message, String id) {
        caller.rights().requireChange(room);
        Person author = caller.requirePerson();
        String event = MessageEvents.deleted(room, author, message, id);
        Draft draft = MessageEvents.change(author, id, message + " deleted", event);
        return change(
                room, caller, message, original -> store.delete(room, message, MessageEvents.delete(original), draft));
    }

    private Uni<Cursor> change(RoomName room, Caller caller, Cursor message, Function<JsonObject, Uni<Cursor>> change) {
        if (message.offset() == 0) {
            return Uni.createFrom().failure(unknown());
        }
        // Only the content of a message ever changes, so everything else can be checked before the atomic step.
        return bus.read(room.messages(), message.at(message.offset() - 1), 1)
                .flatMap(page -> change.apply(original(page, message, room, caller)));
    }

    private static JsonObject original(Page page, Cursor message, RoomName room, Caller caller) {
        if (!page.complete() || page.events().isEmpty()) {
            throw unknown();
        }
        Event event = page.events().get(0);
        if (!event.cursor().equals(message) || !MessageEvents.isMessage(event)) {
            throw unknown();
        }
        JsonObject original = new JsonObject(event.data());
        boolean own = caller.person().user().equals(original.getString("author"));
        if (!(own ? caller.rights().mayPost(room) : caller.rights().mayModerate(room))) {
            throw new ProblemException(403, "forbidden", "Only its author or a moderator may change a message");
        }
        if (MessageEvents.isDeleted(event.data())) {
            throw RevisionStore.deleted();
        }
        return original;
    }

    private static ProblemException unknown() {
        return new ProblemException(404, "unknown_message", "The message does not exist, or is too old to be changed");
    }
}
