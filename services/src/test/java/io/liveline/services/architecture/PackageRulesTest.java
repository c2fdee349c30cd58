package io.liveline.services.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The rules of the packages, on the code as it is and on faults that were planted. */
class PackageRulesTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.liveline");
    private static final JavaClasses PLANTED =
            new ClassFileImporter().importPackages("io.liveline.services.architecture.planted");

    static Iterable<ArchRule> rules() {
        return new PackageRules("io.liveline").all(CLASSES).values();
    }

    static Iterable<ArchRule> rulesOnPlantedFaults() {
        return new PackageRules("io.liveline.services.architecture.planted")
                .all(PLANTED)
                .values();
    }

    @Test
    void allModulesAreLookedAt() {
        assertThat(CLASSES.stream()
                        .map(type -> type.getPackageName().split("\\.")[2])
                        .distinct())
                .contains("bus", "edge", "chat", "dashboard", "presence", "bench", "testing");
    }

    @ParameterizedTest
    @MethodSource("rules")
    void packagesKeepTheRules(ArchRule rule) {
        rule.check(CLASSES);
    }

    @ParameterizedTest
    @MethodSource("rulesOnPlantedFaults")
    void everyRuleFindsTheFaultPlantedForIt(ArchRule rule) {
        assertThat(rule.evaluate(PLANTED).hasViolation()).isTrue();
    }
}
