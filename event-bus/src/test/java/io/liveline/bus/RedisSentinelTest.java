package io.liveline.bus;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.RedisRole;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A master with a replica, watched by a sentinel. */
class RedisSentinelTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final Topic topic = new Topic("sentinel");

    @Test
    void whenTheMasterDiesItsReplicaTakesOverAndNothingReplicatedIsLost(@TempDir Path directory) throws IOException {
        try (RedisServer master = RedisServer.launch();
                RedisServer replica = RedisServer.launch(
                        "--replicaof", "127.0.0.1 " + master.port(), "--repl-diskless-sync-delay", "0")) {
            await().atMost(LONG)
                    .until(() -> replica.command("INFO", "replication").contains("master_link_status:up"));
            int port = RedisServer.freePort();
            try (ChildProcess sentinel = sentinel(directory, port, master.port());
                    RedisBuses buses = new RedisBuses(() -> options(port), 10)) {
                assertThat(sentinel.isAlive()).isTrue();
                await().atMost(LONG).until(() -> sentinel.output().contains("+slave"));
                failOver(buses.bus(TestBusConfig.standard()), master);
            }
        }
    }

    private void failOver(RedisBus bus, RedisServer master) {
        Recorder recorder = new Recorder();
        bus.subscribe(topic, recorder);
        recorder.awaitStarted();
        recorder.awaitState(BusState.LIVE);
        publish(bus, "before");
        assertThat(master.command("WAIT", "1", "5000")).startsWith(":1");

        master.kill();

        recorder.awaitState(BusState.DEGRADED);
        publish(bus, "after");
        recorder.awaitState(BusState.LIVE);
        recorder.awaitEvent("after");
        assertThat(recorder.data()).containsExactly("before", "after");
    }

    private void publish(EventBus bus, String data) {
        bus.publish(topic, Draft.of(data, data))
                .onFailure(BusUnavailableException.class)
                .retry()
                .withBackOff(Duration.ofMillis(50), Duration.ofMillis(200))
                .indefinitely()
                .await()
                .atMost(LONG);
    }

    private static RedisOptions options(int sentinel) {
        return new RedisOptions()
                .setType(RedisClientType.SENTINEL)
                .setRole(RedisRole.MASTER)
                .setMasterName("mymaster")
                .setConnectionString("redis://127.0.0.1:" + sentinel);
    }

    private static ChildProcess sentinel(Path directory, int port, int master) throws IOException {
        Path file = directory.resolve("sentinel.conf");
        Files.writeString(
                file,
                String.join(
                        "\n",
                        "port " + port,
                        "bind 127.0.0.1",
                        "dir " + directory,
                        "sentinel monitor mymaster 127.0.0.1 " + master + " 1",
                        "sentinel down-after-milliseconds mymaster 1000",
                        "sentinel failover-timeout mymaster 5000",
                        ""));
        ChildProcess process = ChildProcess.start(
                directory.resolve("log"),
                Map.of(),
                List.of(RedisServer.installed().orElseThrow(), file.toString(), "--sentinel"));
        await().atMost(LONG).ignoreException(IOException.class).until(() -> {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                return socket.isConnected();
            }
        });
        return process;
    }
}
