package io.liveline.bus.redis.command;

import java.util.Set;

/** What kinds of errors Redis answers with, by their first word. */
public final class RedisErrorCodes {

    private static final Set<String> PASSING = Set.of("LOADING", "MASTERDOWN", "READONLY", "CLUSTERDOWN", "TRYAGAIN");

    private static final Set<String> NO_WRITES = Set.of("OOM", "MISCONF", "NOREPLICAS");

    private RedisErrorCodes() {}

    /** What Redis says while it starts or fails over: nothing was done. */
    public static boolean isPassing(String error) {
        return PASSING.contains(word(error));
    }

    /** Redis is full, cannot save, or has too few replicas; nothing was done, and that may last. */
    public static boolean isNoWrites(String error) {
        return NO_WRITES.contains(word(error));
    }

    /** The slot is another node's, or on its way to it: nothing was done. */
    public static boolean isElsewhere(String error) {
        return word(error).equals("MOVED") || word(error).equals("ASK");
    }

    /** The user may not do this. */
    public static boolean isNotPermitted(String error) {
        return error != null && word(error).equals("NOPERM");
    }

    public static String word(String error) {
        int end = error.indexOf(' ');
        return end < 0 ? error : error.substring(0, end);
    }
}
