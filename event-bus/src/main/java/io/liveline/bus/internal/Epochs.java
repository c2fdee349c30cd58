package io.liveline.bus.internal;

import java.util.concurrent.ThreadLocalRandom;

/** Generator of epochs. */
public final class Epochs {

    private Epochs() {}

    /**
     * Returns eight random characters of 0-9a-z: about 41 bits, so that two lives of one topic do not get the same
     * epoch by chance. The generator is not cryptographic: epochs are not secret, and every Redis script call includes
     * a new one.
     */
    public static String next() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        char[] name = new char[8];
        for (int i = 0; i < name.length; i++) {
            name[i] = Character.forDigit(random.nextInt(36), 36);
        }
        return new String(name);
    }
}
