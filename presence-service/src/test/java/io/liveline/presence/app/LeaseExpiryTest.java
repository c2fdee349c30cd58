package io.liveline.presence.app;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.liveline.bus.Draft;
import io.liveline.bus.redis.RedisBus;
import io.liveline.edge.auth.Person;
import io.liveline.edge.contract.ActivityEvent;
import io.liveline.edge.contract.MembershipEvent;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.roster.RosterChange;
import io.liveline.presence.store.PresenceCommand;
import io.liveline.presence.store.Recorder;
import io.liveline.presence.store.RedisRosterStore;
import io.liveline.presence.store.RosterModel;
import io.liveline.presence.store.RosterStore;
import io.liveline.testing.TestConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** End of presence and typing at two replicas: by messages, by expiry and after the failure of a replica. */
class LeaseExpiryTest extends TwoReplicas {

    @Test
    void aMessageEndsTypingThatWasReportedToAnotherReplica() {
        b.client().get(path);
        a.apply(room, new PresenceCommand.Typing(ANN));
        a.apply(room, new PresenceCommand.Typing(BOB));
        await().until(() -> summary(b).equals("ann and bob are typing"));
        message("ann");
        await().atMost(Duration.ofSeconds(4)).until(() -> summary(b).equals("bob is typing"));
    }

    @Test
    void aMessageEndsTypingInARoomThatNobodyPolls() throws Exception {
        Recorder recorder = Recorder.on(b.bus(), room.presence());
        // Repeated until the replica has subscribed to the messages of the room.
        a.apply(room, new PresenceCommand.Typing(BOB));
        await().until(() -> {
            a.apply(room, new PresenceCommand.Typing(ANN));
            message("ann");
            return recorder.events.stream().anyMatch(event -> event.data().contains("idle"));
        });
        assertThat(recorder.events).noneMatch(event -> event.data().contains("\"idle\":[\"bob\""));
    }

    @Test
    void thePeopleOfAKilledChatReplicaExpireUnlessTheyReconnectAndThoseAreNeverShownAsGone() throws Exception {
        List<Person> people = IntStream.range(0, 500)
                .mapToObj(i -> new Person("p" + i, "p" + i))
                .toList();
        chat("c1", people);
        Recorder recorder = Recorder.on(b.bus(), room.presence());
        await().until(() -> online(a.client().get(path)).size() == 500);
        assertThat(online(b.client().get(path))).hasSize(500);
        a.close();
        List<Person> back = people.subList(0, 250);
        pass(10_000);
        chat("c2", back);
        await().until(() -> redis.command("KEYS", "*claim:*").contains("claim"));
        pass(5_100);
        await().until(() -> online(b.client().get(path)).size() == 250);
        assertThat(online(b.client().get(path)))
                .isEqualTo(back.stream().map(p -> p.user() + " active").collect(Collectors.toCollection(TreeSet::new)));
        // Nobody who reconnected was published as gone.
        Set<String> gone = new TreeSet<>();
        recorder.events.forEach(
                event -> gone.addAll(RosterChange.parse(event.data()).gone()));
        assertThat(gone)
                .isEqualTo(people.subList(250, 500).stream()
                        .map(Person::user)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void typingReportedToAKilledReplicaExpiresInARoomThatIsPolled() throws Exception {
        online(b.client().get(path));
        // This store never writes to the index when the room is to be swept.
        RosterStore dying =
                new RedisRosterStore((RedisBus) a.bus(), TestConfig.of(PresenceConfig.class, RosterModel.CONFIG));
        dying.apply(room, new PresenceCommand.Typing(ANN)).await().atMost(Duration.ofSeconds(20));
        a.close();
        await().until(() -> summary(b).equals("ann is typing"));
        pass(10_000);
        await().until(() -> summary(b).isEmpty());
    }

    @Test
    void activityThatAKilledReplicaDidNotPublishIsPublishedWithTheNextSweep() throws Exception {
        Recorder recorder = Recorder.on(b.bus(), ActivityEvent.TOPIC);
        RosterStore dying =
                new RedisRosterStore((RedisBus) a.bus(), TestConfig.of(PresenceConfig.class, RosterModel.CONFIG));
        dying.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE))
                .await()
                .atMost(Duration.ofSeconds(20));
        dying.sweep().await().atMost(Duration.ofSeconds(20));
        a.close();
        pass(30_000);
        // A store without a replica, which publishes no activity.
        RosterStore other =
                new RedisRosterStore((RedisBus) b.bus(), TestConfig.of(PresenceConfig.class, RosterModel.CONFIG));
        other.apply(room, new PresenceCommand.Here(BOB, "", Presence.State.ACTIVE))
                .await()
                .atMost(Duration.ofSeconds(20));
        pass(16_100);
        await().until(() -> recorder.events.stream()
                .map(event -> new JsonObject(event.data()).getJsonObject("presence", new JsonObject()))
                .map(rooms -> rooms.getJsonObject(room.text(), new JsonObject()))
                .anyMatch(fact -> fact.getInteger("online", 0) == 1));
    }

    @Test
    void aPersonExpiresAtBothReplicasAtTheEndOfTheirLeaseAndNotBefore() throws Exception {
        a.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE));
        long end = clock.millis() + 46_000;
        awaitEqual();
        String tag = Client.tag(a.client().get(path));
        pass(end - clock.millis() - 1500);
        assertThat(online(a.client().get(path))).isEqualTo(Set.of("ann active"));
        List<CompletableFuture<HttpResponse<String>>> polls = Stream.of(a, b)
                .map(replica -> replica.client().poll(path, tag, 30))
                .toList();
        for (CompletableFuture<HttpResponse<String>> poll : polls) {
            HttpResponse<String> answer = poll.get(20, TimeUnit.SECONDS);
            assertThat(online(answer)).isEmpty();
            assertThat(clock.millis()).as("before the end of the lease").isGreaterThanOrEqualTo(end);
            // Exact to a sweep and a conflation interval, 0.2 s; the rest is for slow machines.
            assertThat(clock.millis()).as("long after the end of the lease").isLessThan(end + 5000);
        }
    }

    private void pass(long millis) {
        awaitSweepsScheduled();
        clock.pass(millis, false);
    }

    private void chat(String replica, List<Person> people) {
        JsonArray list = new JsonArray();
        people.forEach(p -> list.add(new JsonObject().put("user", p.user()).put("name", p.name())));
        JsonObject event = new JsonObject()
                .put("replica", replica)
                .put("lease_ms", 15_000)
                .put("rooms", new JsonObject().put(room.text(), list));
        b.bus().publish(MembershipEvent.TOPIC, Draft.of(event.encode())).await().atMost(Duration.ofSeconds(20));
    }

    private void message(String author) {
        JsonObject event = new JsonObject()
                .put("type", "message")
                .put("id", "1")
                .put("author", author)
                .put("text", "hi");
        b.bus().publish(room.messages(), Draft.of(event.encode())).await().atMost(Duration.ofSeconds(20));
    }

    private String summary(TestReplica replica) {
        return Client.json(replica.client().get(path)).getString("summary");
    }
}
