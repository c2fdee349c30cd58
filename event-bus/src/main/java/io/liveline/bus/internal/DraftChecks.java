package io.liveline.bus.internal;

import java.nio.charset.StandardCharsets;

import io.liveline.bus.BusConfig;
import io.liveline.bus.Draft;

/** Checks of a draft that both transports make. */
public final class DraftChecks {

    private DraftChecks() {}

    /** @throws IllegalArgumentException if the draft is larger than {@link BusConfig#maxEventBytes()} */
    public static void check(Draft draft, BusConfig config) {
        // A UTF-16 character takes at most three bytes of UTF-8, so most drafts need no encoding.
        if (draft.data().length() * 3L <= config.maxEventBytes()) {
            return;
        }
        int bytes = draft.data().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > config.maxEventBytes()) {
            throw new IllegalArgumentException(
                    "An event of " + bytes + " bytes exceeds the limit of " + config.maxEventBytes());
        }
    }
}
