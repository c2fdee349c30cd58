package io.liveline.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.liveline.bench.util.Pause;

/** Process of a server on a free port of the loopback interface. It ends when this object is closed. */
public final class Server implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final Path output;
    private final Thread atExit;
    private final long startedNanos;
    private int port;

    private Server(Process process, Path output, long startedNanos) {
        this.startedNanos = startedNanos;
        this.process = process;
        this.output = output;
        // An interrupted generator leaves no server running.
        this.atExit = new Thread(this::kill);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** @param listening pattern of the output when the server listens; its first group is the port */
    static Server start(List<String> command, String listening) {
        try {
            Path output = Files.createTempFile("liveline-bench", ".log");
            long startedNanos = System.nanoTime();
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            Server server = new Server(process, output, startedNanos);
            server.awaitListening(Pattern.compile(listening));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a server that listens on a given port and prints nothing about it. */
    static Server at(int port, List<String> command) {
        Server server = start(command, "");
        server.port = port;
        Pause.until("it listens: " + command, 20, () -> listens(port));
        return server;
    }

    private static boolean listens(int port) {
        try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    /** Returns the time when its process was started. */
    public long startedNanos() {
        return startedNanos;
    }

    long pid() {
        return process.pid();
    }

    /** Returns the process and its descendants. */
    public List<Long> pids() {
        List<Long> pids = new ArrayList<>(List.of(process.pid()));
        process.descendants().forEach(child -> pids.add(child.pid()));
        return pids;
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Terminates the process, and kills it if it does not end in time. */
    void end(int seconds) {
        try {
            process.destroy();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                kill();
                process.waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kills the process and its descendants, which would go on running. */
    private void kill() {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        try {
            end(10);
            Runtime.getRuntime().removeShutdownHook(atExit);
            Files.deleteIfExists(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitListening(Pattern listening) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            Matcher line = listening.matcher(output());
            if (line.find()) {
                port = line.groupCount() == 0 ? 0 : Integer.parseInt(line.group(1));
                return;
            }
            Pause.millis(20);
        }
        String output = output();
        kill();
        throw new IllegalStateException("does not listen: " + output);
    }
}
