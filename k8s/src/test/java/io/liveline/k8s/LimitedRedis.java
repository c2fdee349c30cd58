package io.liveline.k8s;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.liveline.bus.ChildProcess;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A real Redis with the very configuration and users of the manifests, on a free port of the loopback interface. The
 * users' file is made by the script that the init container runs.
 */
public final class LimitedRedis implements AutoCloseable {

    static final String PASSWORD = "one-that-is-tested";
    static final String OPERATOR_PASSWORD = "another";

    private static final Path FILES = Path.of("base", "redis").toAbsolutePath();

    private final Path folder;
    private final List<String> command;
    private final int port;
    private ChildProcess process;

    private LimitedRedis(Path folder, List<String> command, int port) {
        this.folder = folder;
        this.command = command;
        this.port = port;
    }

    /** Starts it and waits until it answers. Skips the test where there is none of version 7, which the rules need. */
    public static LimitedRedis start() {
        assumeTrue(isInstalled(), "No Redis 7 is installed: the users of the manifests are not tried here");
        try {
            Path folder = Files.createTempDirectory("liveline-limited-redis");
            Path users = folder.resolve("users.acl");
            String rules = FILES.resolve("users.acl").toString();
            int port = freePort();
            Map<String, String> passwords = Map.of("PASSWORD", PASSWORD, "OPERATOR_PASSWORD", OPERATOR_PASSWORD);
            String script = FILES.resolve("users.sh").toString();
            ChildProcess.start(folder.resolve("users.log"), passwords, List.of("sh", script, rules, users.toString()))
                    .awaitExitCode();
            // Only where it lies and listens is other than in a cluster.
            Path configuration = folder.resolve("redis.conf");
            Files.writeString(
                    configuration, Files.readString(FILES.resolve("redis.conf")).replace("dir /data", "dir " + folder));
            List<String> command = List.of(
                    "redis-server",
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
    void killAndBegin() {
        process.kill();
        begin();
    }

    private static boolean isInstalled() {
        try {
            Process process = new ProcessBuilder("redis-server", "--version").start();
            String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return line.matches("(?s).* v=([7-9]|\\d\\d+)\\..*");
        } catch (IOException notThere) {
            return false;
        }
    }

    /** Its address with the user and the password that the services have. */
    public String url() {
        return "redis://liveline:" + PASSWORD + "@127.0.0.1:" + port;
    }

    /** The first line that Redis answers to a command of this user; of nobody in particular if it is null. */
    String ask(String user, String password, String... words) {
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

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
