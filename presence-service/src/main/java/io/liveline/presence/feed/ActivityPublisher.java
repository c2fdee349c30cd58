package io.liveline.presence.feed;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;

import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.bus.Topic;
import io.liveline.edge.RoomName;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.store.CommandResult;
import io.vertx.core.json.JsonObject;
import org.jboss.logging.Logger;

/**
 * What the dashboard is told, on the topic {@code activity}: facts that carry the whole state, so that the newest one
 * of a room is enough and losing one loses nothing. At most one event a tick. Confined to one event loop.
 */
public final class ActivityPublisher {

    private static final Logger LOG = Logger.getLogger(ActivityPublisher.class);
    private static final Topic TOPIC = new Topic("activity");

    private static final long POLLS_MILLIS = 1000;

    private final EventBus bus;
    private final PresenceConfig.Activity config;
    private final String replica;
    private final IntSupplier polls;
    private final Map<RoomName, CommandResult> rooms = new LinkedHashMap<>();
    private int mostPolls;
    private int pollsTold = -1;
    private long pollsToldMillis = Long.MIN_VALUE / 2;

    /** @param polls how many polls wait */
    public ActivityPublisher(EventBus bus, PresenceConfig.Activity config, String replica, IntSupplier polls) {
        this.bus = bus;
        this.config = config;
        this.replica = replica;
        this.polls = polls;
    }

    /** The room is like this now. */
    public void room(CommandResult outcome) {
        if (outcome.at() == null) {
            return;
        }
        CommandResult old = rooms.get(outcome.room());
        if (old != null
                && old.at().sameLife(outcome.at())
                && old.at().offset() > outcome.at().offset()) {
            return;
        }
        rooms.put(outcome.room(), outcome);
        if (rooms.size() > config.maxRooms()) {
            Iterator<RoomName> oldest = rooms.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** Tells what there is to tell. */
    public void tick(long nowMillis) {
        // All polls of a room are answered at once and come back a moment later: what is told is the most of a while.
        mostPolls = Math.max(mostPolls, polls.getAsInt());
        long every = mostPolls == pollsTold ? config.connectionsEvery().toMillis() : POLLS_MILLIS;
        if (nowMillis - pollsToldMillis >= every) {
            int most = mostPolls;
            pollsToldMillis = nowMillis;
            pollsTold = most;
            mostPolls = 0;
            publish(new JsonObject()
                    .put("replica", replica)
                    .put("connections", new JsonObject().put("longpoll", most)));
        } else if (!rooms.isEmpty()) {
            publish(new JsonObject().put("presence", next()));
        }
    }

    private JsonObject next() {
        JsonObject facts = new JsonObject();
        Iterator<CommandResult> waiting = rooms.values().iterator();
        while (waiting.hasNext() && facts.size() < config.roomsPerEvent()) {
            CommandResult room = waiting.next();
            waiting.remove();
            facts.put(
                    room.room().text(),
                    new JsonObject()
                            .put("online", room.online())
                            .put("typing", room.typing())
                            .put("cursor", room.at().toString()));
        }
        return facts;
    }

    private void publish(JsonObject fact) {
        // Lost ones are made good by the next of the same room, at the latest when it is swept.
        bus.publish(TOPIC, Draft.of(fact.encode()))
                .subscribe()
                .with(at -> {}, failure -> LOG.debugf("The dashboard was not told: %s", failure.getMessage()));
    }
}
