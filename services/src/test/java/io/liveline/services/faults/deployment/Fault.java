package io.liveline.services.faults.deployment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Fault to inject.
 *
 * @param at time after the start of the cycle
 * @param kind kind of the fault
 * @param service affected service, if the fault affects a service
 * @param length duration of the fault, if it lasts
 * @param strength random number for any other choice
 */
public record Fault(Duration at, Kind kind, ServiceName service, Duration length, int strength) {

    /** Kind of a fault. */
    public enum Kind {
        /** A replica is killed, and another one starts. */
        REPLICA_KILLED,
        /** A replica receives SIGTERM, and another one starts. */
        REPLICA_TERMINATED,
        /** The replica that no fault kills is suspended for a while. */
        REPLICA_FROZEN,
        /** Redis is suspended for a while. */
        REDIS_FROZEN,
        /** Redis is killed, and restarts with its data. */
        REDIS_KILLED,
        /** Redis cannot write to its disk, and ends; it restarts when the disk has room. */
        REDIS_DISK_FULL,
        /** The pub/sub connections of Redis are closed. */
        PUBSUB_KILLED,
        /** Every connection between the services and Redis is closed. */
        REDIS_CUT,
        /** Data between the services and Redis is delayed. */
        REDIS_SLOW,
        /** Every connection between the clients and a service is closed. */
        CLIENTS_CUT,
        /** Data between the clients and a service is delayed. */
        CLIENTS_SLOW,
        /** No data passes between the clients and a service. */
        CLIENTS_STALLED,
        /** The clocks of some clients move. */
        CLOCKS_JUMP
    }

    /**
     * Draws a random list of faults.
     *
     * @param seed seed of the random numbers; the same seed returns the same faults
     * @param kinds kinds to draw from; each kind occurs at least once if the time allows it
     * @param within time within which all faults start
     * @param pause maximum time between the starts of two faults
     * @param shortest minimum duration of a fault
     * @param longest maximum duration of a fault
     */
    public static List<Fault> draw(
            long seed, List<Kind> kinds, Duration within, Duration pause, Duration shortest, Duration longest) {
        Random random = new Random(seed);
        List<Kind> bag = new ArrayList<>();
        List<Fault> faults = new ArrayList<>();
        long at = 500;
        while (at < within.toMillis()) {
            if (bag.isEmpty()) {
                bag.addAll(kinds);
            }
            Kind kind = bag.remove(random.nextInt(bag.size()));
            ServiceName service = ServiceName.values()[random.nextInt(ServiceName.values().length)];
            Duration length = shortest.plusMillis(
                    random.nextInt((int) longest.minus(shortest).toMillis() + 1));
            faults.add(new Fault(Duration.ofMillis(at), kind, service, length, random.nextInt(1000)));
            at += pause.toMillis() / 4 + random.nextInt((int) pause.toMillis() * 3 / 4);
        }
        return List.copyOf(faults);
    }

    @Override
    public String toString() {
        return "%.1f s: %s %s for %.1f s (%d)"
                .formatted(at.toMillis() / 1000.0, kind, service, length.toMillis() / 1000.0, strength);
    }
}
