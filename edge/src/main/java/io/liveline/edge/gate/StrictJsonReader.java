package io.liveline.edge.gate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.liveline.bus.support.UnicodeText;
import io.liveline.edge.EdgeConfig;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.http.AcceptHeader;
import io.netty.handler.codec.http.HttpUtil;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/**
 * Strict reader of request bodies, with the same rules for all services: {@code application/json} in UTF-8, no content
 * coding, and a JSON object with known fields, each present at most once and of its own type. Nothing is converted, and
 * fields of the type {@link RawJson} are kept as they were sent.
 */
@Singleton
public final class StrictJsonReader {

    private final ObjectMapper mapper;

    @Inject
    StrictJsonReader(EdgeConfig config) {
        this(config.jsonDepth());
    }

    /**
     * Creates a reader.
     *
     * @param depth maximum nesting depth of arrays and objects
     */
    StrictJsonReader(int depth) {
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(depth).build())
                .build();
        mapper = JsonMapper.builder(factory)
                .enable(
                        DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                        DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
                        DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .addModule(new SimpleModule().addDeserializer(RawJson.class, new RawJsonDeserializer()))
                .withCoercionConfig(
                        LogicalType.Textual, text -> text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
                .build();
    }

    /**
     * Reads the body of a request that requires one.
     *
     * @param type a record, whose mandatory fields are marked as required
     * @throws ProblemException 400 {@code bad_json}, 415 {@code unsupported_media_type}
     */
    public <T> T required(RoutingContext context, byte[] body, Class<T> type) {
        return optional(context, body, type)
                .orElseThrow(() -> ProblemException.bad("bad_json", "The body is missing: it is a JSON object"));
    }

    /**
     * Reads an optional body. {@code null} counts as no body, because generated clients send it when the body is
     * omitted.
     *
     * @throws ProblemException as {@link #required} does
     */
    public <T> Optional<T> optional(RoutingContext context, byte[] body, Class<T> type) {
        if (body.length == 0) {
            return Optional.empty();
        }
        MultiMap headers = context.request().headers();
        if (!headers.getAll(HttpHeaders.CONTENT_ENCODING).stream().allMatch("identity"::equalsIgnoreCase)) {
            throw unsupported("Send the body without a Content-Encoding");
        }
        if (!isJson(headers)) {
            throw unsupported("Send application/json in UTF-8");
        }
        return Optional.ofNullable(read(body, type));
    }

    /** Returns whether the {@code Content-Type} is JSON in UTF-8 (RFC 8259, section 8.1). */
    static boolean isJson(MultiMap headers) {
        List<String> types = headers.getAll(HttpHeaders.CONTENT_TYPE);
        if (types.size() != 1) {
            return false;
        }
        CharSequence mediaType = HttpUtil.getMimeType(types.get(0));
        CharSequence charset = HttpUtil.getCharsetAsSequence(types.get(0));
        return mediaType != null
                && mediaType.toString().strip().equalsIgnoreCase(AcceptHeader.JSON)
                && (charset == null
                        || charset.toString().replace("\"", "").strip().equalsIgnoreCase("utf-8"));
    }

    <T> T read(byte[] body, Class<T> type) {
        try {
            // Decoded here, because Jackson would detect UTF-16 and UTF-32 in bytes.
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            return mapper.readValue(new Checked(mapper.createParser(text), text), type);
        } catch (CharacterCodingException malformed) {
            throw ProblemException.bad("bad_json", "The body is not UTF-8");
        } catch (JsonProcessingException malformed) {
            throw ProblemResponses.of(malformed);
        } catch (IOException notFromMemory) {
            throw new UncheckedIOException(notFromMemory);
        }
    }

    private static ProblemException unsupported(String detail) {
        return new ProblemException(415, "unsupported_media_type", detail);
    }

    /**
     * Parser that rejects {@code null} in place of an optional field, and text that is not well-formed Unicode: an
     * unpaired surrogate, which UTF-8 cannot encode.
     */
    private static final class Checked extends JsonParserDelegate {

        private final String source;

        Checked(JsonParser parser, String source) {
            super(parser);
            this.source = source;
        }

        /** Reads an object as it was sent, in which {@code null} is a value. */
        RawJson raw() throws IOException {
            return RawJson.read(delegate, source);
        }

        @Override
        public JsonToken nextToken() throws IOException {
            JsonToken token = super.nextToken();
            if (token == JsonToken.VALUE_NULL && !getParsingContext().inRoot()) {
                throw new JsonParseException(this, "null");
            }
            if ((token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME)
                    && !UnicodeText.isWellFormed(getText())) {
                throw new JsonParseException(this, "unpaired surrogate");
            }
            return token;
        }
    }

    /** Deserializer of an object that is kept as it was sent. */
    private static final class RawJsonDeserializer extends JsonDeserializer<RawJson> {

        @Override
        public RawJson deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return ((Checked) parser).raw();
        }
    }
}
