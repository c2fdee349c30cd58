package io.liveline.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.vertx.redis.client.RedisOptions;
import redis.embedded.RedisExecProvider;

/**
 * Redis or Valkey server for tests, on a free port of the loopback interface: the first on the PATH that is new enough
 * for Liveline, or else the Redis in the embedded-redis artifact.
 */
public final class RedisServer implements AutoCloseable {

    private static final Pattern VERSION = Pattern.compile("(Redis|Valkey) server v=(\\d+)\\.(\\d+)");
    private static final String EXECUTABLE = installed().orElseGet(RedisServer::embedded);

    private final String executable;
    private final Path directory;
    private final int port;
    private final List<String> options;
    private ChildProcess process;

    private RedisServer(String executable, String... options) {
        this.executable = executable;
        this.options = List.of(options);
        this.port = freePort();
        try {
            this.directory = Files.createTempDirectory("liveline-redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a server. It writes its data to an append-only file, and flushes each write at once. */
    public static RedisServer launch(String... options) {
        return launchFrom(EXECUTABLE, options);
    }

    /** Starts a server of this executable. */
    public static RedisServer launchFrom(String executable, String... options) {
        RedisServer server = new RedisServer(executable, options);
        server.start();
        return server;
    }

    /** Returns a server that is not started yet: its address is known, but nothing answers there. */
    public static RedisServer notStarted() {
        return new RedisServer(EXECUTABLE);
    }

    /** Returns the executable that tests run. */
    public static String executable() {
        return EXECUTABLE;
    }

    /** Finds the first server on the PATH that is new enough: Redis 7.0, Valkey 7.2. */
    public static Optional<String> installed() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> Stream.of("redis-server", "valkey-server").map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .filter(RedisServer::isNewEnough)
                .map(Path::toString)
                .findFirst();
    }

    private static boolean isNewEnough(Path executable) {
        try {
            Process process = new ProcessBuilder(executable.toString(), "--version").start();
            String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher version = VERSION.matcher(line);
            if (!version.find()) {
                return false;
            }
            int major = Integer.parseInt(version.group(2));
            int minor = Integer.parseInt(version.group(3));
            return major > 7 || major == 7 && (version.group(1).equals("Redis") || minor >= 2);
        } catch (IOException cannotBeRun) {
            return false;
        }
    }

    /** Unpacks the executable in the embedded-redis artifact. */
    private static String embedded() {
        try {
            File file = RedisExecProvider.defaultProvider().get();
            file.deleteOnExit();
            return file.getAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the URL for {@code quarkus.redis.hosts}. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Returns the options of a client. */
    public RedisOptions options() {
        return new RedisOptions().setConnectionString(url());
    }

    /** Returns the port. */
    public int port() {
        return port;
    }

    /** Returns the port for the other nodes of a cluster; requires the option {@code --cluster-port}. */
    int busPort() {
        return Integer.parseInt(options.get(options.indexOf("--cluster-port") + 1));
    }

    /** Returns the directory of the data and the log. */
    public Path directory() {
        return directory;
    }

    /** Starts or restarts the server and waits until it answers. */
    public void start() {
        List<String> command = new ArrayList<>(List.of(executable));
        command.addAll(List.of("--port", String.valueOf(port), "--bind", "127.0.0.1", "--dir", directory.toString()));
        command.addAll(List.of("--appendonly", "yes", "--appendfsync", "always", "--save", "", "--daemonize", "no"));
        command.addAll(options);
        process = ChildProcess.start(directory.resolve("log"), Map.of(), command);
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("Redis did not start: " + process.output());
            }
            Thread.onSpinWait();
        }
    }

    /** Sends SIGKILL: acknowledged writes are on the disk, others are not. */
    public void kill() {
        process.kill();
    }

    /** Returns whether the process has not ended; it may be frozen. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends SIGSTOP. */
    public void freeze() {
        process.freeze();
    }

    /** Sends SIGCONT. */
    public void thaw() {
        process.thaw();
    }

    /** Deletes the data; the server must not be running. */
    public void loseData() {
        deleteAll(directory, false);
    }

    /** Copies the data to a new directory. */
    public Path copyData() {
        try {
            Path copy = Files.createTempDirectory("liveline-redis-copy");
            copyTree(directory, copy);
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces the data by a copy; the server must not be running. */
    public void restoreData(Path copy) {
        deleteAll(directory, false);
        copyTree(copy, directory);
        deleteAll(copy, true);
    }

    /** Sends one command on a new connection and returns the raw reply. */
    public String command(String... words) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            socket.setSoTimeout(20_000);
            StringBuilder request = new StringBuilder("*" + words.length + "\r\n");
            for (String word : words) {
                request.append('$')
                        .append(word.getBytes(StandardCharsets.UTF_8).length)
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
            byte[] buffer = new byte[1 << 16];
            int read = socket.getInputStream().read(buffer);
            return read < 0 ? "" : new String(buffer, 0, read, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.kill();
        }
        deleteAll(directory, true);
    }

    private boolean answers() {
        try {
            return command("PING").startsWith("+PONG");
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    private static void copyTree(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(f -> !f.equals(from)).toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteAll(Path tree, boolean itself) {
        try (Stream<Path> files = Files.walk(tree)) {
            files.sorted(Comparator.reverseOrder())
                    .filter(file -> itself || !file.equals(tree))
                    .map(Path::toFile)
                    .forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns a port of this machine that is currently free, from 10,000 to 29,999. The system gives connections higher
     * ports: one of those could be taken while a server that had it is restarted.
     */
    public static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 30_000);
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // Another one is as good.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
