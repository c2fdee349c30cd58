package io.liveline.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.liveline.bench.util.Options;

/** Launcher of the services of this project: on a JVM, on a JVM with an AOT cache, or as native executables. */
final class Liveline {

    // The flags of the images with 512 MiB of memory. A JDK before 25 does not know those of the last line.
    private static final String FLAGS = "-Xms96m -Xmx256m -XX:+UseSerialGC -Xmn64m"
            + " -XX:MinHeapFreeRatio=5 -XX:MaxHeapFreeRatio=10 -XX:-ShrinkHeapInSteps";
    private static final String FLAGS_25 = FLAGS + " -XX:+UseCompactObjectHeaders -XX:TrimNativeHeapInterval=1000";

    private final Options options;
    private final Path home;
    private final Path peers;
    private final Map<String, Path> caches = new HashMap<>();

    Liveline(Options options, Path home, Path peers) {
        this.options = options;
        this.home = home;
        this.peers = peers;
    }

    /** Returns the command that runs a packaged service. */
    List<String> command(Target target, String module, List<String> settings) {
        List<String> command = new ArrayList<>();
        switch (target) {
            case NATIVE -> {
                command.add(executable(module));
                command.addAll(List.of(nativeFlags().split(" ")));
            }
            case AOT -> {
                command.addAll(jvm());
                command.add("-XX:AOTCache=" + caches.computeIfAbsent(module, this::trained));
            }
            default -> command.addAll(jvm());
        }
        command.addAll(List.of("-Dquarkus.http.host=127.0.0.1", "-Dliveline.auth=guest"));
        // All clients share one address, and send more requests than real ones.
        command.addAll(List.of("-Dliveline.edge.anyone-may-claim-any-name=true", "-Dliveline.edge.rate.limited=false"));
        // No client needs a drain.
        command.add("-Dliveline.edge.drain=0s");
        command.addAll(settings);
        if (target != Target.NATIVE) {
            command.addAll(List.of("-jar", jar(module)));
        }
        return command;
    }

    /** Returns the JDK that runs the services: an option, else JAVA_HOME25, else the one of the generator. */
    String java() {
        return javaHome().resolve("bin/java").toString();
    }

    String javaFlags() {
        return options.text("java-flags", is25() ? FLAGS_25 : FLAGS);
    }

    String nativeFlags() {
        return options.text("native-flags", "-Xmx512m");
    }

    private Path javaHome() {
        String javaHome = options.text("java-home", System.getenv("JAVA_HOME25"));
        return Path.of(javaHome != null ? javaHome : System.getProperty("java.home"));
    }

    private boolean is25() {
        try {
            return Files.readString(javaHome().resolve("release")).contains("JAVA_VERSION=\"25");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> jvm() {
        List<String> jvm = new ArrayList<>(List.of(java()));
        jvm.addAll(List.of(javaFlags().split(" ")));
        return jvm;
    }

    private String jar(String module) {
        return home.resolve(module + "/target/quarkus-app/quarkus-run.jar").toString();
    }

    private String executable(String module) {
        if (options.text("natives", "").isEmpty()) {
            throw new IllegalArgumentException("--natives names no folder with executables");
        }
        return Path.of(options.text("natives", ""), module).toString();
    }

    /** Creates the AOT cache as it is created for the images. */
    private Path trained(String module) {
        Path cache = peers.resolve(module + ".aot").toAbsolutePath();
        List<String> command = new ArrayList<>(
                List.of("sh", home.resolve("containers/train.sh").toString(), jar(module), cache.toString()));
        command.addAll(List.of(javaFlags().split(" ")));
        ProcessBuilder training = new ProcessBuilder(command).redirectErrorStream(true);
        training.environment().merge("PATH", javaHome() + "/bin", (path, bin) -> bin + ":" + path);
        try {
            Files.deleteIfExists(cache);
            Process process = training.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!Files.exists(cache)) {
                throw new IllegalStateException("makes no cache: " + output);
            }
            return cache;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
