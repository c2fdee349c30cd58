package io.liveline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.RedisRole;

import static org.awaitility.Awaitility.await;

/** Redis master and replica with a sentinel. */
public final class RedisSentinel implements AutoCloseable {

    /** Name of the master and its replica at the sentinel. */
    public static final String NAME = "mymaster";

    private static final Duration LONG = Duration.ofMinutes(1);

    private final RedisServer master = RedisServer.launch();
    private final RedisServer replica;
    private final int port = RedisServer.freePort();
    private final ChildProcess sentinel;

    private RedisSentinel() {
        replica = RedisServer.launch("--replicaof", "127.0.0.1 " + master.port(), "--repl-diskless-sync-delay", "0");
        await().atMost(LONG).until(() -> replica.command("INFO", "replication").contains("master_link_status:up"));
        sentinel = watch(master.directory());
        await().atMost(LONG).until(() -> sentinel.output().contains("+slave"));
    }

    /** Starts all three and waits until the sentinel knows both servers. */
    public static RedisSentinel launch() {
        return new RedisSentinel();
    }

    /** Returns the initial master. */
    public RedisServer master() {
        return master;
    }

    /** Returns the URL of the sentinel. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Returns the options of a client. */
    public RedisOptions options() {
        return new RedisOptions()
                .setType(RedisClientType.SENTINEL)
                .setRole(RedisRole.MASTER)
                .setMasterName(NAME)
                .setConnectionString(url());
    }

    private ChildProcess watch(Path directory) {
        Path file = directory.resolve("sentinel.conf");
        try {
            Files.writeString(
                    file,
                    String.join(
                            "\n",
                            "port " + port,
                            "bind 127.0.0.1",
                            "dir " + directory,
                            "sentinel monitor " + NAME + " 127.0.0.1 " + master.port() + " 1",
                            "sentinel down-after-milliseconds " + NAME + " 1000",
                            "sentinel failover-timeout " + NAME + " 5000",
                            ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ChildProcess process = ChildProcess.start(
                directory.resolve("sentinel.log"),
                Map.of(),
                List.of(RedisServer.executable(), file.toString(), "--sentinel"));
        await().atMost(LONG).ignoreExceptionsInstanceOf(IOException.class).until(() -> {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                return socket.isConnected();
            }
        });
        return process;
    }

    @Override
    public void close() {
        sentinel.close();
        replica.close();
        master.close();
    }
}
