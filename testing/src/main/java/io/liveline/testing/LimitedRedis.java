package io.liveline.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.awaitility.Awaitility.await;

/**
 * A real Redis with the very configuration and users of the manifests, on a free port of the loopback interface. The
 * users' file is made by the script that the init container runs.
 */
public final class LimitedRedis implements AutoCloseable {

    /** The password of the services' user. */
    public static final String PASSWORD = "one-that-is-tested";

    /** The password of the operator. */
    public static final String OPERATOR_PASSWORD = "another";

    private final Path folder;
    private final List<String> command;
    private final int port;
    private ChildProcess process;

    private LimitedRedis(Path folder, List<String> command, int port) {
        this.folder = folder;
        this.command = command;
        this.port = port;
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param files the folder {@code k8s/base/redis}
     */
    public static LimitedRedis start(Path files) {
        try {
            Path folder = Files.createTempDirectory("liveline-limited-redis");
            Path users = folder.resolve("users.acl");
            String rules = files.toAbsolutePath().resolve("users.acl").toString();
            int port = RedisServer.freePort();
            Map<String, String> passwords = Map.of("PASSWORD", PASSWORD, "OPERATOR_PASSWORD", OPERATOR_PASSWORD);
            String script = files.toAbsolutePath().resolve("users.sh").toString();
            ChildProcess.start(folder.resolve("users.log"), passwords, List.of("sh", script, rules, users.toString()))
                    .awaitExitCode();
            // Only where it lies and listens is other than in a cluster.
            Path configuration = folder.resolve("redis.conf");
            Files.writeString(
                    configuration,
                    Files.readString(files.toAbsolutePath().resolve("redis.conf"))
                            .replace("dir /data", "dir " + folder));
            List<String> command = List.of(
                    RedisServer.executable(),
                    configuration.toString(),
                    "--port",
                    String.valueOf(port),
                    "--bind",
                    "127.0.0.1",
                    "--aclfile",
                    users.toString());
            LimitedRedis redis = new LimitedRedis(folder, command, port);
            redis.begin();
            return redis;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void begin() {
        process = ChildProcess.start(folder.resolve("log"), Map.of(), command);
        await("Redis answers").until(this::isUp);
    }

    /** SIGKILL, and up again with what is on the disk. */
    public void killAndBegin() {
        process.kill();
        begin();
    }

    /** Its address with the user and the password that the services have. */
    public String url() {
        return "redis://liveline:" + PASSWORD + "@127.0.0.1:" + port;
    }

    /** The first line that Redis answers to a command of this user; of nobody in particular if it is null. */
    public String ask(String user, String password, String... words) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            BufferedReader answers =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            if (user != null) {
                String welcome = send(socket, answers, "AUTH", user, password);
                if (!welcome.equals("+OK")) {
                    return welcome;
                }
            }
            return send(socket, answers, words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String send(Socket socket, BufferedReader answers, String... words) throws IOException {
        StringBuilder request = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            request.append('$')
                    .append(word.length())
                    .append("\r\n")
                    .append(word)
                    .append("\r\n");
        }
        socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
        return answers.readLine();
    }

    private boolean isUp() {
        if (!process.isAlive()) {
            throw new IllegalStateException("Redis ended: " + process.output());
        }
        try {
            // As the probe of the manifest asks.
            return ask("probe", "-", "PING").equals("+PONG");
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
