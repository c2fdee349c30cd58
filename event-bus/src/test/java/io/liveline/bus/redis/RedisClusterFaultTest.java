package io.liveline.bus.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.liveline.bus.BusState;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Recorder;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.Topic;
import io.liveline.testing.RedisCluster;
import io.liveline.testing.RedisServer;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Guarantees of the bus while slots move and nodes of a Redis Cluster fail over. Each test has its own topic. */
class RedisClusterFaultTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static RedisCluster cluster;
    // The first owns the topic.
    private static RedisServer first;
    private static RedisServer second;
    private static RedisServer fresh;

    private RedisBuses buses;
    // True if the next test needs a new cluster.
    private boolean newClusterNeeded;
    private Topic topic;

    private static void launch() {
        cluster = RedisCluster.launch();
        first = cluster.masters().get(0);
        second = cluster.masters().get(1);
        fresh = cluster.add();
    }

    @AfterAll
    static void end() {
        if (cluster != null) {
            cluster.close();
            cluster = null;
        }
    }

    @BeforeEach
    void start() {
        if (cluster == null) {
            launch();
        }
        buses = new RedisBuses(cluster::options, 10);
        topic = topicAt(first);
    }

    @AfterEach
    void stop() {
        buses.close();
        if (newClusterNeeded) {
            end();
        }
    }

    @Test
    void aPublishReachesListenersOfTwoBusesThroughTheOwnerOfItsSlotOnly() {
        List<Recorder> recorders = List.of(subscribe(bus()), subscribe(bus()));

        stream(bus(), 100).join();

        recorders.forEach(recorder -> recorder.awaitEvent("e99"));
        recorders.forEach(recorder -> assertThat(recorder.data()).isEqualTo(numbered(100)));
        for (RedisServer node : cluster.nodes()) {
            assertThat(subscribersAt(node)).isEqualTo(node == first ? 2 : 0);
            assertThat(node.command("PUBSUB", "CHANNELS")).as("plain channels").startsWith("*0");
            assertThat(node.command("CLUSTER", "INFO"))
                    .as("messages that go to every node")
                    .doesNotContain("messages_publish_sent");
        }
    }

    @Test
    @Tag("long")
    void aSlotThatIsMovedWhileMessagesFlowLosesAndRepeatsNothing() {
        RedisBus publisher = bus();
        Recorder recorder = subscribe(bus());
        CompletableFuture<List<Cursor>> stream = stream(publisher, 4000);

        recorder.awaitEvent("e500");
        cluster.move(channel(), second);
        recorder.awaitEvent("e1500");
        cluster.move(channel(), fresh);
        recorder.awaitEvent("e2500");
        cluster.move(channel(), first);

        assertThatNothingWasLost(stream, recorder, 4000);
        await().atMost(LONG).until(() -> subscribersAt(first) == 1);
        assertThat(subscribersAt(fresh)).isZero();
    }

    @Test
    void aMovedSlotDoesNotDegradeTheBus() {
        Recorder recorder = subscribe(bus());
        int states = recorder.all(BusState.class).size();

        cluster.move(channel(), cluster.add());
        stream(bus(), 100).join();

        recorder.awaitEvent("e99");
        assertThat(recorder.all(BusState.class)).hasSize(states);
    }

    @Test
    @Tag("long")
    void brokenConnectionsToANodeAddedLaterAreReopened() {
        RedisBus publisher = bus();
        Recorder recorder = subscribe(bus());
        cluster.move(channel(), fresh);
        CompletableFuture<List<Cursor>> stream = stream(publisher, 2000);

        recorder.awaitEvent("e200");
        fresh.command("CLIENT", "KILL", "TYPE", "normal");
        recorder.awaitEvent("e400");
        fresh.command("CLIENT", "KILL", "TYPE", "pubsub");

        assertThatNothingWasLost(stream, recorder, 2000);
    }

    @Test
    void whenAMasterDiesItsReplicaTakesOverAndNothingReplicatedIsLost() {
        RedisBus bus = bus();
        Recorder recorder = subscribe(bus);
        Recorder otherTopic = subscribe(bus, topicAt(second));
        publishUntilDone(bus, "before").await().atMost(LONG);
        assertThat(first.command("WAIT", "1", "5000")).startsWith(":1");

        newClusterNeeded = true;
        first.kill();

        recorder.awaitState(BusState.DEGRADED);
        otherTopic.awaitState(BusState.DEGRADED);
        publishUntilDone(bus, "after").await().atMost(LONG);
        recorder.awaitState(BusState.LIVE);
        recorder.awaitEvent("after");
        assertThat(recorder.data()).containsExactly("before", "after");
        assertThat(recorder.all(Gap.class)).isEmpty();
        assertThat(subscribersAt(cluster.replica())).isEqualTo(1);
    }

    @Test
    @Tag("long")
    void whenAMasterFreezesItsReplicaTakesOverAndNothingReplicatedIsLost() {
        RedisBus bus = bus();
        Recorder recorder = subscribe(bus);
        publishUntilDone(bus, "before").await().atMost(LONG);
        assertThat(first.command("WAIT", "1", "5000")).startsWith(":1");

        newClusterNeeded = true;
        first.freeze();

        publishUntilDone(bus, "after").await().atMost(LONG);
        first.thaw();
        recorder.awaitEvent("after");
        recorder.awaitState(BusState.LIVE);
        publishUntilDone(bus, "last").await().atMost(LONG);
        recorder.awaitEvent("last");
        assertThat(recorder.data()).containsExactly("before", "after", "last");
        assertThat(recorder.all(Gap.class)).isEmpty();
    }

    @Test
    void unreplicatedEventsAreReportedAsLostAndNotMistakenForLaterOnes() {
        RedisBus bus = bus();
        Recorder recorder = subscribe(bus);
        publishUntilDone(bus, "kept").await().atMost(LONG);
        assertThat(first.command("WAIT", "1", "5000")).startsWith(":1");
        cluster.replica().freeze();
        first.command("CLIENT", "KILL", "TYPE", "replica");
        publishUntilDone(bus, "lost").await().atMost(LONG);
        recorder.awaitEvent("lost");

        newClusterNeeded = true;
        first.kill();
        cluster.replica().thaw();

        publishUntilDone(bus, "after").await().atMost(LONG);
        // Events published before the subscription was restored may be within the gap.
        await().atMost(LONG).until(() -> !recorder.all(Gap.class).isEmpty());
        publishUntilDone(bus, "last").await().atMost(LONG);
        recorder.awaitEvent("last");
        assertThat(recorder.data()).startsWith("kept", "lost").endsWith("last").doesNotHaveDuplicates();
        assertThat(bus.read(topic, null, 10).await().atMost(LONG).events().stream()
                        .map(Event::data))
                .containsExactly("kept", "after", "last");
    }

    @Test
    void aReplicaThatIsMadeMasterWhileMessagesFlowLosesAndRepeatsNothing() {
        RedisBus publisher = bus();
        Recorder recorder = subscribe(bus());
        CompletableFuture<List<Cursor>> stream = stream(publisher, 3000);

        recorder.awaitEvent("e500");
        newClusterNeeded = true;
        cluster.failOver(cluster.replica());
        recorder.awaitEvent("e1500");
        cluster.failOver(first);

        assertThatNothingWasLost(stream, recorder, 3000);
        await().atMost(LONG).until(() -> subscribersAt(first) == 1);
    }

    private RedisBus bus() {
        return buses.bus(TestBusConfig.with());
    }

    private Recorder subscribe(EventBus bus) {
        return subscribe(bus, topic);
    }

    private static Recorder subscribe(EventBus bus, Topic topic) {
        Recorder recorder = new Recorder();
        bus.subscribe(topic, recorder);
        recorder.awaitStarted();
        recorder.awaitState(BusState.LIVE);
        return recorder;
    }

    private Topic topicAt(RedisServer master) {
        return IntStream.range(0, 1000)
                .mapToObj(i -> new Topic("topic" + NUMBER.incrementAndGet()))
                .filter(candidate -> cluster.ownerOf(channel(candidate)) == master)
                .findFirst()
                .orElseThrow();
    }

    private String channel() {
        return channel(topic);
    }

    private static String channel(Topic topic) {
        return TestBusConfig.with().redis().prefix() + '{' + topic.name() + '}';
    }

    private int subscribersAt(RedisServer node) {
        String answer = node.command("PUBSUB", "SHARDNUMSUB", channel());
        return Integer.parseInt(answer.substring(answer.lastIndexOf(':') + 1).strip());
    }

    /** Publishes as a careful client does: with the same key until there is an answer. */
    private Uni<Cursor> publishUntilDone(EventBus bus, String data) {
        return bus.publish(topic, Draft.of(data, data))
                .onFailure(BusUnavailableException.class)
                .retry()
                .withBackOff(Duration.ofMillis(50), Duration.ofMillis(200))
                .indefinitely();
    }

    private CompletableFuture<List<Cursor>> stream(EventBus bus, int count) {
        return Multi.createFrom()
                .range(0, count)
                .onItem()
                .transformToUni(i -> publishUntilDone(bus, "e" + i))
                .concatenate()
                .collect()
                .asList()
                .subscribeAsCompletionStage();
    }

    private static List<String> numbered(int count) {
        return IntStream.range(0, count).mapToObj(i -> "e" + i).toList();
    }

    private static void assertThatNothingWasLost(CompletableFuture<List<Cursor>> stream, Recorder recorder, int count) {
        assertThat(stream.orTimeout(60, TimeUnit.SECONDS).join()).doesNotHaveDuplicates();
        recorder.awaitEvent("e" + (count - 1));
        recorder.awaitState(BusState.LIVE);
        assertThat(recorder.data()).isEqualTo(numbered(count));
        assertThat(recorder.all(Gap.class)).isEmpty();
    }
}
