package io.liveline.bus.redis.connection;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Facts about a server, from its {@code INFO}.
 *
 * @param name product and version, such as {@code Valkey 8.1.1}; {@code Redis} if the server does not report them
 * @param isNewEnough true for Redis 7.0, Valkey 7.2 and newer, and if the server does not report its version
 * @param evictionPolicy {@code maxmemory-policy}, which applies when the server's memory is full
 * @param durability text for people that says whether data outlives the server
 */
public record ServerInfo(String name, boolean isNewEnough, String evictionPolicy, String durability) {

    /** Facts about a server whose user may not call {@code INFO}. */
    static final ServerInfo UNKNOWN = new ServerInfo("Redis", true, ServerInfo.KEEPS_ALL, "durability unknown");

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
        // Valkey also reports the version of Redis that it is compatible with: 7.2.4 since its first release, 7.2.
        Matcher major = MAJOR.matcher(redis);
        boolean isNewEnough = !major.find() || Integer.parseInt(major.group(1)) >= OLDEST;
        return new ServerInfo(
                valkey == null ? "Redis " + redis : "Valkey " + valkey,
                isNewEnough,
                fields.getOrDefault("maxmemory_policy", KEEPS_ALL),
                "1".equals(fields.get("aof_enabled"))
                        ? "kept in its append-only file"
                        : "without an append-only file: events may be lost when it stops");
    }

    /** Returns why the server is incompatible and what is needed, or empty if it is compatible. */
    Optional<String> incompatibility() {
        if (!isNewEnough) {
            return Optional.of(name + " is too old: Liveline needs Redis 7.0 or newer, or Valkey 7.2 or newer");
        }
        // A topic with evicted keys is inconsistent: messages without their deletions, repeated ids without the first
        // answer.
        return evictionPolicy.equals(KEEPS_ALL)
                ? Optional.empty()
                : Optional.of(name + " would evict keys when its memory is full: set its maxmemory-policy to "
                        + KEEPS_ALL + ", it is " + evictionPolicy);
    }
}
