package io.liveline.services.faults.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

import io.liveline.services.support.Service;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Packaged services of one release. */
public final class Release {

    private static final int NOT_POSSIBLE_HERE = 77;

    private final String name;
    private final BiFunction<String, Map<String, String>, Service> start;

    private Release(String name, BiFunction<String, Map<String, String>, Service> start) {
        this.name = name;
        this.start = start;
    }

    /** Returns the release that is tested. */
    public static Release current() {
        return new Release("current", Service::begin);
    }

    /** Returns the last release; it is built from its commit if it was not before. Skips the test without Git. */
    public static Release last() {
        List<String> command = new ArrayList<>(
                List.of("bash", Path.of("..", ".ci", "last-release").toString()));
        if (System.getProperty("maven.repo.local") != null) {
            command.add("-Dmaven.repo.local=" + System.getProperty("maven.repo.local"));
        }
        try {
            Process script =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int code = script.waitFor();
            assumeTrue(code != NOT_POSSIBLE_HERE, output);
            if (code != 0) {
                throw new IllegalStateException(output);
            }
            Path folder = Path.of(output.substring(output.lastIndexOf('\n') + 1));
            return new Release("last", (module, settings) -> Service.beginJar(folder.resolve(module), settings));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    Service begin(ServiceName service, Map<String, String> settings) {
        return start.apply(service.module(), settings);
    }

    @Override
    public String toString() {
        return name;
    }
}
