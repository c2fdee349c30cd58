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

import io.liveline.bus.EventBus;
import io.liveline.chat.ChatConfig;
import io.liveline.chat.Transport;
import io.liveline.chat.message.MessageEditor;
import io.liveline.chat.room.RoomRegistry;
import io.liveline.edge.RoomName;
import io.liveline.edge.contract.ActivityEvent;
import io.liveline.edge.contract.ActivityFact;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import org.jboss.logging.Logger;

/**
 * Publisher of this replica's activity to the dashboard: facts that carry absolute values, so that a lost, late or
 * repeated one does no harm. A burst is coalesced into one fact.
 */
@Singleton
public final class ActivityPublisher {

    private static final Logger LOG = Logger.getLogger(ActivityPublisher.class);
    /** Maximum number of rooms in a fact, which keeps it far below the bus's limit for an event. */
    private static final int ROOMS_A_FACT = 200;

    private static final int COUNTS_AT_ONCE = 16;

    private final EventBus bus;
    private final MessageEditor editor;
    private final RoomRegistry roomRegistry;
    private final ChatConfig config;
    private final Vertx vertx;
    private final String replica = UUID.randomUUID().toString();
    private final Map<Transport, LongAdder> connections = new EnumMap<>(Transport.class);
    private Map<Transport, Integer> publishedConnections = Map.of();
    private final Set<RoomName> rooms = new LinkedHashSet<>();
    // Rooms still to be repeated in this round, and the number of them per tick.
    private final Deque<RoomName> round = new ArrayDeque<>();
    private int roundShare;
    private int roundTicks;
    private int sinceConnections;
    private long timer;

    ActivityPublisher(EventBus bus, MessageEditor editor, RoomRegistry roomRegistry, ChatConfig config, Vertx vertx) {
        this.bus = bus;
        this.editor = editor;
        this.roomRegistry = roomRegistry;
        this.config = config;
        this.vertx = vertx;
        for (Transport transport : Transport.values()) {
            connections.put(transport, new LongAdder());
        }
    }

    void start(@Observes StartupEvent started) {
        timer = vertx.setPeriodic(config.activity().toMillis(), id -> publish());
    }

    void stop(@Observes ShutdownEvent stopped) {
        vertx.cancelTimer(timer);
    }

    /**
     * Schedules a report of a room's message count, after a message or a join. Joins count, too, because the replica
     * that accepted the last message may have died before it reported.
     */
    public synchronized void room(RoomName room) {
        rooms.add(room);
    }

    /** Counts a connection that was opened (+1) or closed (-1). */
    public void connection(Transport transport, int change) {
        connections.get(transport).add(change);
    }

    public int connections(Transport transport) {
        return connections.get(transport).intValue();
    }

    private synchronized void publish() {
        List<RoomName> some = Stream.concat(rooms.stream(), nextShare().stream())
                .distinct()
                .limit(ROOMS_A_FACT)
                .toList();
        some.forEach(rooms::remove);
        if (!some.isEmpty()) {
            publish(some);
        }
        // Repeated every ten seconds, because the dashboard drops the counts of a replica that stops reporting.
        boolean due = ++sinceConnections * config.activity().toMillis() >= 10_000;
        // At least 0: a connection's end may be counted between two reads and its start not.
        Map<Transport, Integer> now = new EnumMap<>(Transport.class);
        connections.forEach((transport, count) -> now.put(transport, Math.max(0, count.intValue())));
        if (due || !now.equals(publishedConnections)) {
            publishedConnections = now;
            sinceConnections = 0;
            publishConnections();
        }
    }

    /**
     * Returns the rooms whose turn it is. Each room with members gets one turn per round, evenly spread, which repairs
     * lost reports also where nobody posts any more.
     */
    private List<RoomName> nextShare() {
        if (--roundTicks <= 0) {
            roundTicks = (int) Math.max(
                    1, config.activityAgain().toMillis() / config.activity().toMillis());
            round.clear();
            round.addAll(roomRegistry.names());
            roundShare = (round.size() + roundTicks - 1) / roundTicks;
        }
        List<RoomName> share = new ArrayList<>();
        while (share.size() < roundShare && !round.isEmpty()) {
            share.add(round.remove());
        }
        return share;
    }

    private void publish(List<RoomName> some) {
        Multi.createFrom()
                .iterable(some)
                .onItem()
                .transformToUni(room -> editor.store()
                        .posts(room)
                        .map(posts -> new ActivityFact.Posts(room.text(), posts.at(), posts.count())))
                .merge(COUNTS_AT_ONCE)
                .filter(posts -> posts.messages() > 0)
                .collect()
                .asList()
                .chain(facts -> facts.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : bus.publish(ActivityEvent.TOPIC, ActivityEvent.of(facts))
                                .replaceWithVoid())
                .subscribe()
                .with(done -> {}, failure -> {
                    LOG.debugf("Activity of %d rooms will be published later: %s", some.size(), failure.getMessage());
                    some.forEach(this::room);
                });
    }

    private void publishConnections() {
        List<ActivityFact> counts = new ArrayList<>();
        publishedConnections.forEach(
                (transport, count) -> counts.add(new ActivityFact.Connections(replica, transport.label(), count)));
        // The counts are repeated later.
        bus.tryPublish(ActivityEvent.TOPIC, ActivityEvent.of(counts));
    }
}
