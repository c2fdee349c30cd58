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
 * A real process for tests: it can be killed, frozen and thawed, and it ends when the tests' own process ends, however
 * that happens.
 */
public final class ChildProcess implements AutoCloseable {

    // Holds the child as long as our end of its standard input is open; prints the child's process id, then its exit
    // code. The watcher goes with the child: numbers are given out again, and it must not kill who has it next.
    private static final String HOLDER = "exec 3<&0; \"$@\" </dev/null >\"$OUT\" 2>&1 & pid=$!; echo $pid;"
            + " (cat <&3 >/dev/null; kill -9 $pid 2>/dev/null) & watcher=$!;"
            + " wait $pid 2>/dev/null; code=$?; kill $watcher 2>/dev/null; echo $code";

    private final Process holder;
    private final BufferedReader lines;
    private final long pid;
    // Knows when the process began: unlike the number, it is never another one. Empty if it had ended by then.
    private final Optional<ProcessHandle> handle;
    private final Path output;

    private ChildProcess(Process holder, BufferedReader lines, long pid, Path output) {
        this.holder = holder;
        this.lines = lines;
        this.pid = pid;
        this.handle = ProcessHandle.of(pid);
        this.output = output;
    }

    /** Starts a command; what it prints goes to the file {@code output}. */
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

    /** The child's own process id. */
    public long pid() {
        return pid;
    }

    /** What it has printed so far. */
    public String output() {
        try {
            return Files.exists(output) ? Files.readString(output) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL: gone at once, nothing flushed. */
    public void kill() {
        signal("KILL");
        await();
    }

    /** SIGTERM, and waits for the end. */
    public void terminate() {
        signal("TERM");
        await();
    }

    /** SIGSTOP: its sockets stay open, nothing answers. */
    public void freeze() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void thaw() {
        signal("CONT");
    }

    /** Whether it runs, or is frozen. */
    public boolean isAlive() {
        return handle.map(ProcessHandle::isAlive).orElse(false);
    }

    /** Waits for the end by itself, and returns the exit code. */
    public int awaitExitCode() {
        try {
            return Integer.parseInt(lines.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end, of the child and of the shell that holds it. */
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
            // The shell's own: a small machine has no other.
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
