package io.liveline.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Operating system process for tests. It can be killed, frozen and thawed, and it ends when the process of the tests
 * ends, for whatever reason.
 */
public final class ChildProcess implements AutoCloseable {

    // Runs the child as long as this end of the holder's standard input is open; prints the child's process id, then
    // its
    // exit code. The watcher ends with the child: process ids are reused, and it must not kill another process.
    private static final String HOLDER = "exec 3<&0; \"$@\" </dev/null >\"$OUT\" 2>&1 & pid=$!; echo $pid;"
            + " (cat <&3 >/dev/null; kill -9 $pid 2>/dev/null) & watcher=$!;"
            + " wait $pid 2>/dev/null; code=$?; kill $watcher 2>/dev/null; echo $code";

    private final Process holder;
    private final BufferedReader lines;
    private final long pid;
    // Includes the start time, so unlike the id it never refers to another process. Empty if the child had ended
    // already.
    private final Optional<ProcessHandle> handle;
    private final Path output;

    private ChildProcess(Process holder, BufferedReader lines, long pid, Path output) {
        this.holder = holder;
        this.lines = lines;
        this.pid = pid;
        this.handle = ProcessHandle.of(pid);
        this.output = output;
    }

    /** Starts a command; its output is written to the file {@code output}. */
    public static ChildProcess start(Path output, Map<String, String> environment, List<String> command) {
        List<String> whole = new ArrayList<>(List.of("sh", "-c", HOLDER, "sh"));
        whole.addAll(command);
        try {
            ProcessBuilder builder = new ProcessBuilder(whole).redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().putAll(environment);
            builder.environment().put("OUT", output.toString());
            Process holder = builder.start();
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8));
            return new ChildProcess(holder, lines, Long.parseLong(lines.readLine()), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the process id of the child. */
    public long pid() {
        return pid;
    }

    /** Returns the output so far. */
    public String output() {
        try {
            return Files.exists(output) ? Files.readString(output) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends SIGKILL and waits for the end: nothing is flushed. */
    public void kill() {
        signal("KILL");
        await();
    }

    /** Sends SIGTERM and waits for the end. */
    public void terminate() {
        signal("TERM");
        await();
    }

    /** Sends SIGSTOP: sockets stay open, but nothing answers. */
    public void freeze() {
        signal("STOP");
    }

    /** Sends SIGCONT. */
    public void thaw() {
        signal("CONT");
    }

    /** Returns whether the process has not ended; it may be frozen. */
    public boolean isAlive() {
        return handle.map(ProcessHandle::isAlive).orElse(false);
    }

    /** Waits until the process ends by itself, and returns the exit code. */
    public int awaitExitCode() {
        try {
            return Integer.parseInt(lines.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end of the child and of the shell that holds it. */
    public void await() {
        handle.ifPresent(child -> child.onExit().orTimeout(60, TimeUnit.SECONDS).join());
        holder.onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        kill();
    }

    private void signal(String name) {
        if (!isAlive()) {
            return;
        }
        try {
            // The shell's built-in kill: a minimal image may have no other.
            new ProcessBuilder("sh", "-c", "kill -" + name + ' ' + pid)
                    .redirectErrorStream(true)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
