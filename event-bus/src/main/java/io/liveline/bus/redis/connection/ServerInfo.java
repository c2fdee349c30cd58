package io.liveline.bus.redis.connection;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Facts that a server tells about itself ({@code INFO}).
 *
 * @param name the product and its version, such as {@code Valkey 8.1.1}; {@code Redis} where the server does not tell
 * @param isNewEnough whether it is Redis 7.0 or Valkey 7.2, or newer; true where the server does not tell
 * @param evictionPolicy its {@code maxmemory-policy}: what it does with what it holds once its memory is full
 * @param durability whether what it holds outlives it, for people to read
 */
public record ServerInfo(String name, boolean isNewEnough, String evictionPolicy, String durability) {

    /** Facts about a server whose user may not ask. */
    static final ServerInfo UNKNOWN =
            new ServerInfo("Redis", true, ServerInfo.KEEPS_ALL, "whether it keeps its data is not known");

    private static final String KEEPS_ALL = "noeviction";
    private static final int OLDEST = 7;
    private static final Pattern FIELD = Pattern.compile("(?m)^(\\w+):(.*?)\\r?$");
    private static final Pattern MAJOR = Pattern.compile("^(\\d+)\\.");

    static ServerInfo parse(String info) {
        Map<String, String> fields = FIELD.matcher(info)
                .results()
                .collect(Collectors.toMap(field -> field.group(1), field -> field.group(2), (first, again) -> first));
        String redis = fields.getOrDefault("redis_version", "");
        String valkey = fields.get("valkey_version");
        // Valkey tells the version of Redis that it is compatible with: 7.2.4 since its first release, which is 7.2.
        Matcher major = MAJOR.matcher(redis);
        boolean isNewEnough = !major.find() || Integer.parseInt(major.group(1)) >= OLDEST;
        return new ServerInfo(
                valkey == null ? "Redis " + redis : "Valkey " + valkey,
                isNewEnough,
                fields.getOrDefault("maxmemory_policy", KEEPS_ALL),
                "1".equals(fields.get("aof_enabled"))
                        ? "kept in its append-only file"
                        : "without an append-only file: events may be lost when it ends");
    }

    /** Says why the bus does not work with the server, and what is needed; empty where it does. */
    Optional<String> unfit() {
        if (!isNewEnough) {
            return Optional.of(name + " is too old: Liveline needs Redis 7.0 or newer, or Valkey 7.2 or newer");
        }
        // Part of a topic gone is another topic: messages without their deletions, repeated ids without the first
        // answer.
        return evictionPolicy.equals(KEEPS_ALL)
                ? Optional.empty()
                : Optional.of(name
                        + " would drop parts of what it holds when its memory is full: set its maxmemory-policy to "
                        + KEEPS_ALL + ", it is " + evictionPolicy);
    }
}
