package io.liveline.edge.gate;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.liveline.edge.ProblemException;
import io.vertx.core.MultiMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class StrictJsonReaderTest {

    enum Colour {
        RED;

        @JsonCreator
        static Colour of(String text) {
            if (!text.equals("red")) {
                throw new IllegalArgumentException(text);
            }
            return RED;
        }
    }

    record Text(@JsonProperty(required = true) String text) {}

    record Number(@JsonProperty(required = true) long number) {}

    record Optional(String text, Colour colour) {}

    record Single(Colour colour) {}

    record Raw(String text, RawJson data) {}

    record Many(List<String> texts, Map<String, Long> numbers) {}

    private final StrictJsonReader json = new StrictJsonReader(16);

    private <T> T read(String text, Class<T> type) {
        return json.read(text.getBytes(StandardCharsets.UTF_8), type);
    }

    private void assertBad(String text, Class<?> type) {
        assertThat(catchThrowableOfType(ProblemException.class, () -> read(text, type))
                        .code())
                .isEqualTo("bad_json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"data\":{}}|{}|1",
                "{\"data\" : { } , \"text\":\"t\"}|{}|1",
                "`{\"text\":\"t\",\"data\":\t{\r\n \"b\" : 1.50 ,\"a\":[ null , {\"\":-0E+9} ]\n}\n}`|{\"b\":1.50,\"a\":[null,{\"\":-0E+9}]}|3",
                "{\"data\":{\"a b\":\" \\\" { \\\\\"}}|{\"a b\":\" \\\" { \\\\\"}|1",
                "{\"data\":{\"\\u00e9\":\"\\ud83d\\ude42 \\/ \u2028\"}}|{\"\\u00e9\":\"\\ud83d\\ude42 \\/ \u2028\"}|1",
            })
    void anObjectIsKeptAsItWasSentButForWhiteSpaceBetweenItsTokens(String body, String raw, int depth) {
        assertThat(read(body, Raw.class).data()).isEqualTo(new RawJson(raw, depth));
    }

    /** A long text is read in parts. */
    @Test
    void anObjectBehindALongTextIsKeptAsItWasSent() {
        String text = "\u00e9".repeat(100_000);
        Raw read = read("{\"text\":\"" + text + "\",\"data\":{\"a\": \"" + text + "\"}}", Raw.class);
        assertThat(read.data().text()).isEqualTo("{\"a\":\"" + text + "\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"data\":null}",
                "{\"data\":[]}",
                "{\"data\":\"{}\"}",
                "{\"data\":1}",
                "{\"data\":{\"a\":1,\"a\":2}}",
                "{\"data\":{\"a\":{\"b\":1,\"b\":1}}}",
                "{\"data\":{\"a\":\"\\ud83d\"}}",
                "{\"data\":{\"\\ude42\":1}}",
                "{\"data\":{\"a\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}}",
                "{\"data\":{\"a\":01}}",
                "{\"data\":{\"a\":1,}}",
                "{\"data\":{'a':1}}",
                "{\"data\":{\"a\":\"\t\"}}",
                "{\"data\":{\"a\":1}",
                "{\"data\":{}}}",
                "{\"data\":{},\"text\":null}",
            })
    void anInvalidObjectIsRejected(String body) {
        assertBad(body, Raw.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"text\":false}",
                "{\"text\":12.50}",
                "{\"text\":1}",
                "{\"text\":null}",
                "{\"text\":[\"a\"]}",
                "{\"text\":{}}",
                "{}",
                "{\"text\":\"a\",\"text\":\"b\"}",
                "{\"text\":\"a\",\"other\":\"b\"}",
                "{\"text\":\"a\"} {}",
                "{\"text\":\"a\"",
                "{text:\"a\"}",
                "{'text':'a'}",
                "[{\"text\":\"a\"}]",
                "\"a\"",
                "\"\"",
                "7",
                " ",
                "{\"text\":\"\\ud83d\"}",
                "{\"text\":\"\\ude00\\ud83d\"}",
                "{\"\\ud83d\":\"a\"}",
                "\uFEFF{\"text\":\"a\"}",
            })
    void onlyAStringIsReadAsText(String body) {
        assertBad(body, Text.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"number\":\"3\"}",
                "{\"number\":\"\"}",
                "{\"number\":1.0}",
                "{\"number\":1e2}",
                "{\"number\":true}",
                "{\"number\":null}",
                "{\"number\":9223372036854775808}",
                "{\"number\":NaN}",
                "{\"number\":01}",
                "{}",
            })
    void onlyAnIntegerIsReadAsANumber(String body) {
        assertBad(body, Number.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"colour\":null}",
                "{\"colour\":0}",
                "{\"colour\":\"0\"}",
                "{\"colour\":\"\"}",
                "{\"colour\":\"RED\"}",
                "{\"colour\":\" red\"}",
                "{\"text\":null}",
            })
    void anOptionalFieldHasNoOtherType(String body) {
        assertBad(body, Optional.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"texts\":[1]}",
                "{\"texts\":[\"a\",true]}",
                "{\"texts\":[null]}",
                "{\"texts\":\"a\"}",
                "{\"texts\":{}}",
                "{\"texts\":[\"\\ud83d\"]}",
                "{\"numbers\":{\"a\":\"1\"}}",
                "{\"numbers\":{\"a\":1.5}}",
                "{\"numbers\":{\"a\":null}}",
                "{\"numbers\":{\"a\":1,\"a\":2}}",
                "{\"numbers\":[]}",
            })
    void elementsOfListsAndMapsAreNotConverted(String body) {
        assertBad(body, Many.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"red\"", "\"\"", "7", "[]", "[\"red\"]", "true"})
    void aBareValueIsNotReadAsAnObjectWithOneField(String body) {
        assertBad(body, Single.class);
        assertBad(body, Number.class);
    }

    @Test
    void aValidBodyIsRead() {
        assertThat(read("{\"text\":\"größe \\ud83d\\ude00 \\u0000\"}", Text.class))
                .isEqualTo(new Text("größe \uD83D\uDE00 \u0000"));
        assertThat(read(" {\"text\":\"\"}\n", Text.class)).isEqualTo(new Text(""));
        assertThat(read("{\"number\":-9223372036854775808}", Number.class)).isEqualTo(new Number(Long.MIN_VALUE));
        assertThat(read("{}", Optional.class)).isEqualTo(new Optional(null, null));
        assertThat(read("{\"colour\":\"red\"}", Optional.class)).isEqualTo(new Optional(null, Colour.RED));
        assertThat(read("{\"texts\":[\"a\"],\"numbers\":{\"b\":1}}", Many.class))
                .isEqualTo(new Many(List.of("a"), Map.of("b", 1L)));
        assertThat(read("null", Text.class)).isNull();
    }

    @Test
    void onlyUtf8IsRead() {
        for (Charset other : List.of(
                StandardCharsets.UTF_16,
                StandardCharsets.UTF_16LE,
                StandardCharsets.ISO_8859_1,
                Charset.forName("UTF-32"))) {
            byte[] body = "{\"text\":\"größe\"}".getBytes(other);
            assertThat(catchThrowableOfType(ProblemException.class, () -> json.read(body, Text.class))
                            .code())
                    .as(other.name())
                    .isEqualTo("bad_json");
        }
        // A surrogate and an overlong zero, as some encoders write them.
        for (byte[] bytes :
                List.of(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, new byte[] {(byte) 0xC0, (byte) 0x80})) {
            String around = "{\"text\":\"\"}";
            byte[] body = new byte[around.length() + bytes.length];
            System.arraycopy(around.getBytes(StandardCharsets.UTF_8), 0, body, 0, 9);
            System.arraycopy(bytes, 0, body, 9, bytes.length);
            System.arraycopy("\"}".getBytes(StandardCharsets.UTF_8), 0, body, 9 + bytes.length, 2);
            assertThatThrownBy(() -> json.read(body, Text.class)).isInstanceOf(ProblemException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json|true",
                "Application/JSON|true",
                "application/json ; charset=UTF-8|true",
                "application/json;charset=\"utf-8\"|true",
                "application/json; v=1|true",
                "application/json;charset=utf-16|false",
                "application/json;charset=iso-8859-1|false",
                "application/problem+json|false",
                "application/jsonp|false",
                "text/json|false",
                "text/plain; x=application/json|false",
                "garbage|false",
                "''|false",
                ";charset=utf-8|false",
            })
    void theContentTypeIsJsonInUtf8(String type, boolean isJson) {
        assertThat(StrictJsonReader.isJson(MultiMap.caseInsensitiveMultiMap().add("Content-Type", type)))
                .isEqualTo(isJson);
    }

    @Test
    void exactlyOneContentTypeIsRequired() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        assertThat(StrictJsonReader.isJson(headers)).isFalse();
        headers.add("Content-Type", "application/json").add("Content-Type", "application/json");
        assertThat(StrictJsonReader.isJson(headers)).isFalse();
    }
}
