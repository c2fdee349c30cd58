package io.liveline.edge.http;

import java.util.List;

import io.liveline.edge.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class AcceptHeaderTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // No preference: any type is acceptable.
                "''|application/json",
                "' '|application/json",
                "','|application/json",
                "*/*|application/json",
                "application/problem+json|application/json",
                "text/event-stream, application/problem+json|text/event-stream",
                // Equal weights: JSON, in any order.
                "application/json, text/event-stream|application/json",
                "text/event-stream, application/json|application/json",
                "text/event-stream;q=0.5, application/json;q=0.5|application/json",
                "text/event-stream, */*|application/json",
                "text/*, application/*|application/json",
                // The greater weight is chosen.
                "text/event-stream|text/event-stream",
                "text/event-stream;q=0.1|text/event-stream",
                "application/json, text/event-stream;q=0.1|application/json",
                "application/json;q=0.1, text/event-stream|text/event-stream",
                "application/json;q=0.9, text/event-stream;q=0.901|text/event-stream",
                "application/json;q=0.001, text/html|application/json",
                "text/html, text/event-stream, application/json;q=0.9, */*;q=0.8|text/event-stream",
                // Weight 0 excludes a type.
                "text/event-stream;q=0, application/json|application/json",
                "application/json;q=0, text/event-stream|text/event-stream",
                "application/json;q=0.0, */*|text/event-stream",
                "text/event-stream;q=0.000, */*;q=0.1|application/json",
                // The most specific range applies, at any position.
                "text/*|text/event-stream",
                "application/*|application/json",
                "*/*, application/json;q=0.2|text/event-stream",
                "text/*;q=0.3, text/event-stream;q=0.7, application/*;q=0.5|text/event-stream",
                "*/*;q=0.9, text/*;q=0.1|application/json",
                "application/json;version=2;q=0.1, application/json, text/event-stream;q=0.5|application/json",
                // Any case, with whitespace and empty elements.
                "TEXT/EVENT-STREAM|text/event-stream",
                "Application/JSON;Q=0.2,Text/Event-Stream;q=0.3|text/event-stream",
                "' , ,text/event-stream ,, '|text/event-stream",
                "text/event-stream ; q=0.5 , application/json ; q=0.4|text/event-stream",
                // Parameters, and quoted values.
                "application/json;charset=utf-8, text/event-stream;q=0.9|application/json",
                "'text/html;x=\"a,text/event-stream;q=1\", application/json;q=0.1'|application/json",
                "'text/event-stream;x=\"a\\\"b;q=0\", application/json;q=0.1'|text/event-stream",
                "application/json;q=0.5;ext=1, text/event-stream;q=0.4|application/json",
                // Default of HttpURLConnection in Java 8.
                "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2|application/json",
            })
    void theTypeWithTheGreatestWeightIsChosenAndJsonAmongEqualOnes(String accept, String chosen) {
        assertThat(AcceptHeader.of(List.of(accept)).choose(AcceptHeader.JSON, AcceptHeader.EVENT_STREAM))
                .isEqualTo(chosen);
    }

    @Test
    void severalLinesAreOneList() {
        assertThat(AcceptHeader.of(List.of("application/json;q=0.5", AcceptHeader.EVENT_STREAM))
                        .choose(AcceptHeader.JSON, AcceptHeader.EVENT_STREAM))
                .isEqualTo(AcceptHeader.EVENT_STREAM);
        assertThat(AcceptHeader.of(List.of()).choose(AcceptHeader.JSON, AcceptHeader.EVENT_STREAM))
                .isEqualTo(AcceptHeader.JSON);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/html",
                "application/jsonx",
                "x-text/event-stream",
                "text/event-streams",
                "text/event-stream;q=0",
                "application/json;q=0, text/event-stream;q=0",
                "*/*;q=0",
                "*/*, application/*;q=0, text/*;q=0.0",
            })
    void nothingIsChosenIfNothingOfferedIsAccepted(String accept) {
        assertThat(AcceptHeader.of(List.of(accept)).choose(AcceptHeader.JSON, AcceptHeader.EVENT_STREAM))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "k3f9x2--1",
                "application/",
                "/json",
                "a/b/c",
                "application json",
                "application/json;q=2",
                "application/json;q=-1",
                "application/json;q=high",
                "application/json;q=",
                "application/json;q=1.1",
                "application/json;x=\"open",
                "text/html, application/json;x=\"open\\",
                ";q=1",
                "; application/json",
                "*/json",
            })
    void aMalformedHeaderIsRejected(String accept) {
        ProblemException refused = catchThrowableOfType(ProblemException.class, () -> AcceptHeader.of(List.of(accept)));
        assertThat(refused.code()).isEqualTo("bad_accept");
        assertThat(refused.status()).isEqualTo(400);
    }
}
