package io.liveline.bus.internal;

import java.nio.charset.StandardCharsets;

import io.liveline.bus.BusConfig;
import io.liveline.bus.Draft;

/** What both transports ask of a draft. */
public final class DraftChecks {

    private DraftChecks() {}

    /** @throws IllegalArgumentException when the draft is over {@link BusConfig#maxEventBytes()} */
    public static void check(Draft draft, BusConfig config) {
        // A UTF-16 character takes at most three bytes of UTF-8: most drafts need no counting.
        if (draft.data().length() * 3L <= config.maxEventBytes()) {
            return;
        }
        int bytes = draft.data().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > config.maxEventBytes()) {
            throw new IllegalArgumentException(
                    "An event of " + bytes + " bytes is over the limit of " + config.maxEventBytes());
        }
    }
}
