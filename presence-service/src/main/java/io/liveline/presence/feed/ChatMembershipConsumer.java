package io.liveline.presence.feed;

import java.util.List;
import java.util.function.BiFunction;

import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.Subscription;
import io.liveline.edge.RoomName;
import io.liveline.edge.contract.MembershipEvent;
import io.liveline.presence.store.CommandResult;
import io.liveline.presence.store.PresenceCommand;
import io.liveline.presence.store.RosterStore;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import org.jboss.logging.Logger;

/**
 * Consumer of the topic {@code connected}, where chat replicas publish who is connected to which room. All presence
 * replicas receive an event and one of them processes it; if that one fails first, the next event of the chat replica
 * makes up for it.
 */
public final class ChatMembershipConsumer implements Listener, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ChatMembershipConsumer.class);
    private static final int AT_ONCE = 32;

    /** Command for one room of an event. */
    record Step(RoomName room, PresenceCommand.Connected command) {}

    private final RosterStore store;
    private final BiFunction<RoomName, PresenceCommand, Uni<CommandResult>> applier;
    private Subscription subscription;

    /** @param applier applies a command to a room */
    public ChatMembershipConsumer(
            RosterStore store, BiFunction<RoomName, PresenceCommand, Uni<CommandResult>> applier) {
        this.store = store;
        this.applier = applier;
    }

    /** Subscribes. */
    public void start(EventBus bus) {
        subscription = bus.subscribe(MembershipEvent.TOPIC, this);
    }

    @Override
    public void event(Event event) {
        List<Step> steps;
        try {
            steps = parse(event);
        } catch (IllegalArgumentException bad) {
            // An invalid event of another publisher must not stop the events of the chat replicas.
            LOG.warnf("Event %s of topic %s is ignored: %s", event.cursor(), MembershipEvent.TOPIC, bad.getMessage());
            return;
        }
        store.claim(event.cursor())
                .onItem()
                .transformToMulti(claimed -> claimed
                        ? Multi.createFrom().iterable(steps)
                        : Multi.createFrom().empty())
                .onItem()
                .transformToUni(step -> applier.apply(step.room(), step.command()))
                .merge(AT_ONCE)
                .subscribe()
                .with(
                        result -> {},
                        failure -> LOG.debugf("Applying a chat membership failed: %s", failure.getMessage()));
    }

    @Override
    public void gap(Gap gap) {
        // Every chat replica publishes its whole state every few seconds, so neither lost nor earlier events are
        // needed.
    }

    @Override
    public void close() {
        subscription.close();
    }

    /** Decodes an event, without unknown fields and invalid entries. */
    static List<Step> parse(Event event) {
        MembershipEvent membership = MembershipEvent.parse(event);
        PresenceCommand.Connected.check(membership.replica(), membership.leaseMillis());
        return membership.rooms().entrySet().stream()
                .map(room -> new Step(
                        room.getKey(),
                        new PresenceCommand.Connected(
                                membership.replica(), membership.leaseMillis(), event.cursor(), room.getValue())))
                .toList();
    }
}
