package io.liveline.bus.redis.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import io.liveline.bus.support.Digest;

/**
 * Lua script that changes a topic's state and publishes the change in one step. It is prefixed with {@code append.lua},
 * which provides {@code append(data)}, {@code append_all(list)}, {@code epoch()}, {@code position()}, {@code now}, {@code arg} and
 * {@code int(number)}; the script's own keys are {@code KEYS[3]} and up.
 *
 * @param source source, with the common part
 * @param sha1 digest by which Redis names it
 * @param isOfLog whether it reads or replaces events of the topic's log, see {@link #ofLog}
 * @param isRepeatable whether it may be run again at any time, see {@link #repeatable}
 * @param isJoinable whether calls on one topic can be merged, see {@link #joinable}
 */
public record LuaScript(String source, String sha1, boolean isOfLog, boolean isRepeatable, boolean isJoinable) {

    private static final String COMMON = read(LuaScript.class, "append.lua");
    private static final String LOG = COMMON + read(LuaScript.class, "log.lua");

    /** Loads the script in the resource {@code file} beside {@code owner}. */
    public static LuaScript of(Class<?> owner, String file) {
        return of(COMMON + read(owner, file), false, false, false);
    }

    /**
     * Loads a script that reads or replaces events of the topic's log. It is also prefixed with {@code log.lua}, which
     * provides {@code life}, {@code newest}, {@code events(from, to)} and {@code replace(offset, data)}; its own keys
     * are {@code KEYS[4]} and up.
     */
    public static LuaScript ofLog(Class<?> owner, String file) {
        return of(LOG + read(owner, file), true, false, false);
    }

    /** Loads a script that only reads events of the topic's log, and so is repeatable. */
    public static LuaScript reading(Class<?> owner, String file) {
        return of(LOG + read(owner, file), true, true, false);
    }

    /**
     * Loads a script that changes nothing when it is run again and returns the same answer, whatever happened in
     * between: it only reads, or it stores its answer.
     */
    public static LuaScript repeatable(Class<?> owner, String file) {
        return of(COMMON + read(owner, file), false, true, false);
    }

    /**
     * Loads a repeatable script that accepts the concatenated own keys and arguments of several calls and returns a
     * list with one element for each, so that calls on one topic can be merged. The keys and arguments common to all
     * scripts are passed once.
     */
    public static LuaScript joinable(Class<?> owner, String file) {
        return of(COMMON + read(owner, file), false, true, true);
    }

    private static LuaScript of(String source, boolean isOfLog, boolean isRepeatable, boolean isJoinable) {
        return new LuaScript(source, Digest.sha1(source), isOfLog, isRepeatable, isJoinable);
    }

    private static String read(Class<?> owner, String file) {
        try (InputStream stream = owner.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalStateException("No script " + file + " beside " + owner);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
