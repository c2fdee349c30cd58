package io.liveline.edge.http;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Negotiation of the content coding by RFC 9110, section 12.5.3. */
class ContentCodingNegotiationTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip, deflate, br, zstd | br",
                "gzip                    | gzip",
                "GZIP                    | gzip",
                "x-gzip                  | identity",
                "br;q=0.5, gzip;q=0.8    | gzip",
                "br;q=0, gzip            | gzip",
                "br ; q=0 , *            | gzip",
                "*                       | br",
                "*;q=0                   | identity",
                "identity                | identity",
                "br;q=much               | identity",
                "br;q                    | identity",
                "; ,,=,q                 | identity",
                "''                      | identity"
            })
    void theCodingWithTheGreatestWeightIsChosen(String accepted, String coding) {
        assertThat(ContentCodingNegotiation.best(List.of(accepted), List.of("br", "gzip")))
                .isEqualTo(coding);
    }

    @Test
    void withoutTheHeaderNothingIsEncodedAndSeveralLinesAreOne() {
        assertThat(ContentCodingNegotiation.best(List.of(), List.of("br", "gzip")))
                .isEqualTo("identity");
        assertThat(ContentCodingNegotiation.best(List.of("gzip;q=0.1", "br"), List.of("br", "gzip")))
                .isEqualTo("br");
    }
}
