package io.liveline.services.nativeimage;

import java.security.SecureRandom;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;

/** Everything that {@link NativeNeeds} is to find, once. Never run. */
final class NativeNeedsSample {

    record Told(String text) {}

    record Asked(String text) {}

    static final SecureRandom RANDOM = later();

    private NativeNeedsSample() {}

    static final class Keeps {

        static final Buffer LINE = Buffer.buffer("line");
    }

    private static SecureRandom later() {
        return new SecureRandom();
    }

    static String serialises(Told told) {
        return Json.encode(told);
    }

    static Asked reads(JsonObject json) {
        return json.mapTo(Asked.class);
    }

    static Object reflects() throws ClassNotFoundException {
        return Class.forName("io.liveline.services.nativeimage.NativeNeedsSample").getResource("file");
    }
}
