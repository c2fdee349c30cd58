package io.liveline.presence.feed;

import java.util.List;
import java.util.function.IntSupplier;

import io.liveline.bus.EventBus;
import io.liveline.bus.support.BoundedMap;
import io.liveline.edge.RoomName;
import io.liveline.edge.contract.ActivityEvent;
import io.liveline.edge.contract.ActivityFact;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.store.CommandResult;

/**
 * Publisher of facts about rooms and polls on the topic {@code activity}, for the dashboard. Each fact carries the
 * whole state, so the newest one of a room is enough and a lost one does no harm. At most one event a tick. Confined to
 * one event loop.
 */
public final class ActivityPublisher {

    private static final long POLLS_MILLIS = 1000;

    private final EventBus bus;
    private final PresenceConfig.Activity config;
    private final String replica;
    private final IntSupplier polls;
    private final BoundedMap<RoomName, CommandResult> rooms;
    private int mostPolls;
    private int publishedPolls = -1;
    private long publishedMillis = Long.MIN_VALUE / 2;

    /** @param polls number of waiting polls */
    public ActivityPublisher(EventBus bus, PresenceConfig.Activity config, String replica, IntSupplier polls) {
        this.bus = bus;
        this.config = config;
        this.replica = replica;
        this.polls = polls;
        this.rooms = new BoundedMap<>(config.maxRooms());
    }

    /** Records the new state of a room. */
    public void room(CommandResult result) {
        if (result.at() == null) {
            return;
        }
        CommandResult old = rooms.get(result.room());
        if (old != null
                && old.at().sameLife(result.at())
                && old.at().offset() > result.at().offset()) {
            return;
        }
        rooms.put(result.room(), result);
    }

    /** Publishes the next event, if any. */
    public void tick(long nowMillis) {
        // All polls of a room are answered at once and return a moment later, so the maximum since the last event is
        // published.
        mostPolls = Math.max(mostPolls, polls.getAsInt());
        long every = mostPolls == publishedPolls ? config.connectionsEvery().toMillis() : POLLS_MILLIS;
        if (nowMillis - publishedMillis >= every) {
            int most = mostPolls;
            publishedMillis = nowMillis;
            publishedPolls = most;
            mostPolls = 0;
            publish(List.of(new ActivityFact.Connections(replica, "longpoll", most)));
        } else if (!rooms.isEmpty()) {
            publish(rooms.removeOldest(config.roomsPerEvent()).stream()
                    .map(room -> new ActivityFact.People(room.room().text(), room.at(), room.online(), room.typing()))
                    .toList());
        }
    }

    private void publish(List<? extends ActivityFact> facts) {
        // The next fact about the same room makes up for a lost one, at the latest when the room is swept.
        bus.tryPublish(ActivityEvent.TOPIC, ActivityEvent.of(facts));
    }
}
