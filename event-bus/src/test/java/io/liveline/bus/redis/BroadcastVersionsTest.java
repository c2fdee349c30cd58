package io.liveline.bus.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;

import io.liveline.bus.BusState;
import io.liveline.bus.Draft;
import io.liveline.bus.Gap;
import io.liveline.bus.Recorder;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.Topic;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Messages of other releases on a real Redis, and whether the log is read for them. */
class BroadcastVersionsTest extends RedisFaultFixture {

    private static final String OWN = "+";
    private static final String BEFORE = "";
    private static final String NEWER = "v3 ";
    private static final Pattern SCRIPT_CALLS = Pattern.compile("cmdstat_eval(?:sha)?:calls=(\\d+)");

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final Handler logHandler = new Handler() {
        @Override
        public void publish(LogRecord message) {
            warnings.add(message.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        Logger.getLogger(BroadcastDecoder.class.getName()).addHandler(logHandler);
    }

    @AfterEach
    void stopListening() {
        Logger.getLogger(BroadcastDecoder.class.getName()).removeHandler(logHandler);
    }

    @Test
    void whatIsPublishedCarriesTheOwnVersion() {
        Vertx vertx = Vertx.vertx();
        try {
            List<String> received = new CopyOnWriteArrayList<>();
            RedisConnection subscriber = Redis.createClient(vertx, server.url())
                    .connect()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            subscriber.handler(message -> received.add(message.toString()));
            subscriber.send(Request.cmd(Command.SUBSCRIBE).arg(channel(topic)));
            await().atMost(LONG).until(() -> !received.isEmpty());

            publishUntilDone(bus(), "data").await().atMost(LONG);

            await().atMost(LONG).until(() -> received.size() == 2);
            assertThat(received.get(1)).containsPattern("\\+4 [0-9a-z]+-1 \\d{13} data");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OWN, BEFORE})
    void theOwnVersionAndTheOneBeforeAreDeliveredWithoutTheLog(String mark) {
        Recorder recorder = subscribe(buses.bus(TestBusConfig.with(), registry));
        long before = reads();

        for (String data : List.of("1", "2", "3")) {
            append(topic, mark, data);
            recorder.awaitEvent(data);
        }

        assertThat(recorder.data()).containsExactly("1", "2", "3");
        assertThat(reads()).isEqualTo(before);
        assertThat(warnings).isEmpty();
    }

    @Test
    void aNewerVersionIsReadFromTheLogAndTheNextMessagesAreDeliveredWithoutIt() {
        RedisBus bus = buses.bus(TestBusConfig.with(), registry);
        Recorder recorder = subscribe(bus);
        Topic otherTopic = new Topic("other");
        Recorder other = new Recorder();
        bus.subscribe(otherTopic, other);
        other.awaitStarted();
        other.awaitState(BusState.LIVE);
        int states = recorder.all(BusState.class).size();
        double connections = count("liveline.bus.reconnects");

        for (String newer : List.of("1", "2", "3")) {
            append(topic, NEWER, newer);
            recorder.awaitEvent(newer);
        }
        long before = reads();
        for (String mark : List.of(OWN, BEFORE, OWN)) {
            append(topic, mark, "after " + before + mark);
            recorder.awaitEvent("after " + before + mark);
        }
        append(otherTopic, OWN, "undisturbed");
        other.awaitEvent("undisturbed");
        assertThat(reads()).as("reads of the log after the newer messages").isEqualTo(before);
        append(topic, NEWER, "4");
        recorder.awaitEvent("4");
        publishUntilDone(bus, "5").await().atMost(LONG);
        recorder.awaitEvent("5");

        assertThat(recorder.data()).hasSize(8).startsWith("1", "2", "3").endsWith("4", "5");
        assertThat(recorder.all(Gap.class)).isEmpty();
        assertThat(recorder.all(BusState.class)).as("states of the bus").hasSize(states);
        assertThat(count("liveline.bus.reconnects")).isEqualTo(connections);
        assertThat(unreadable("newer")).isEqualTo(4);
        assertThat(unreadable("malformed")).isZero();
        assertThat(warnings).hasSize(1).first().asString().contains("newer release");
    }

    @Test
    void aMessageInNoKnownFormatIsReadFromTheLog() {
        RedisBus bus = buses.bus(TestBusConfig.with(), registry);
        Recorder recorder = subscribe(bus);
        bus.publish(topic, Draft.of("1")).await().atMost(LONG);
        for (String message : List.of("by hand", "k-1 1700000000000 {}", "1,2")) {
            log(topic, message);
            server.command("PUBLISH", channel(topic), message);
            recorder.awaitEvent(message);
        }
        bus.publish(topic, Draft.of("5")).await().atMost(LONG);
        recorder.awaitEvent("5");

        assertThat(recorder.data()).containsExactly("1", "by hand", "k-1 1700000000000 {}", "1,2", "5");
        assertThat(recorder.all(Gap.class)).isEmpty();
        assertThat(unreadable("malformed")).isEqualTo(3);
        assertThat(warnings).hasSize(1).first().asString().contains("Another program");
    }

    /** Appends an event as another release does, and publishes it with the mark of a version. */
    private void append(Topic to, String mark, String data) {
        int bytes = data.getBytes(StandardCharsets.UTF_8).length;
        server.command("PUBLISH", channel(to), mark + bytes + ' ' + log(to, data) + ' ' + data);
    }

    /** Appends an event to the log only. @return its cursor and its time */
    private String log(Topic to, String data) {
        String head = channel(to) + ":head";
        String time = String.valueOf(System.currentTimeMillis());
        String epoch = server.command("HGET", head, "epoch").lines().toList().get(1);
        String offset =
                server.command("HINCRBY", head, "offset", "1").substring(1).strip();
        server.command("XADD", channel(to) + ":log", offset + "-0", "t", time, "d", data);
        return epoch + '-' + offset + ' ' + time;
    }

    /** Returns the number of calls of scripts, which are reads of the log where no bus publishes. */
    private long reads() {
        return SCRIPT_CALLS
                .matcher(server.command("INFO", "commandstats"))
                .results()
                .mapToLong(calls -> Long.parseLong(calls.group(1)))
                .sum();
    }

    private double count(String meter) {
        return registry.get(meter).counter().count();
    }

    private double unreadable(String reason) {
        return registry.get("liveline.bus.unreadable")
                .tag("reason", reason)
                .counter()
                .count();
    }

    private static String channel(Topic of) {
        return "ll:{" + of.name() + "}";
    }
}
