package io.liveline.services.nativeimage;

import java.security.SecureRandom;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;

/** Sample with one case of everything that {@link NativeNeeds} has to find. It never runs. */
final class NativeNeedsSample {

    record Written(String text) {}

    record Read(String text) {}

    static final SecureRandom RANDOM = later();

    private NativeNeedsSample() {}

    static final class Keeps {

        static final Buffer LINE = Buffer.buffer("line");
    }

    private static SecureRandom later() {
        return new SecureRandom();
    }

    static String serialises(Written value) {
        return Json.encode(value);
    }

    static Read reads(JsonObject json) {
        return json.mapTo(Read.class);
    }

    static Object reflects() throws ClassNotFoundException {
        return Class.forName("io.liveline.services.nativeimage.NativeNeedsSample")
                .getResource("file");
    }
}
