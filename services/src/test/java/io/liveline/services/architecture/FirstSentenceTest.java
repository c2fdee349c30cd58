package io.liveline.services.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Javadoc says what a thing is, and does not ask for it: no first sentence begins with a question word. */
class FirstSentenceTest {

    private static final Pattern RIDDLE =
            Pattern.compile("/\\*\\*\\s*(?:\\*\\s*)?(?:What|How|Who|Where|Whether|All)\\b[^\\n]*");

    @Test
    void noFirstSentenceBeginsWithAQuestionWord() throws IOException {
        try (Stream<Path> files = Files.find(Path.of(".."), 30, (file, is) -> isSource(file))) {
            assertThat(files.flatMap(file -> riddles(read(file)).map(riddle -> file + ": " + riddle)))
                    .isEmpty();
        }
    }

    @Test
    void aQuestionWordIsFoundOnEitherLine() {
        assertThat(List.of("/** {} it is. */", "/**\n     * {} comes.\n     */"))
                .allMatch(javadoc -> riddles(javadoc.replace("{}", "Who")).count() == 1);
        assertThat(riddles("/** Whole numbers. How they are written. */")).isEmpty();
    }

    private static Stream<String> riddles(String source) {
        return RIDDLE.matcher(source).results().map(result -> result.group().replaceAll("\\s+", " "));
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
