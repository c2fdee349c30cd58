package io.liveline.chat.members;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.chat.ChatConfig;
import io.liveline.chat.protocol.ServerFrames;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.edge.contract.MembershipEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import org.jboss.logging.Logger;

/**
 * Members of all rooms, over all replicas. Each replica publishes its members on the topic {@code connected}: a changed
 * room soon, and all rooms every few seconds, so that lost announcements are repaired and replicas that died are
 * removed.
 */
@Singleton
public final class RoomMembership implements Listener {

    private static final Logger LOG = Logger.getLogger(RoomMembership.class);
    private static final long TIDY_MILLIS = 1000;

    private final String replica = "chat-" + UUID.randomUUID();
    private final EventBus bus;
    private final ChatConfig.Members config;
    private final int eventBytes;
    private final MonotonicClock clock;
    private final Map<RoomName, MemberList> lists = new HashMap<>();
    private final Set<RoomName> toAnnounce = new LinkedHashSet<>();
    private final Set<RoomName> toPublish = new LinkedHashSet<>();
    private volatile BiConsumer<RoomName, MemberList.Difference> listener = (room, difference) -> {};
    private long repeatAtMillis;
    private long tidyAtMillis;
    private long trustedUntilMillis;
    private long timer;

    @Inject
    RoomMembership(EventBus bus, BusConfig busConfig, ChatConfig config) {
        this(bus, busConfig, config, MonotonicClock.system());
    }

    RoomMembership(EventBus bus, BusConfig busConfig, ChatConfig config, MonotonicClock clock) {
        this.bus = bus;
        this.config = config.members();
        this.eventBytes = busConfig.maxEventBytes();
        this.clock = clock;
    }

    void start(@Observes StartupEvent started, Vertx vertx) {
        bus.subscribe(MembershipEvent.TOPIC, this);
        timer = vertx.setPeriodic(config.every().toMillis(), id -> tick());
    }

    void stop(@Observes ShutdownEvent stopped, Vertx vertx) {
        vertx.cancelTimer(timer);
    }

    /**
     * Sets the listener of member changes.
     *
     * @param newListener receives who joined and who left a room, on any thread
     */
    public void onDifference(BiConsumer<RoomName, MemberList.Difference> newListener) {
        listener = newListener;
    }

    public synchronized void enter(RoomName room, Person person) {
        lists.computeIfAbsent(room, r -> new MemberList(config.listed())).enter(person);
        changedHere(room);
    }

    /** Renames a member on this replica. */
    public synchronized void rename(RoomName room, Person person) {
        // Renewed tokens usually carry the same name, which needs no announcement.
        if (lists.get(room).rename(person)) {
            changedHere(room);
        }
    }

    public synchronized void leave(RoomName room, Person person) {
        lists.get(room).leave(person);
        changedHere(room);
    }

    /** Returns the listed members of a room, as a JSON array. */
    public synchronized String members(RoomName room) {
        MemberList list = lists.get(room);
        return list == null ? "[]" : list.json();
    }

    /** Returns a {@code members} frame for a client that missed earlier ones, or null if there is nothing to send. */
    public synchronized String membersCatchUp(RoomName room) {
        MemberList list = lists.get(room);
        if (list == null) {
            return null;
        }
        var missed = new MemberList.Difference(list.listed(), list.departed());
        return missed.isEmpty() ? null : ServerFrames.members(room, missed.joined(), missed.left());
    }

    /** Publishes the changes to the clients and to the other replicas. */
    void tick() {
        Map<RoomName, MemberList.Difference> differences = new LinkedHashMap<>();
        List<String> events;
        synchronized (this) {
            long now = clock.millis();
            if (now >= tidyAtMillis) {
                tidyAtMillis = now + TIDY_MILLIS;
                expire(now);
            }
            for (RoomName room : toPublish) {
                MemberList.Difference difference = lists.get(room).difference();
                if (!difference.isEmpty()) {
                    differences.put(room, difference);
                }
            }
            toPublish.clear();
            events = events(now);
        }
        differences.forEach(listener);
        events.forEach(event -> bus.tryPublish(MembershipEvent.TOPIC, Draft.of(event)));
    }

    @Override
    public void started(Cursor position) {
        // All replicas repeat their announcements within seconds, so nothing before this is needed.
    }

    @Override
    public void event(Event event) {
        try {
            MembershipEvent announcement = MembershipEvent.parse(event);
            if (!replica.equals(announcement.replica())) {
                update(announcement);
            }
        } catch (IllegalArgumentException bad) {
            // An event that cannot be decoded must not stop the announcements of the replicas.
            LOG.warnf("Skipped event %s of topic %s: %s", event.cursor(), MembershipEvent.TOPIC, bad.getMessage());
        }
    }

    @Override
    public void gap(Gap gap) {
        // The next announcement of each replica contains everything that was lost.
    }

    private synchronized void update(MembershipEvent announcement) {
        long until = clock.millis() + announcement.leaseMillis();
        announcement.rooms().forEach((room, people) -> {
            MemberList list = lists.get(room);
            if (list == null) {
                if (people.isEmpty() || lists.size() >= config.rooms()) {
                    return;
                }
                list = new MemberList(config.listed());
                lists.put(room, list);
            }
            list.update(announcement.replica(), people, until);
            toPublish.add(room);
        });
    }

    private void changedHere(RoomName room) {
        toAnnounce.add(room);
        toPublish.add(room);
    }

    /**
     * Removes expired members and empty rooms. While the bus is unavailable, and shortly after, a missing announcement
     * does not mean that a replica is gone.
     */
    private void expire(long now) {
        if (bus.state() == BusState.DEGRADED) {
            trustedUntilMillis = now + config.lease().toMillis();
        }
        if (now >= trustedUntilMillis) {
            lists.forEach((room, list) -> {
                if (list.expire(now)) {
                    toPublish.add(room);
                }
            });
        }
        lists.entrySet()
                .removeIf(room -> room.getValue().isEmpty()
                        && !toPublish.contains(room.getKey())
                        && !toAnnounce.contains(room.getKey()));
    }

    /** Returns the announcements to publish now. */
    private List<String> events(long now) {
        if (now >= repeatAtMillis) {
            repeatAtMillis = now + config.repeat().toMillis();
            lists.forEach((room, list) -> {
                if (!list.local().isEmpty()) {
                    toAnnounce.add(room);
                }
            });
        }
        Map<RoomName, List<Person>> rooms = new LinkedHashMap<>();
        toAnnounce.forEach(room -> rooms.put(room, lists.get(room).local()));
        toAnnounce.clear();
        return new MembershipEvent(replica, config.lease().toMillis(), rooms).events(eventBytes);
    }
}
