package io.liveline.services.faults.deployment;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.liveline.testing.RedisServer;

import static org.awaitility.Awaitility.await;

/** Redis process with fault injection. It writes to disk before it acknowledges. */
final class FaultyRedis implements AutoCloseable {

    private static final boolean CAN_LIMIT_FILES = Stream.of(
                    System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "prlimit")));

    private static final Pattern PROCESS = Pattern.compile("process_id:(\\d+)");

    private final RedisServer redis;

    FaultyRedis() {
        redis = RedisServer.launchFrom(executable());
    }

    /**
     * Returns a script that starts Redis without the signal SIGXFSZ. A file that cannot grow is then a write error, as
     * on a full disk, and not a signal that ends the process.
     */
    private static String executable() {
        try {
            Path script = Files.createTempFile("liveline-redis", ".sh");
            Files.writeString(script, "#!/bin/sh\ntrap '' XFSZ\nexec " + RedisServer.executable() + " \"$@\"\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
            script.toFile().deleteOnExit();
            return script.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return redis.port();
    }

    synchronized void freeze(Duration length) {
        redis.freeze();
        Pause.of(length);
        redis.thaw();
    }

    synchronized void kill(Duration downtime) {
        redis.kill();
        Pause.of(downtime);
        redis.start();
    }

    synchronized void disconnectSubscribers() {
        redis.command("CLIENT", "KILL", "TYPE", "pubsub");
    }

    /** Limits the size of its files, and waits until Redis fails; then restarts it without the limit. */
    synchronized void fillDisk(Duration downtime) {
        if (!CAN_LIMIT_FILES) {
            System.err.println("prlimit is not on the PATH: Redis is killed, and its disk does not fill");
            kill(downtime);
            return;
        }
        Matcher process = PROCESS.matcher(redis.command("INFO", "server"));
        if (!process.find()) {
            throw new IllegalStateException("Redis does not report its process id");
        }
        run("prlimit", "--pid", process.group(1), "--fsize=" + (largestFile() + 100));
        await("Redis cannot write").atMost(Duration.ofSeconds(30)).until(this::isDown);
        kill(downtime);
    }

    /** Returns the log of Redis since its last start. */
    String log() {
        try {
            return Files.readString(redis.directory().resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isDown() {
        try {
            return redis.command("PING").isEmpty();
        } catch (UncheckedIOException refused) {
            return true;
        }
    }

    private long largestFile() {
        try (Stream<Path> files = Files.walk(redis.directory())) {
            return files.map(Path::toFile)
                    .filter(file -> file.isFile() && file.getName().endsWith(".aof"))
                    .mapToLong(File::length)
                    .max()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String... command) {
        try {
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code != 0) {
                throw new IllegalStateException(String.join(" ", command) + " ended with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        redis.close();
    }
}
