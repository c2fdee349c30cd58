package io.liveline.presence.feed;

import java.util.List;
import java.util.function.BiFunction;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.Subscription;
import io.liveline.bus.Topic;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.edge.contract.EntryReader;
import io.liveline.presence.store.CommandResult;
import io.liveline.presence.store.PresenceCommand;
import io.liveline.presence.store.RosterStore;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jboss.logging.Logger;

/**
 * Who is connected to which room over chat, as the chat replicas say on the topic {@code connected}. All presence
 * replicas listen and one acts; should that one die before it has, the chat replica's next word makes it good.
 */
public final class ChatMembershipConsumer implements Listener, AutoCloseable {

    /** The topic on which chat replicas say who is connected. */
    public static final Topic TOPIC = new Topic("connected");

    private static final Logger LOG = Logger.getLogger(ChatMembershipConsumer.class);
    private static final int AT_ONCE = 32;

    /** One room of an event. */
    record Step(RoomName room, PresenceCommand.Connected act) {}

    private final RosterStore store;
    private final BiFunction<RoomName, PresenceCommand, Uni<CommandResult>> acting;
    private final Subscription subscription;

    /** @param acting does an act to a room */
    public ChatMembershipConsumer(
            EventBus bus, RosterStore store, BiFunction<RoomName, PresenceCommand, Uni<CommandResult>> acting) {
        this.store = store;
        this.acting = acting;
        this.subscription = bus.subscribe(TOPIC, this);
    }

    @Override
    public void started(Cursor position) {
        // Every chat replica says all it has to say every few seconds: nothing before this is needed.
    }

    @Override
    public void event(Event event) {
        List<Step> steps;
        try {
            steps = parse(event);
        } catch (DecodeException | ClassCastException | IllegalArgumentException | NullPointerException bad) {
            // Whatever else may publish to this topic, it must not keep us from hearing the chat replicas.
            LOG.warnf("Event %s of topic %s is passed over: %s", event.cursor(), TOPIC, bad);
            return;
        }
        store.claim(event.cursor())
                .onItem()
                .transformToMulti(ours -> ours
                        ? Multi.createFrom().iterable(steps)
                        : Multi.createFrom().empty())
                .onItem()
                .transformToUni(step -> acting.apply(step.room(), step.act()))
                .merge(AT_ONCE)
                .subscribe()
                .with(
                        outcome -> {},
                        failure -> LOG.debugf("What chat said was not taken over: %s", failure.getMessage()));
    }

    @Override
    public void gap(Gap gap) {
        // The next word of each chat replica holds everything that was lost.
    }

    @Override
    public void close() {
        subscription.close();
    }

    /** Reads an event; fields that are unknown and entries that cannot be read are passed over. */
    static List<Step> parse(Event event) {
        JsonObject json = new JsonObject(event.data());
        String replica = json.getString("replica");
        long lease = json.getLong("lease_ms");
        PresenceCommand.Connected.check(replica, lease);
        return EntryReader.readable(json.getJsonObject("rooms"), room -> {
            List<Person> people = EntryReader.readable((JsonArray) room.getValue(), entry -> {
                JsonObject named = (JsonObject) entry;
                return new Person(named.getString("user"), named.getString("name"), named.getLong("named", 0L));
            });
            return new Step(
                    new RoomName(room.getKey()), new PresenceCommand.Connected(replica, lease, event.cursor(), people));
        });
    }
}
