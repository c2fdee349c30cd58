package io.liveline.edge.http;

import java.util.List;

import io.vertx.core.MultiMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class HeaderListTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "a|a",
                "a, b|a;b",
                ", a ,,\tb ,|a;b",
                "a=\"b, c\", d|a=\"b, c\";d",
                "a=\"b\\\", c\", d|a=\"b\\\", c\";d",
                "a=\"never closed, b|a=\"never closed, b",
                "a=\"\\|a=\"\\",
                ",|",
            })
    void commasSeparateElementsButNotWithinQuotes(String line, String elements) {
        assertThat(String.join(";", HeaderList.split(line, ','))).isEqualTo(elements == null ? "" : elements);
    }

    @Test
    void severalLinesAreOneList() {
        MultiMap headers =
                MultiMap.caseInsensitiveMultiMap().add("X", "a, b").add("x", "").add("X", "C");
        assertThat(HeaderList.of(headers, "X")).isEqualTo(List.of("a", "b", "C"));
        assertThat(HeaderList.line(headers, "X")).isEqualTo("a, b, , C");
        assertThat(HeaderList.contains(headers, "X", "c")).isTrue();
        assertThat(HeaderList.contains(headers, "X", "a, b")).isFalse();
        assertThat(HeaderList.line(headers, "Y")).isNull();
    }
}
