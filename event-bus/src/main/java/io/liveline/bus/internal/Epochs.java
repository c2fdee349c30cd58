package io.liveline.bus.internal;

import java.util.concurrent.ThreadLocalRandom;

/** Generator of epochs. */
public final class Epochs {

    /** Least number of eight digits. */
    private static final long LEAST = Long.parseLong("10000000", 36);

    private Epochs() {}

    /**
     * Returns eight random characters of 0-9a-z, the first of which is no 0: about 41 bits, so that two lives of one
     * topic do not get the same epoch by chance. The generator is not cryptographic: epochs are not secret, and every
     * Redis script call includes a new one.
     */
    public static String next() {
        return Long.toString(ThreadLocalRandom.current().nextLong(LEAST, LEAST * 36), 36);
    }
}
