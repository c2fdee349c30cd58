package io.liveline.services.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The map of the code names packages, classes and methods as they are. */
class ArchitectureDocumentTest {

    /** A name such as {@code chat.room.Room.event} or {@code Room}, in backticks. */
    private static final Pattern NAME = Pattern.compile("`((?:[a-z]+\\.)*)([A-Z]\\w*[a-z]\\w*)(?:\\.([a-z]\\w*))?`");

    private static final Map<String, List<Path>> SOURCES = sources();

    @Test
    void everyNameInTheDocumentIsInTheCode() {
        String text = read(Path.of("..", "docs", "architecture.md"));
        assertThat(NAME.matcher(text).results())
                .hasSizeGreaterThan(100)
                .allSatisfy(name -> assertThat(isThere(name)).as(name.group()).isTrue());
    }

    private static boolean isThere(MatchResult name) {
        String folder = "/io/liveline/" + name.group(1).replace('.', '/') + name.group(2) + ".java";
        String method = name.group(3) == null ? "" : name.group(3);
        return SOURCES.getOrDefault(name.group(2), List.of()).stream()
                .filter(source -> name.group(1).isEmpty() || source.toString().endsWith(folder))
                .anyMatch(source ->
                        Pattern.compile("\\b" + method).matcher(read(source)).find());
    }

    private static Map<String, List<Path>> sources() {
        try (Stream<Path> files = Files.find(Path.of(".."), 30, (file, is) -> isSource(file))) {
            return files.collect(
                    Collectors.groupingBy(file -> file.getFileName().toString().replace(".java", "")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSource(Path file) {
        return file.toString().endsWith(".java") && file.toString().contains("/src/");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
