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
import io.liveline.bus.Topic;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.chat.ChatConfig;
import io.liveline.chat.protocol.ServerFrames;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import org.jboss.logging.Logger;

/**
 * Who is connected to which room, over all replicas. Each says on the topic {@code connected} whom it has: a changed
 * room soon, and all of them every few seconds, so that what is lost is mended and a replica that died is forgotten.
 */
@Singleton
public final class RoomMembership implements Listener {

    private static final Logger LOG = Logger.getLogger(RoomMembership.class);
    private static final long TIDY_MILLIS = 1000;
    private static final Topic TOPIC = new Topic("connected");

    private final String replica = "chat-" + UUID.randomUUID();
    private final EventBus bus;
    private final ChatConfig.Members config;
    private final int eventBytes;
    private final MonotonicClock clock;
    private final Map<RoomName, MemberList> rosters = new HashMap<>();
    // As JSON, for all who join until it changes.
    private final Map<RoomName, String> listed = new HashMap<>();
    private final Set<RoomName> toSay = new LinkedHashSet<>();
    private final Set<RoomName> toTell = new LinkedHashSet<>();
    private volatile BiConsumer<RoomName, MemberList.Difference> told = (room, difference) -> {};
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
        bus.subscribe(TOPIC, this);
        timer = vertx.setPeriodic(config.every().toMillis(), id -> tick());
    }

    void stop(@Observes ShutdownEvent stopped, Vertx vertx) {
        vertx.cancelTimer(timer);
    }

    /** @param listener told, from any thread, who came to a room and who left it */
    public void onDifference(BiConsumer<RoomName, MemberList.Difference> listener) {
        told = listener;
    }

    public synchronized void enter(RoomName room, Person person) {
        rosters.computeIfAbsent(room, r -> new MemberList(config.listed())).enter(person);
        changedHere(room);
    }

    /** Somebody who is in the room over this replica has another name. */
    public synchronized void rename(RoomName room, Person person) {
        // Not with each new token: what it says is the same name most of the time.
        if (rosters.get(room).rename(person)) {
            changedHere(room);
        }
    }

    public synchronized void leave(RoomName room, Person person) {
        rosters.get(room).leave(person);
        changedHere(room);
    }

    /** Who is listed in a room, as a JSON array. */
    public synchronized String members(RoomName room) {
        MemberList roster = rosters.get(room);
        return roster == null
                ? "[]"
                : listed.computeIfAbsent(
                        room, r -> ServerFrames.people(roster.listed()).encode());
    }

    /** A {@code members} frame for who has missed some of them; null when there is nothing to say. */
    public synchronized String membersAgain(RoomName room) {
        MemberList roster = rosters.get(room);
        if (roster == null) {
            return null;
        }
        var again = new MemberList.Difference(roster.listed(), roster.gone());
        return again.isEmpty() ? null : ServerFrames.members(room, again.joined(), again.left());
    }

    /** Tells the clients and the other replicas what has changed. */
    void tick() {
        Map<RoomName, MemberList.Difference> differences = new LinkedHashMap<>();
        List<String> events;
        synchronized (this) {
            long now = clock.millis();
            if (now >= tidyAtMillis) {
                tidyAtMillis = now + TIDY_MILLIS;
                expire(now);
            }
            for (RoomName room : toTell) {
                MemberList.Difference difference = rosters.get(room).difference();
                if (!difference.isEmpty()) {
                    listed.remove(room);
                    differences.put(room, difference);
                }
            }
            toTell.clear();
            events = events(now);
        }
        differences.forEach(told);
        events.forEach(this::publish);
    }

    @Override
    public void started(Cursor position) {
        // Everybody says everything again within seconds: nothing before this is needed.
    }

    @Override
    public void event(Event event) {
        try {
            MembershipAnnouncement word = MembershipAnnouncement.parse(event);
            if (!replica.equals(word.replica())) {
                hear(word);
            }
        } catch (IllegalArgumentException bad) {
            // Whatever else may publish to this topic, it must not keep us from hearing the replicas.
            LOG.warnf("Event %s of topic %s is passed over: %s", event.cursor(), TOPIC, bad.getMessage());
        }
    }

    @Override
    public void gap(Gap gap) {
        // The next word of each replica holds everything that was lost.
    }

    private synchronized void hear(MembershipAnnouncement word) {
        long until = clock.millis() + word.leaseMillis();
        word.rooms().forEach((room, people) -> {
            MemberList roster = rosters.get(room);
            if (roster == null) {
                if (people.isEmpty() || rosters.size() >= config.rooms()) {
                    return;
                }
                roster = new MemberList(config.listed());
                rosters.put(room, roster);
            }
            roster.hear(word.replica(), people, until);
            toTell.add(room);
        });
    }

    private void changedHere(RoomName room) {
        listed.remove(room);
        toSay.add(room);
        toTell.add(room);
    }

    /**
     * Those who are not heard of any more, and rooms that nobody is in. While the bus is away, and just after, silence
     * does not mean that a replica is gone.
     */
    private void expire(long now) {
        if (bus.state() == BusState.DEGRADED) {
            trustedUntilMillis = now + config.lease().toMillis();
        }
        if (now >= trustedUntilMillis) {
            rosters.forEach((room, roster) -> {
                if (roster.expire(now)) {
                    toTell.add(room);
                }
            });
        }
        rosters.entrySet()
                .removeIf(room ->
                        room.getValue().isEmpty() && !toTell.contains(room.getKey()) && !toSay.contains(room.getKey()));
        listed.keySet().retainAll(rosters.keySet());
    }

    /** What is to be said to the other replicas now. */
    private List<String> events(long now) {
        if (now >= repeatAtMillis) {
            repeatAtMillis = now + config.repeat().toMillis();
            rosters.forEach((room, roster) -> {
                if (!roster.here().isEmpty()) {
                    toSay.add(room);
                }
            });
        }
        Map<RoomName, List<Person>> rooms = new LinkedHashMap<>();
        toSay.forEach(room -> rooms.put(room, rosters.get(room).here()));
        toSay.clear();
        return new MembershipAnnouncement(replica, config.lease().toMillis(), rooms).events(eventBytes);
    }

    private void publish(String event) {
        bus.publish(TOPIC, Draft.of(event))
                .subscribe()
                .with(
                        cursor -> {},
                        failure -> LOG.debugf("Others were not told who is connected: %s", failure.getMessage()));
    }
}
