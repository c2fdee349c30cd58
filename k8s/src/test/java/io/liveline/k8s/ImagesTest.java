package io.liveline.k8s;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/** Checks of {@code k8s/images}, with a container engine that only records what it is asked for. */
class ImagesTest {

    private static final String RECORDER = "#!/bin/sh\necho \"$(basename \"$0\") $*\" >>\"$RECORD\"\n";

    @TempDir
    private Path folder;

    @Test
    void theImagesAreBuiltOnTheirOwnBaseOrOnAnother() throws Exception {
        assertThat(builds(Map.of())).hasSize(3).noneMatch(line -> line.contains("BASE"));
        assertThat(builds(Map.of("BASE", "registry.example.org/java:25")))
                .hasSize(3)
                .allMatch(line -> line.contains(" --build-arg BASE=registry.example.org/java:25 "));
    }

    private List<String> builds(Map<String, String> environment) throws IOException, InterruptedException {
        Path record = Files.writeString(folder.resolve("record"), "");
        for (String program : List.of("mvn", "podman")) {
            Path file = Files.writeString(folder.resolve(program), RECORDER);
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        ProcessBuilder images = new ProcessBuilder("bash", "images").redirectErrorStream(true);
        images.environment().remove("BASE");
        images.environment().putAll(environment);
        images.environment().put("RECORD", record.toString());
        images.environment().put("ENGINE", folder.resolve("podman").toString());
        images.environment().put("PATH", folder + ":" + System.getenv("PATH"));
        Process process;
        try {
            process = images.start();
        } catch (IOException notInstalled) {
            return abort("bash is not installed: k8s/images is not run here");
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return Files.readAllLines(record).stream()
                .filter(line -> line.startsWith("podman build "))
                .toList();
    }
}
