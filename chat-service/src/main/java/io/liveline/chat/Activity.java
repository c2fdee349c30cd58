package io.liveline.chat;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.bus.Topic;
import io.liveline.edge.RoomName;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.jboss.logging.Logger;

/**
 * Tells the dashboard what happens here: facts that carry the whole value, so that one that is lost, late or said twice
 * does no harm. A burst is one fact.
 */
@ApplicationScoped
class Activity {

    private static final Logger LOG = Logger.getLogger(Activity.class);
    private static final Topic TOPIC = new Topic("activity");
    /** Rooms in one fact: keeps it far below the bus's limit for an event. */
    private static final int ROOMS_A_FACT = 200;

    private static final int COUNTS_AT_ONCE = 16;

    private final EventBus bus;
    private final Revisions revisions;
    private final ChatConfig config;
    private final Vertx vertx;
    private final String replica = UUID.randomUUID().toString();
    private final Map<Transport, Integer> connections = new EnumMap<>(Transport.class);
    private final Map<RoomName, Cursor> changed = new LinkedHashMap<>();
    private boolean connectionsChanged;
    private int sinceConnections;
    private long timer;

    Activity(EventBus bus, Revisions revisions, ChatConfig config, Vertx vertx) {
        this.bus = bus;
        this.revisions = revisions;
        this.config = config;
        this.vertx = vertx;
    }

    void start(@Observes StartupEvent started) {
        timer = vertx.setPeriodic(config.activity().toMillis(), id -> tell());
    }

    void stop(@Observes ShutdownEvent stopped) {
        vertx.cancelTimer(timer);
    }

    /** A message is in the log, at this cursor. */
    synchronized void posted(RoomName room, Cursor cursor) {
        changed.merge(room, cursor, Activity::newer);
    }

    /** A connection was made (+1) or ended (-1). */
    synchronized void connection(Transport transport, int change) {
        connectionsChanged = true;
        connections.merge(transport, change, Integer::sum);
    }

    synchronized int connections(Transport transport) {
        return connections.getOrDefault(transport, 0);
    }

    private synchronized void tell() {
        Map<RoomName, Cursor> some = new LinkedHashMap<>();
        var all = changed.entrySet().iterator();
        while (all.hasNext() && some.size() < ROOMS_A_FACT) {
            var room = all.next();
            some.put(room.getKey(), room.getValue());
            all.remove();
        }
        if (!some.isEmpty()) {
            tell(some);
        }
        // Repeated every ten seconds: a dashboard drops the counts of a replica that it does not hear of.
        boolean due = ++sinceConnections * config.activity().toMillis() >= 10_000;
        if (connectionsChanged || due) {
            connectionsChanged = false;
            sinceConnections = 0;
            JsonObject counts = new JsonObject();
            connections.forEach((transport, count) -> counts.put(transport.label(), count));
            publish(new JsonObject().put("replica", replica).put("connections", counts));
        }
    }

    /** Edits and deletions are in the log too, and are no messages. */
    private void tell(Map<RoomName, Cursor> some) {
        Multi.createFrom()
                .iterable(some.entrySet())
                .onItem()
                .transformToUni(room -> revisions
                        .changes()
                        .count(room.getKey(), room.getValue().epoch())
                        .map(changes -> Map.entry(
                                room.getKey().text(),
                                new JsonObject()
                                        .put("cursor", room.getValue().toString())
                                        .put("messages", room.getValue().offset() - changes))))
                .merge(COUNTS_AT_ONCE)
                .collect()
                .asList()
                .subscribe()
                .with(
                        rooms -> {
                            JsonObject fact = new JsonObject();
                            rooms.forEach(room -> fact.put(room.getKey(), room.getValue()));
                            publish(new JsonObject().put("rooms", fact));
                        },
                        failure -> some.forEach(this::posted));
    }

    private void publish(JsonObject fact) {
        bus.publish(TOPIC, Draft.of(fact.encode()))
                .subscribe()
                .with(
                        cursor -> {},
                        // The next fact of the same room mends it.
                        failure -> LOG.debugf("The dashboard was not told: %s", failure.getMessage()));
    }

    private static Cursor newer(Cursor known, Cursor other) {
        return known.sameLife(other) && known.offset() > other.offset() ? known : other;
    }
}
