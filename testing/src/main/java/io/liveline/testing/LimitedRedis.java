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
 * Redis server with the configuration and the users of the manifests, on a free port of the loopback interface. The
 * script of the init container creates the file of users.
 */
public final class LimitedRedis implements AutoCloseable {

    /** Password of the services' user. */
    public static final String PASSWORD = "one-that-is-tested";

    /** Password of the operator. */
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
     * Starts the server and waits until it answers.
     *
     * @param files folder {@code k8s/base/redis}
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
            // Only the data directory and the address differ from those in a Kubernetes cluster.
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
            redis.start();
            return redis;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void start() {
        process = ChildProcess.start(folder.resolve("log"), Map.of(), command);
        await("Redis answers").until(this::isUp);
    }

    /** Kills the server and starts it again with the data on its disk. */
    public void killAndRestart() {
        process.kill();
        start();
    }

    /** Returns the URL with the user and the password of the services. */
    public String url() {
        return "redis://liveline:" + PASSWORD + "@127.0.0.1:" + port;
    }

    /** Sends a command as this user, or unauthenticated if it is null, and returns the first line of the reply. */
    public String command(String user, String password, String... words) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            BufferedReader answers =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            if (user != null) {
                String reply = send(socket, answers, "AUTH", user, password);
                if (!reply.equals("+OK")) {
                    return reply;
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
            // Like the probe of the manifests.
            return command("probe", "-", "PING").equals("+PONG");
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
