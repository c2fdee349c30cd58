package io.liveline.bus.internal;

import java.util.concurrent.ThreadLocalRandom;

/** Names for lives of logs. */
public final class Epochs {

    private Epochs() {}

    /**
     * Eight random characters of 0-9a-z: about 41 bits, so that two lives of one topic do not meet by chance. They are
     * no secret, and every command on Redis brings a new one.
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
