package io.liveline.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.vertx.core.json.JsonObject;

/** Description of the machine that ran the benchmark. */
public final class Machine {

    private Machine() {}

    public static JsonObject describe() {
        return new JsonObject()
                .put("cpu", line("/proc/cpuinfo", "model name"))
                .put("cores", Runtime.getRuntime().availableProcessors())
                .put(
                        "memory",
                        Long.parseLong(line("/proc/meminfo", "MemTotal").replace(" kB", "")) / 1024 / 1024 + " GiB")
                .put("kernel", System.getProperty("os.version"));
    }

    /** Returns the number of runnable processes, averaged over the last minute. */
    public static double load() {
        return Double.parseDouble(read("/proc/loadavg").split(" ")[0]);
    }

    private static String line(String file, String name) {
        return read(file)
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
