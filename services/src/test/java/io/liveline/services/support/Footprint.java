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
 * What a process of ours takes while nobody uses it.
 *
 * @param files open file descriptors, with sockets
 * @param sockets of these
 * @param threads all
 * @param heap live objects, in bytes
 */
public record Footprint(int files, int sockets, int threads, long heap) {

    /** Of a process on Linux, after its garbage was collected. */
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

    /** What is more than it was, and more than there is a reason for. */
    public List<String> growthSince(Footprint before) {
        List<String> more = new ArrayList<>();
        if (files > before.files + 10) {
            more.add("files: " + before.files + ", then " + files);
        }
        if (sockets > before.sockets + 5) {
            more.add("sockets: " + before.sockets + ", then " + sockets);
        }
        // Pools have fewer or more of them as they were used last.
        if (threads > before.threads + 30) {
            more.add("threads: " + before.threads + ", then " + threads);
        }
        // Histories of the rooms are kept on purpose, for a while.
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

    /** The last line of a histogram of the heap, which only has what is live. */
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
