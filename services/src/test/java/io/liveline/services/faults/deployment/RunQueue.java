package io.liveline.services.faults.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Threads of this machine that run or wait for a processor. */
public final class RunQueue {

    private static final Path LOAD = Path.of("/proc/loadavg");
    private static final Duration INTERVAL = Duration.ofMillis(50);

    private RunQueue() {}

    /** Returns their average number for each processor during this time; 0 on systems other than Linux. */
    public static double during(Duration length) {
        long end = System.nanoTime() + length.toNanos();
        double sum = 0;
        int samples = 0;
        do {
            Pause.of(INTERVAL);
            sum += length();
            samples++;
        } while (System.nanoTime() < end);
        return sum / samples / Runtime.getRuntime().availableProcessors();
    }

    private static int length() {
        try {
            // Three averages, then "running/all" of the moment.
            return Files.exists(LOAD) ? Integer.parseInt(Files.readString(LOAD).split("[ /]")[3]) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
