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
 * @param heap size of the live objects in bytes
 */
public record Footprint(int files, int sockets, int threads, long heap) {

    /** Measures a process on Linux, after a garbage collection. */
    public static Footprint of(long pid) {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"));
                Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            List<Path> files = open.toList();
            int sockets = (int) files.stream().filter(Footprint::isSocket).count();
            return new Footprint(files.size(), sockets, (int) threads.count(), heap(pid));
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
        // The histories of the rooms are kept for a while on purpose.
        if (heap > before.heap + 12_000_000) {
            more.add("heap: " + before.heap + ", then " + heap);
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

    /** Reads the total of a heap histogram, which counts live objects only. */
    private static long heap(long pid) throws IOException {
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
