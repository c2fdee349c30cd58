package io.liveline.chat.replica;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.bus.Topic;
import io.liveline.chat.ChatConfig;
import io.liveline.chat.Transport;
import io.liveline.chat.message.MessageEditor;
import io.liveline.chat.message.RevisionStore;
import io.liveline.chat.room.RoomRegistry;
import io.liveline.edge.RoomName;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.jboss.logging.Logger;

/**
 * Tells the dashboard what happens here: facts that carry the whole value, so that one that is lost, late or said twice
 * does no harm. A burst is one fact.
 */
@Singleton
public final class ActivityPublisher {

    private static final Logger LOG = Logger.getLogger(ActivityPublisher.class);
    private static final Topic TOPIC = new Topic("activity");
    /** Rooms in one fact: keeps it far below the bus's limit for an event. */
    private static final int ROOMS_A_FACT = 200;

    private static final int COUNTS_AT_ONCE = 16;

    private final EventBus bus;
    private final MessageEditor revisions;
    private final RoomRegistry held;
    private final ChatConfig config;
    private final Vertx vertx;
    private final String replica = UUID.randomUUID().toString();
    private final Map<Transport, LongAdder> connections = new EnumMap<>(Transport.class);
    private Map<Transport, Integer> toldConnections = Map.of();
    private final Set<RoomName> rooms = new LinkedHashSet<>();
    // Rooms that are yet to be told again in this round, and how many of them at a time.
    private final Deque<RoomName> round = new ArrayDeque<>();
    private int roundShare;
    private int roundTicks;
    private int sinceConnections;
    private long timer;

    ActivityPublisher(EventBus bus, MessageEditor revisions, RoomRegistry held, ChatConfig config, Vertx vertx) {
        this.bus = bus;
        this.revisions = revisions;
        this.held = held;
        this.config = config;
        this.vertx = vertx;
        for (Transport transport : Transport.values()) {
            connections.put(transport, new LongAdder());
        }
    }

    void start(@Observes StartupEvent started) {
        timer = vertx.setPeriodic(config.activity().toMillis(), id -> tell());
    }

    void stop(@Observes ShutdownEvent stopped) {
        vertx.cancelTimer(timer);
    }

    /**
     * Something was said in the room, or somebody came: the dashboard is told how many messages it has had. Also of who
     * comes, as the replica that somebody said something over may have died before it told.
     */
    public synchronized void room(RoomName room) {
        rooms.add(room);
    }

    /** A connection was made (+1) or ended (-1). */
    public void connection(Transport transport, int change) {
        connections.get(transport).add(change);
    }

    public int connections(Transport transport) {
        return connections.get(transport).intValue();
    }

    private synchronized void tell() {
        List<RoomName> some = Stream.concat(rooms.stream(), inTurn().stream())
                .distinct()
                .limit(ROOMS_A_FACT)
                .toList();
        some.forEach(rooms::remove);
        if (!some.isEmpty()) {
            tell(some);
        }
        // Repeated every ten seconds: a dashboard drops the counts of a replica that it does not hear of.
        boolean due = ++sinceConnections * config.activity().toMillis() >= 10_000;
        // Not below 0, where the end of one is counted between two looks and its beginning is not.
        Map<Transport, Integer> now = new EnumMap<>(Transport.class);
        connections.forEach((transport, count) -> now.put(transport, Math.max(0, count.intValue())));
        if (due || !now.equals(toldConnections)) {
            toldConnections = now;
            sinceConnections = 0;
            JsonObject counts = new JsonObject();
            now.forEach((transport, count) -> counts.put(transport.label(), count));
            publish(new JsonObject().put("replica", replica).put("connections", counts));
        }
    }

    /**
     * Rooms that somebody is in, each once a round and evenly spread: what was lost on its way to the dashboard is
     * mended by that, also where nobody says anything more.
     */
    private List<RoomName> inTurn() {
        if (--roundTicks <= 0) {
            roundTicks = (int) Math.max(
                    1, config.activityAgain().toMillis() / config.activity().toMillis());
            round.clear();
            round.addAll(held.names());
            roundShare = (round.size() + roundTicks - 1) / roundTicks;
        }
        List<RoomName> share = new ArrayList<>();
        while (share.size() < roundShare && !round.isEmpty()) {
            share.add(round.remove());
        }
        return share;
    }

    private void tell(List<RoomName> some) {
        Multi.createFrom()
                .iterable(some)
                .onItem()
                .transformToUni(room -> revisions.changes().posts(room).map(posts -> Map.entry(room.text(), posts)))
                .merge(COUNTS_AT_ONCE)
                .filter(room -> room.getValue().count() > 0)
                .collect()
                .asList()
                .map(ActivityPublisher::fact)
                .chain(fact -> fact.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : bus.publish(
                                        TOPIC,
                                        Draft.of(new JsonObject()
                                                .put("rooms", fact)
                                                .encode()))
                                .replaceWithVoid())
                .subscribe()
                .with(told -> {}, failure -> {
                    LOG.debugf("The dashboard is told of %d rooms later: %s", some.size(), failure.getMessage());
                    some.forEach(this::room);
                });
    }

    private static JsonObject fact(List<Map.Entry<String, RevisionStore.Posts>> rooms) {
        JsonObject fact = new JsonObject();
        rooms.forEach(room -> fact.put(
                room.getKey(),
                new JsonObject()
                        .put("cursor", room.getValue().at().toString())
                        .put("messages", room.getValue().count())));
        return fact;
    }

    private void publish(JsonObject fact) {
        bus.publish(TOPIC, Draft.of(fact.encode()))
                .subscribe()
                .with(
                        cursor -> {},
                        // They are told again in a while.
                        failure -> LOG.debugf("The dashboard was not told: %s", failure.getMessage()));
    }
}
