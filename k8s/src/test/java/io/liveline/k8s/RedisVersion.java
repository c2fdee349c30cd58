package io.liveline.k8s;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Oldest version of each line of Redis that may be deployed: those before it have known security holes. */
final class RedisVersion {

    /**
     * Oldest patch of each line with the fixes of August 2026 (CVE-2026-81934), of July 2026 (remote code execution by
     * authenticated users), of CVE-2025-49844 and of CVE-2025-21605. A line that is not listed has no such patch, or
     * is newer than this list. Raise a number, and the tag in {@code base/kustomization.yaml}, with the next advisory.
     */
    private static final Map<String, Integer> OLDEST_PATCH =
            Map.of("7.2", 16, "7.4", 11, "8.2", 9, "8.4", 6, "8.6", 6, "8.8", 2, "8.10", 1);

    private static final Pattern IMAGE = Pattern.compile(".*/redis:(\\d+\\.\\d+)\\.(\\d+)(-.*)?");

    private RedisVersion() {}

    /** Returns whether an image is a Redis without known holes. */
    static boolean isFixed(String image) {
        Matcher version = IMAGE.matcher(image);
        return version.matches()
                && Integer.parseInt(version.group(2)) >= OLDEST_PATCH.getOrDefault(version.group(1), Integer.MAX_VALUE);
    }
}
