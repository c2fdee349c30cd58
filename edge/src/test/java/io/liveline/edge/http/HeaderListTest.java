package io.liveline.edge.http;

import java.util.List;

import io.vertx.core.MultiMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        assertEquals(elements == null ? "" : elements, String.join(";", HeaderList.split(line, ',')));
    }

    @Test
    void severalLinesAreOneList() {
        MultiMap headers =
                MultiMap.caseInsensitiveMultiMap().add("X", "a, b").add("x", "").add("X", "C");
        assertEquals(List.of("a", "b", "C"), HeaderList.of(headers, "X"));
        assertEquals("a, b, , C", HeaderList.line(headers, "X"));
        assertTrue(HeaderList.contains(headers, "X", "c"));
        assertFalse(HeaderList.contains(headers, "X", "a, b"));
        assertNull(HeaderList.line(headers, "Y"));
    }
}
