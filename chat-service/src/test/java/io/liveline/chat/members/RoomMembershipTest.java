package io.liveline.chat.members;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.EventBus;
import io.liveline.bus.redis.RedisBus;
import io.liveline.chat.ChatConfig;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.edge.contract.MembershipEvent;
import io.liveline.testing.ChatClient;
import io.liveline.testing.RedisServer;
import io.liveline.testing.TestConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of two replicas on a real Redis, whose clocks are set by the test. */
class RoomMembershipTest {

    private static final Person ANN = new Person("ann", "ann");
    private static final Person BOB = new Person("bob", "bob");

    private static RedisServer server;
    private static Vertx vertx;

    /** Replica with a record of the changes that it published to its clients. */
    private static final class Replica {

        final EventBus bus = RedisBus.connect(
                vertx, server.options(), TestConfig.of(BusConfig.class), new BusMeters(new SimpleMeterRegistry()));
        final List<String> published = new ArrayList<>();
        long now = 1_000_000;
        final RoomMembership membership = new RoomMembership(
                bus, TestConfig.of(BusConfig.class), TestConfig.of(ChatConfig.class, "members.listed", "3"), () -> now);

        Replica() {
            membership.onDifference((room, difference) -> {
                difference.joined().forEach(person -> published.add("+" + person.user()));
                difference.left().forEach(user -> published.add("-" + user));
            });
            bus.subscribe(MembershipEvent.TOPIC, membership);
            ChatClient.until(() -> bus.state() == io.liveline.bus.BusState.LIVE);
        }

        List<String> listed(RoomName room) {
            return listed(room, "user");
        }

        private List<String> listed(RoomName room, String field) {
            return new JsonArray(membership.members(room))
                    .stream()
                            .map(person -> ((JsonObject) person).getString(field))
                            .sorted()
                            .toList();
        }

        void awaitNames(RoomName room, String... names) {
            ChatClient.until(() -> {
                membership.tick();
                return listed(room, "name").equals(List.of(names));
            });
        }

        void awaitListed(RoomName room, String... users) {
            ChatClient.until(() -> {
                membership.tick();
                return listed(room).equals(List.of(users));
            });
        }
    }

    @BeforeAll
    static void start() {
        server = RedisServer.launch();
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        server.close();
    }

    @Test
    void onePersonInManyTabsOnManyReplicasIsListedOnceUntilTheLastTabIsClosed() {
        RoomName room = new RoomName("tabs");
        Replica a = new Replica();
        Replica b = new Replica();
        a.membership.enter(room, ANN);
        a.membership.enter(room, ANN);
        b.membership.enter(room, ANN);
        b.membership.enter(room, BOB);
        a.membership.tick();
        b.membership.tick();
        a.awaitListed(room, "ann", "bob");
        b.awaitListed(room, "ann", "bob");

        a.membership.leave(room, ANN);
        a.membership.leave(room, ANN);
        a.membership.tick();
        b.membership.leave(room, BOB);
        b.membership.tick();
        a.awaitListed(room, "ann");
        b.membership.leave(room, ANN);
        b.membership.tick();
        a.awaitListed(room);
        b.awaitListed(room);
        assertThat(a.published).isEqualTo(List.of("+ann", "+bob", "-bob", "-ann"));
        assertThat(b.published).isEqualTo(List.of("+ann", "+bob", "-bob", "-ann"));
    }

    @Test
    void membersOfADeadReplicaExpireAndThoseOfALiveReplicaDoNot() {
        RoomName room = new RoomName("leases");
        Replica a = new Replica();
        Replica dies = new Replica();
        Replica lives = new Replica();
        dies.membership.enter(room, ANN);
        lives.membership.enter(room, BOB);
        dies.membership.tick();
        lives.membership.tick();
        a.awaitListed(room, "ann", "bob");

        a.now += 14_000;
        lives.now += 14_000;
        lives.membership.tick();
        // The announcement has been delivered once a later one of the same replica has been.
        RoomName sentinel = new RoomName("sentinel");
        lives.membership.enter(sentinel, BOB);
        lives.membership.tick();
        a.awaitListed(sentinel, "bob");
        assertThat(a.listed(room)).isEqualTo(List.of("ann", "bob"));
        a.now += 2_000;
        a.awaitListed(room, "bob");
    }

    @Test
    void someOfALargeRoomAreListedAndALeaveMakesRoomForAnother() {
        RoomName room = new RoomName("crowd");
        Replica a = new Replica();
        for (int i = 0; i < 5; i++) {
            a.membership.enter(room, new Person("p" + i, "p" + i));
        }
        a.awaitListed(room, "p0", "p1", "p2");
        a.membership.leave(room, new Person("p1", "p1"));
        a.membership.leave(room, new Person("p4", "p4"));
        a.awaitListed(room, "p0", "p2", "p3");
        assertThat(a.published).isEqualTo(List.of("+p0", "+p1", "+p2", "+p3", "-p1"));
    }

    @Test
    void theNewestNameIsListedOnEveryReplicaInAnyOrderOfAnnouncements() {
        RoomName room = new RoomName("renamed");
        Person old = new Person("ann", "Ann", 100);
        Replica a = new Replica();
        Replica b = new Replica();
        List<String> published = new ArrayList<>();
        b.membership.onDifference((of, difference) -> {
            difference.joined().forEach(person -> published.add("+" + person.name()));
            difference.left().forEach(user -> published.add("-" + user));
        });
        b.membership.enter(room, old);
        b.awaitNames(room, "Ann");
        a.membership.enter(room, old);
        a.membership.rename(room, new Person("ann", "Anna", 200));
        a.membership.tick();
        b.awaitNames(room, "Anna");

        // The older name is announced again, by a new connection and by a replica that repeats all its members.
        a.membership.enter(room, old);
        b.membership.enter(room, old);
        b.now += 10_000;
        b.membership.tick();
        b.membership.enter(room, BOB);
        b.membership.tick();
        a.awaitNames(room, "Anna", "bob");
        b.awaitNames(room, "Anna", "bob");
        assertThat(published).isEqualTo(List.of("+Ann", "+Anna", "+bob"));
    }

    @Test
    void anAnnouncementIsSplitIntoEventsBelowTheLimit() {
        var rooms = new java.util.LinkedHashMap<RoomName, List<Person>>();
        List<Person> people = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            people.add(new Person("person" + i, "\"".repeat(60)));
        }
        for (int i = 0; i < 20; i++) {
            rooms.put(new RoomName("room" + i), people.subList(0, i + 1));
        }
        rooms.put(new RoomName("huge"), people);
        List<String> events = new MembershipEvent("r", 1, rooms).events(4096);
        int named = 0;
        for (String event : events) {
            assertThat(event.length()).as(event).isLessThanOrEqualTo(4096);
            named += new JsonObject(event).getJsonObject("rooms").size();
        }
        assertThat(named).isEqualTo(21);
    }
}
