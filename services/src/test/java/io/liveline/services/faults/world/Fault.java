package io.liveline.services.faults.world;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Something that breaks.
 *
 * @param at how long after the beginning
 * @param kind what
 * @param part to which service it happens, where it happens to one
 * @param length for how long, where it lasts
 * @param strength anything, for what else there is to choose
 */
public record Fault(Duration at, Kind kind, ServiceName part, Duration length, int strength) {

    /** What can break. */
    public enum Kind {
        /** A replica is gone at once, and another comes. */
        REPLICA_KILLED,
        /** A replica is asked to end, and another comes. */
        REPLICA_TERMINATED,
        /** A replica that is not killed in this world stands still for a while. */
        REPLICA_FROZEN,
        /** Redis stands still for a while. */
        REDIS_FROZEN,
        /** Redis is gone at once, and comes back with its data. */
        REDIS_KILLED,
        /** Redis can write nothing more, and ends; it comes back when there is room. */
        REDIS_DISK_FULL,
        /** The connections that hear of what is published are cut. */
        PUBSUB_KILLED,
        /** All connections between the services and Redis are cut. */
        REDIS_CUT,
        /** What goes between the services and Redis takes long. */
        REDIS_SLOW,
        /** All connections of the clients of a service are cut. */
        CLIENTS_CUT,
        /** What goes between the clients and a service takes long. */
        CLIENTS_SLOW,
        /** Nothing goes between the clients and a service. */
        CLIENTS_STALLED,
        /** The clocks of some clients jump. */
        CLOCKS_JUMP
    }

    /**
     * What breaks when.
     *
     * @param seed the same one gives the same faults
     * @param kinds of these; of each one at least, if there is time
     * @param within they begin within this time
     * @param pause the longest time between the beginnings of two
     * @param shortest of what lasts
     * @param longest of what lasts
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
            ServiceName part = ServiceName.values()[random.nextInt(ServiceName.values().length)];
            Duration length = shortest.plusMillis(
                    random.nextInt((int) longest.minus(shortest).toMillis() + 1));
            faults.add(new Fault(Duration.ofMillis(at), kind, part, length, random.nextInt(1000)));
            at += pause.toMillis() / 4 + random.nextInt((int) pause.toMillis() * 3 / 4);
        }
        return List.copyOf(faults);
    }

    @Override
    public String toString() {
        return "%.1f s: %s %s for %.1f s (%d)"
                .formatted(at.toMillis() / 1000.0, kind, part, length.toMillis() / 1000.0, strength);
    }
}
