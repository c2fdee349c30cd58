package io.liveline.services;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test that every guarantee in docs/guarantees.md names existing tests. */
class GuaranteesTest {

    private static final Pattern PROOF = Pattern.compile("`([A-Z]\\w+(?:Test|IT|Contract))\\.(\\w+)`");
    private static final Pattern DEFENCE = Pattern.compile("`([A-Z]\\w+(?:Test|IT|Contract))#(\\w+)`");

    /** A test: its annotation, and its name before the next empty line. */
    private static final Pattern METHOD =
            Pattern.compile("@(?:Test|ParameterizedTest|Property)\\b(?:(?!\\n\\n)[\\s\\S])*?\\bvoid (\\w+)\\(");

    @Test
    void everyRowNamesExistingTests() {
        Set<String> existing = tests();
        List<String> rows = read(Path.of("..", "docs", "guarantees.md"))
                .lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| situation "))
                .toList();
        assertThat(rows).hasSizeGreaterThan(20);
        for (String row : rows) {
            List<String> named = PROOF.matcher(row)
                    .results()
                    .map(proof -> proof.group(1) + "." + proof.group(2))
                    .toList();
            assertThat(named).as(row).isNotEmpty().isSubsetOf(existing);
        }
    }

    @Test
    void everyDefenceThatNamesATestNamesAnExistingOne() {
        Set<String> existing = tests();
        assertThat(DEFENCE.matcher(read(Path.of("..", "docs", "security.md"))).results())
                .hasSizeGreaterThan(20)
                .allSatisfy(test -> assertThat(existing).contains(test.group(1) + "." + test.group(2)));
    }

    /** Returns the tests of all modules as {@code Class.method}. */
    private static Set<String> tests() {
        try (Stream<Path> files = Files.find(Path.of(".."), 30, (file, is) -> isTest(file))) {
            Map<Path, String> sources = files.collect(Collectors.toMap(file -> file, GuaranteesTest::read));
            Set<String> tests = new TreeSet<>();
            sources.forEach((file, source) -> {
                String name = file.getFileName().toString().replace(".java", "");
                METHOD.matcher(source).results().forEach(method -> tests.add(name + "." + method.group(1)));
            });
            return tests;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isTest(Path file) {
        return file.toString().contains("src/test/java") && file.toString().endsWith(".java");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
