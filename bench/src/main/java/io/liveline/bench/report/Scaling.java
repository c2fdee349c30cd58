package io.liveline.bench.report;

/**
 * How many processes a load takes, from what each thing was measured to cost. Linear: what is not shared between
 * replicas adds up, and the memory and CPU that one may use bound it.
 *
 * @param publishMicros CPU of a replica to take and store one publish, µs
 * @param deliveryMicros CPU of a replica to send one message to one connection, µs
 * @param receiveMicros CPU of a replica to take one message from Redis for one of its rooms, µs
 * @param redisPublishMicros CPU of Redis to store one publish, µs
 * @param redisFanOutMicros CPU of Redis to tell one replica of it, µs
 * @param connectionKib memory of a connection, KiB
 * @param roomKib memory of a room on each replica that has members of it, KiB
 */
record Scaling(
        double publishMicros,
        double deliveryMicros,
        double receiveMicros,
        double redisPublishMicros,
        double redisFanOutMicros,
        double connectionKib,
        double roomKib) {

    // Half of a core is left for bursts and for the load of a replica that has died.
    private static final double USABLE_MICROS = 500_000;
    private static final int MOST_REPLICAS = 1 << 24;

    Scaling {
        if (deliveryMicros <= 0 || connectionKib <= 0 || redisPublishMicros < 0 || redisFanOutMicros < 0) {
            throw new IllegalArgumentException("A delivery and a connection cost something");
        }
    }

    /**
     * What comes in.
     *
     * @param connections how many
     * @param roomMembers members of a room
     * @param perSecond messages a second in a room
     */
    record Load(double connections, double roomMembers, double perSecond) {
        double rooms() {
            return connections / roomMembers;
        }

        double publishes() {
            return rooms() * perSecond;
        }
    }

    /** One replica: cores and memory for connections, GiB. */
    record Size(double cores, double gib) {}

    /** What it takes, and what the replicas run out of first. */
    record Plan(long replicas, long shards, double replicasOfARoom, String bound) {}

    /** The fewest replicas that carry the load; how many a room is spread over depends on how many there are. */
    Plan plan(Load load, Size size) {
        long low = 1;
        long high = MOST_REPLICAS;
        while (low < high) {
            long middle = (low + high) / 2;
            if (Math.max(cpu(load, size, middle), memory(load, size, middle)) <= 1) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        double spread = spread(load, low);
        double redis = load.publishes() * (redisPublishMicros + redisFanOutMicros * spread);
        String bound = cpu(load, size, low) >= memory(load, size, low) ? "CPU" : "memory";
        return new Plan(low, Math.max(1, (long) Math.ceil(redis / USABLE_MICROS)), spread, bound);
    }

    /** On how many of so many replicas a room has members when each member is on any of them. */
    static double spread(Load load, long replicas) {
        return replicas * (1 - Math.pow(1 - 1.0 / replicas, load.roomMembers()));
    }

    private double cpu(Load load, Size size, long replicas) {
        double each = publishMicros + deliveryMicros * load.roomMembers() + receiveMicros * spread(load, replicas);
        return load.publishes() * each / replicas / (size.cores() * USABLE_MICROS);
    }

    private double memory(Load load, Size size, long replicas) {
        double kib = load.connections() * connectionKib + load.rooms() * spread(load, replicas) * roomKib;
        return kib / replicas / (size.gib() * 1024 * 1024);
    }
}
