package io.liveline.edge.contract;

import java.util.function.Function;

import io.liveline.bus.Event;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;

/** JSON of an event between services, with the version of its format. */
final class VersionedJson {

    /** Raised only when replicas of earlier versions would misread an event; a new field does not raise it. */
    private static final int VERSION = 1;

    private static final String FIELD = "v";

    private VersionedJson() {}

    static JsonObject create() {
        return new JsonObject().put(FIELD, VERSION);
    }

    /**
     * Decodes an event. An event without a version is of the first one.
     *
     * @throws IllegalArgumentException if it is malformed or of a later version
     */
    static <T> T parse(Event event, Function<JsonObject, T> decode) {
        try {
            JsonObject json = new JsonObject(event.data());
            int version = json.getInteger(FIELD, 1);
            if (version > VERSION) {
                throw new IllegalArgumentException("its version is " + version);
            }
            return decode.apply(json);
        } catch (DecodeException | ClassCastException | NullPointerException malformed) {
            throw new IllegalArgumentException(malformed);
        }
    }
}
