package io.liveline.bus;

import java.security.SecureRandom;

/** Names for lives of logs. */
final class Epochs {

    private static final SecureRandom RANDOM = new SecureRandom();

    private Epochs() {}

    /** Eight random characters of 0-9a-z: about 41 bits, so that two lives of one topic do not meet by chance. */
    static String next() {
        char[] name = new char[8];
        for (int i = 0; i < name.length; i++) {
            name[i] = Character.forDigit(RANDOM.nextInt(36), 36);
        }
        return new String(name);
    }
}
