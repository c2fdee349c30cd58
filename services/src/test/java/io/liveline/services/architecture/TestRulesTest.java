package io.liveline.services.architecture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/** A rule for the tests of all modules. */
class TestRulesTest {

    private static final ArchRule BLOCKS_NO_COMMON_POOL = noClasses()
            .should()
            .callMethod(CompletableFuture.class, "supplyAsync", Supplier.class)
            .orShould()
            .callMethod(CompletableFuture.class, "runAsync", Runnable.class)
            .because("the common pool has one thread on two cores: use io.liveline.testing.Background");

    /** Class that breaks the rule. */
    static final class Planted {

        static void block(Runnable task) {
            CompletableFuture.runAsync(task).join();
        }
    }

    @Test
    void noTestBlocksTheCommonPool() {
        JavaClasses tests = new ClassFileImporter()
                .importPaths(Stream.of(
                                "event-bus",
                                "edge",
                                "chat-service",
                                "dashboard-service",
                                "presence-service",
                                "services")
                        .map(module -> Path.of("..", module, "target", "test-classes"))
                        .filter(Files::isDirectory)
                        .toList());

        assertThat(BLOCKS_NO_COMMON_POOL.evaluate(tests).getFailureReport().getDetails())
                .as("the planted fault alone")
                .hasSize(1)
                .allMatch(found -> found.contains("Planted"));
    }
}
