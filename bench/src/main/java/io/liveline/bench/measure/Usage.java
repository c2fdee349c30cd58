package io.liveline.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Resources that processes have used so far.
 *
 * @param userMicros CPU time in user mode
 * @param sysMicros CPU time in the kernel
 */
public record Usage(long userMicros, long sysMicros) {

    // USER_HZ, which is 100 for every process on Linux, whatever the tick of the kernel.
    private static final long MICROS_A_TICK = 10_000;
    private static final int UTIME = 11;

    public static Usage of(List<Long> pids) {
        Usage all = new Usage(0, 0);
        for (long pid : pids) {
            all = all.plus(parsed(read("/proc/" + pid + "/stat")));
        }
        return all;
    }

    /** Returns the usage of the generator itself. */
    static Usage own() {
        return of(List.of(ProcessHandle.current().pid()));
    }

    /** Returns the usage of the compiler threads of JVMs: a server that has run for long does not spend it. */
    static Usage compiling(List<Long> pids) {
        return pids.stream()
                .map(pid -> Path.of("/proc/" + pid + "/task"))
                .flatMap(tasks -> Stream.of(tasks.toFile().list()).map(tasks::resolve))
                .map(task -> read(task + "/stat"))
                .filter(stat -> stat.contains("(C1 Compiler") || stat.contains("(C2 Compiler"))
                .map(Usage::parsed)
                .reduce(new Usage(0, 0), Usage::plus);
    }

    /** Returns a figure of {@code smaps_rollup}, such as {@code Rss} or {@code Pss}, in bytes. */
    public static long memory(List<Long> pids, String figure) {
        return pids.stream().mapToLong(pid -> memory(pid, figure)).sum();
    }

    /** Returns the number of open files and sockets. */
    public static long openFiles(List<Long> pids) {
        return pids.stream()
                .mapToLong(pid -> Path.of("/proc/" + pid + "/fd").toFile().list().length)
                .sum();
    }

    public long micros() {
        return userMicros + sysMicros;
    }

    Usage plus(Usage other) {
        return new Usage(userMicros + other.userMicros, sysMicros + other.sysMicros);
    }

    public Usage minus(Usage before) {
        return new Usage(userMicros - before.userMicros, sysMicros - before.sysMicros);
    }

    private static Usage parsed(String stat) {
        // After the name, which may contain anything.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return new Usage(
                Long.parseLong(fields[UTIME]) * MICROS_A_TICK, Long.parseLong(fields[UTIME + 1]) * MICROS_A_TICK);
    }

    private static long memory(long pid, String figure) {
        return read("/proc/" + pid + "/smaps_rollup")
                        .lines()
                        .filter(line -> line.startsWith(figure + ":"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .findFirst()
                        .orElseThrow()
                * 1024;
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
