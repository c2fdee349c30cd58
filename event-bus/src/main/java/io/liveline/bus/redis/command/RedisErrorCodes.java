package io.liveline.bus.redis.command;

import java.util.Set;

/** Classification of Redis errors by their code, which is the first word. */
public final class RedisErrorCodes {

    private static final Set<String> TRANSIENT = Set.of("LOADING", "MASTERDOWN", "READONLY", "CLUSTERDOWN", "TRYAGAIN");

    private static final Set<String> NO_WRITES = Set.of("OOM", "MISCONF", "NOREPLICAS");

    private RedisErrorCodes() {}

    /** Returns whether Redis is starting or failing over; the command had no effect. */
    public static boolean isTransient(String error) {
        return TRANSIENT.contains(code(error));
    }

    /** Returns whether Redis is full, cannot save or lacks replicas; the command had no effect, and this may last. */
    public static boolean isNoWrites(String error) {
        return NO_WRITES.contains(code(error));
    }

    /** Returns whether another node owns the slot or it is moving there; the command had no effect. */
    public static boolean isRedirect(String error) {
        return code(error).equals("MOVED") || code(error).equals("ASK");
    }

    /** Returns whether the Redis user lacks a permission. */
    public static boolean isNotPermitted(String error) {
        return error != null && code(error).equals("NOPERM");
    }

    /** Returns the error's code. */
    public static String code(String error) {
        int end = error.indexOf(' ');
        return end < 0 ? error : error.substring(0, end);
    }
}
