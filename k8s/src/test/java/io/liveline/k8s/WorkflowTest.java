package io.liveline.k8s;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks of the workflow that builds and publishes, which does not run in the tests. */
class WorkflowTest {

    private static final Path FILE = Path.of("..", ".github", "workflows", "build.yml");

    @Test
    void everyActionIsPinnedByTheHashOfACommit() throws IOException {
        List<String> uses = Files.readAllLines(FILE).stream()
                .map(String::strip)
                .filter(line -> line.matches("(- )?uses:.*"))
                .toList();

        assertThat(uses)
                .isNotEmpty()
                .allMatch(line -> line.matches("(- )?uses: [\\w.-]+/[\\w.-]+@[0-9a-f]{40} # v[0-9.]+"));
    }

    @Test
    void onlyJobsThatDeclareItMayWrite() throws IOException {
        Thing workflow = new Thing(new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(FILE)));

        assertThat(workflow.map("permissions")).hasSize(1).containsEntry("contents", "read");
        assertThat(workflow.map("jobs").values())
                .allMatch(job -> new Thing(job).at("timeout-minutes").isThere());
    }

    @Test
    void theContainerfilesNameNoRootAndNoLatest() throws IOException {
        for (String kind : List.of("jvm", "native")) {
            String file = Files.readString(Path.of("..", "containers", "Containerfile." + kind));

            assertThat(file).contains("\nUSER 10001:10001\n", "\nARG BASE=", "\nENTRYPOINT [");
            assertThat(file).doesNotContain(":latest", "\nHEALTHCHECK");
        }
    }
}
