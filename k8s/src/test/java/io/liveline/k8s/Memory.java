package io.liveline.k8s;

import java.util.Map;

/** Memory that a replica needs when it has all the connections that it accepts, as measured in containers. */
final class Memory {

    private static final long MIB = 1L << 20;
    private static final long KIB = 1L << 10;

    /**
     * Memory of a replica.
     *
     * @param base bytes without connections
     * @param perConnection bytes of each idle connection
     */
    private record Need(long base, long perConnection) {

        long with(long connections) {
            return base + connections * perConnection;
        }
    }

    /** JVM with the flags of its image: 271 MiB with 10,000 connections, 378 MiB with 19,000. */
    private static final Need JVM = new Need(130 * MIB, 14 * KIB);

    /** Native executable: killed at 256 MiB with 11,000 connections, at most 448 MiB with 19,000. */
    private static final Need EXECUTABLE = new Need(40 * MIB, 23 * KIB);

    private Memory() {}

    /** Returns the bytes that a replica of this Deployment needs with the connections of its configuration. */
    static long needed(Thing deployment, Map<String, String> environment) {
        String image = deployment.text("spec", "template", "spec", "containers", 0, "image");
        Need need = String.valueOf(image).contains("-native") ? EXECUTABLE : JVM;
        return need.with(Configuration.connections(deployment.name(), environment));
    }
}
