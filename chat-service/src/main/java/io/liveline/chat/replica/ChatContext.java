package io.liveline.chat.replica;

import jakarta.inject.Singleton;

import io.liveline.bus.EventBus;
import io.liveline.chat.ChatConfig;
import io.liveline.chat.ChatMeters;
import io.liveline.chat.Transport;
import io.liveline.chat.message.ContentRules;
import io.liveline.chat.message.MessageEditor;
import io.liveline.chat.room.RoomRegistry;
import io.liveline.edge.limit.ConcurrencyLimit;
import io.liveline.edge.longlived.PollResponder;

/** Services that the connections of this replica share. */
@Singleton
public final class ChatContext {

    private final RoomRegistry rooms;
    private final EventBus bus;
    private final ContentRules rules;
    private final MessageEditor editor;
    private final ActivityPublisher activity;
    private final EventLoopStates loops;
    private final ConcurrencyLimit longLivedLimit;
    private final ChatConfig config;
    private final ChatMeters meters;
    private final PollResponder polls;

    ChatContext(
            RoomRegistry rooms,
            EventBus bus,
            ContentRules rules,
            MessageEditor editor,
            ActivityPublisher activity,
            EventLoopStates loops,
            ChatConfig config,
            ChatMeters meters,
            PollResponder polls) {
        this.rooms = rooms;
        this.bus = bus;
        this.rules = rules;
        this.editor = editor;
        this.activity = activity;
        this.loops = loops;
        this.config = config;
        this.meters = meters;
        this.polls = polls;
        ChatConfig.Held held = config.held();
        this.longLivedLimit = new ConcurrencyLimit(held.most(), held.mostAPerson(), held.retry(), held.retrySpread());
        for (Transport transport : Transport.values()) {
            meters.connections(transport, () -> activity.connections(transport));
        }
    }

    public RoomRegistry rooms() {
        return rooms;
    }

    public EventBus bus() {
        return bus;
    }

    public ContentRules rules() {
        return rules;
    }

    public MessageEditor editor() {
        return editor;
    }

    public ActivityPublisher activity() {
        return activity;
    }

    /** Returns the states of the event loops. */
    public EventLoopStates loops() {
        return loops;
    }

    /** Returns the limit of long-lived requests: SSE streams and parked long-polls. */
    public ConcurrencyLimit longLivedLimit() {
        return longLivedLimit;
    }

    /** Returns the responder of long-polls. */
    public PollResponder polls() {
        return polls;
    }

    public ChatConfig config() {
        return config;
    }

    public ChatMeters meters() {
        return meters;
    }
}
