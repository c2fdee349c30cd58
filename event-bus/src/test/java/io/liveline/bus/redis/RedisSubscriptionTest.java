package io.liveline.bus.redis;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.Recorder;
import io.liveline.bus.Subscription;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.Topic;
import io.liveline.testing.ChildProcess;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Subscriptions in Redis and the messages that they deliver. */
class RedisSubscriptionTest extends RedisFaultFixture {

    @Test
    void eventsOfConcurrentPublishersAreDeliveredToAllInOneOrder() {
        Recorder here = subscribe(bus());
        Recorder there = subscribe(bus());
        String classPath = System.getProperty("java.class.path");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

        List<ChildProcess> publishers = Stream.of("a", "b")
                .map(name -> ChildProcess.start(
                        server.directory().resolve("publisher-" + name),
                        Map.of(),
                        List.of(
                                java,
                                "-cp",
                                classPath,
                                PublisherProcess.class.getName(),
                                server.url(),
                                topic.name(),
                                name,
                                "2000")))
                .toList();
        publishers.forEach(ChildProcess::await);

        await().atMost(LONG).until(() -> here.all(Event.class).size() == 4000);
        await().atMost(LONG).until(() -> there.all(Event.class).size() == 4000);
        assertThat(there.all(Event.class)).isEqualTo(here.all(Event.class));
        for (String name : List.of("a", "b")) {
            assertThat(here.data().stream().filter(data -> data.startsWith(name)))
                    .as("each publisher's own order")
                    .containsExactlyElementsOf(numbered(name, 2000));
        }
    }

    @Test
    void twoHundredTopicsShareOneSubscriberConnectionAndLeaveNoSubscription() {
        RedisBus bus = buses.bus(TestBusConfig.with("redis.unsubscribe-after", "100ms"));
        List<Recorder> recorders = new ArrayList<>();
        List<Subscription> subscriptions = IntStream.range(0, 200)
                .mapToObj(i -> {
                    Recorder recorder = new Recorder();
                    recorders.add(recorder);
                    return bus.subscribe(new Topic("many:" + i), recorder);
                })
                .toList();
        recorders.forEach(Recorder::awaitStarted);

        assertThat(server.command("CLIENT", "LIST", "TYPE", "pubsub").lines().filter(l -> l.startsWith("id=")))
                .hasSize(1);
        assertThat(server.command("CLIENT", "LIST", "TYPE", "normal")
                        .lines()
                        .filter(l -> l.contains("cmd=evalsha") || l.contains("cmd=publish")))
                .hasSize(1);

        subscriptions.forEach(Subscription::close);
        await().atMost(LONG)
                .until(() -> server.command("PUBSUB", "CHANNELS", "ll:{many*").equals("*0\r\n"));
    }

    @Test
    void aTopicSubscribedToAgainWithinItsGracePeriodContinues() {
        RedisBus bus = bus();
        Recorder first = new Recorder();
        Subscription subscription = bus.subscribe(topic, first);
        first.awaitStarted();
        publishUntilDone(bus, "one").await().atMost(LONG);
        first.awaitEvent("one");

        subscription.close();
        Cursor missed = publishUntilDone(bus, "two").await().atMost(LONG);
        await().atMost(LONG).until(() -> {
            Recorder probe = new Recorder();
            bus.subscribe(topic, probe).close();
            return probe.awaitStarted().equals(missed);
        });
        Recorder second = subscribe(bus);
        publishUntilDone(bus, "three").await().atMost(LONG);

        second.awaitEvent("three");
        assertThat(second.data()).containsExactly("three");
    }

    @Test
    void aBusWithoutSubscribePermissionIsDegradedUntilItIsGranted() {
        RedisBus bus = bus();
        await().atMost(LONG).until(() -> bus.state() == BusState.LIVE);
        server.command("ACL", "SETUSER", "default", "resetchannels", "&ll:pulse:*");
        Recorder recorder = new Recorder();

        bus.subscribe(new Topic("forbidden"), recorder);

        await().atMost(LONG).until(() -> bus.state() == BusState.DEGRADED);
        server.command("ACL", "SETUSER", "default", "allchannels");
        recorder.awaitStarted();
        await().atMost(LONG).until(() -> bus.state() == BusState.LIVE);
    }
}
