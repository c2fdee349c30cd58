package io.liveline.services.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Resources that an idle process uses.
 *
 * @param files number of open file descriptors, including sockets
 * @param sockets number of open sockets
 * @param threads number of threads
 * @param memory size of the live objects in bytes; of an executable, which no tool can ask for it, the resident memory
 * @param memoryMargin number of bytes by which the memory of the same process may be larger later
 */
public record Footprint(int files, int sockets, int threads, long memory, long memoryMargin) {

    // The histories of the rooms are kept for a while on purpose.
    private static final long MARGIN_OF_LIVE_OBJECTS = 12_000_000;

    // Includes garbage: an executable collects it only when it needs the memory, at most -Xmx of Service.
    private static final long MARGIN_OF_RESIDENT_MEMORY = 128_000_000;

    /** Measures a process on Linux, a JVM after a garbage collection. */
    public static Footprint of(long pid) {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"));
                Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            List<Path> files = open.toList();
            int sockets = (int) files.stream().filter(Footprint::isSocket).count();
            boolean isJvm = Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe"))
                    .getFileName()
                    .toString()
                    .equals("java");
            return new Footprint(
                    files.size(),
                    sockets,
                    (int) threads.count(),
                    isJvm ? liveObjects(pid) : residentMemory(pid),
                    isJvm ? MARGIN_OF_LIVE_OBJECTS : MARGIN_OF_RESIDENT_MEMORY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns descriptions of the resources that grew by more than expected. */
    public List<String> growthSince(Footprint before) {
        List<String> more = new ArrayList<>();
        if (files > before.files + 10) {
            more.add("files: " + before.files + ", then " + files);
        }
        if (sockets > before.sockets + 5) {
            more.add("sockets: " + before.sockets + ", then " + sockets);
        }
        // The size of thread pools depends on their last use.
        if (threads > before.threads + 30) {
            more.add("threads: " + before.threads + ", then " + threads);
        }
        if (memory > before.memory + memoryMargin) {
            more.add("memory: " + before.memory + ", then " + memory);
        }
        return more;
    }

    private static boolean isSocket(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("socket:");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    private static long residentMemory(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    /**
     * Reads the total of a heap histogram, which counts live objects only. Only for a JVM: jcmd sends SIGQUIT to open
     * its socket, which ends another process.
     */
    private static long liveObjects(long pid) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(pid),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> line.startsWith("Total"))
                    .map(line -> Long.parseLong(line.strip().split("\\s+")[2]))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
