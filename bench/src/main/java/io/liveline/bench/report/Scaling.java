package io.liveline.bench.report;

/**
 * Linear model of the number of processes for a load, from measured costs. Costs that replicas do not share add up; the
 * memory and the CPU of one replica are its limits.
 *
 * @param publishMicros CPU of a replica to accept and store one publish, µs
 * @param deliveryMicros CPU of a replica to send one message to one connection, µs
 * @param receiveMicros CPU of a replica to receive one message from Redis for one of its rooms, µs
 * @param redisPublishMicros CPU of Redis to store one publish, µs
 * @param redisFanOutMicros CPU of Redis to deliver it to one replica, µs
 * @param connectionKib memory of a connection, KiB
 * @param roomKib memory of a room on each replica with members of it, KiB
 */
record Scaling(
        double publishMicros,
        double deliveryMicros,
        double receiveMicros,
        double redisPublishMicros,
        double redisFanOutMicros,
        double connectionKib,
        double roomKib) {

    // Half of a core is reserved for bursts and for the load of a replica that died.
    private static final double USABLE_MICROS = 500_000;
    private static final int MOST_REPLICAS = 1 << 24;

    Scaling {
        if (deliveryMicros <= 0 || connectionKib <= 0 || redisPublishMicros < 0 || redisFanOutMicros < 0) {
            throw new IllegalArgumentException("A delivery and a connection cost something");
        }
    }

    /**
     * Load.
     *
     * @param connections number of connections
     * @param roomMembers members of each room
     * @param perSecond messages a second in each room
     */
    record Load(double connections, double roomMembers, double perSecond) {
        double rooms() {
            return connections / roomMembers;
        }

        double publishes() {
            return rooms() * perSecond;
        }
    }

    /** Size of one replica: cores, and memory for connections in GiB. */
    record Size(double cores, double gib) {}

    /** Required processes, and the resource that limits the replicas. */
    record Plan(long replicas, long shards, double replicasOfARoom, String bound) {}

    /** Returns the smallest number of replicas for a load. It affects over how many replicas a room is spread. */
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

    /** Returns the expected number of replicas with members of a room, if each member is on a random one. */
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
