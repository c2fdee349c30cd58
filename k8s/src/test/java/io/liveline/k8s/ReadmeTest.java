package io.liveline.k8s;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks of the README of the manifests. */
class ReadmeTest {

    private static final Path README = Path.of("README.md");
    private static final Pattern OF_A_COMPONENT = Pattern.compile("(?m)^\\| `([a-z-]+)` \\|");

    /**
     * A command that changes a field of the manifests makes kubectl its owner: the next server-side apply then fails
     * with a conflict.
     */
    @Test
    void noCommandChangesAFieldThatTheManifestsOwn() throws IOException {
        List<String> commands = Files.readAllLines(README).stream()
                .map(String::strip)
                .filter(line -> line.contains("kubectl "))
                .toList();

        assertThat(commands)
                .hasSizeGreaterThan(5)
                .noneMatch(line -> line.matches(".*(rollout undo|set image|edit|patch) .*"));
    }

    @Test
    void everyComponentIsInTheTable() throws IOException {
        List<String> listed = OF_A_COMPONENT
                .matcher(Files.readString(README))
                .results()
                .map(found -> found.group(1))
                .toList();

        assertThat(listed).containsExactlyInAnyOrderElementsOf(Kustomization.COMPONENTS.keySet());
    }
}
