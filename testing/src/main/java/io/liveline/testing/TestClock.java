package io.liveline.testing;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** Clock that advances only on request. */
public final class TestClock implements InstantSource {

    private final AtomicLong millis = new AtomicLong(1_763_980_000_000L);

    public void pass(long more) {
        millis.addAndGet(more);
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis.get());
    }
}
