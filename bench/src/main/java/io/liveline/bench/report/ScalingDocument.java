package io.liveline.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

import io.liveline.bench.server.Target;

/**
 * Document of {@link Scaling}: costs from the reports, and named assumptions where there is no report.
 */
public final class ScalingDocument {

    private static final String MEMORY = "memory.collected_rss_kib_per_connection";

    private ScalingDocument() {}

    public static void write(Path reports, Path document) {
        try {
            Files.writeString(document, text(Runs.read(reports)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Runs runs) {
        StringBuilder out = new StringBuilder(
                "# Scaling\n\nFor operators who plan capacity. `bench/run` writes this page from its reports.\n\n"
                        + "| cost | | from |\n|---|---|---|\n");
        double delivery = cost(out, runs, "delivery, µs", "chat-one-room", "server_cpu.us_per_delivery", 12);
        double kib = cost(out, runs, "connection, KiB", "chat-idle", MEMORY, 8);
        // From rooms in which hardly two clients post at once: posts in one room would share a call to Redis.
        double publish = cost(out, runs, "publish, µs", "publish-only-many-rooms", "server_cpu.us_per_delivery", 50);
        double stored = cost(out, runs, "publish at Redis, µs", "publish-only-many-rooms", "redis_us_per_delivery", 20);
        // The cost of each further replica.
        double receive = cost(out, "message from Redis, µs", "replicas-1, -4", slope(runs, "cpu_us_per_publish"), 20);
        double fanOut = cost(
                out, "notifying one replica at Redis, µs", "replicas-1, -4", slope(runs, "redis_us_per_publish"), 5);
        double crowded = runs.median("chat-idle", Target.LIVELINE, MEMORY);
        double alone = runs.median("rooms-idle", Target.LIVELINE, MEMORY);
        double room = cost(out, "room on a replica, KiB", "rooms-idle", alone - crowded, 4);
        out.append('\n');
        Scaling costs = new Scaling(publish, delivery, receive, stored, fanOut, kib, room);
        measured(out, runs, costs);
        out.append("Replicas of 2 cores and 4 GiB for connections, half of every core left free; a message every ten"
                + " seconds a room.\n\n| connections | members a room | replicas | shards | replicas a room is on |"
                + " bound by |\n|---|---|---|---|---|---|\n");
        for (double connections : List.of(1e4, 1e6, 1e8)) {
            for (double members : List.of(10.0, 1000.0)) {
                Scaling.Plan plan = costs.plan(new Scaling.Load(connections, members, 0.1), new Scaling.Size(2, 4));
                out.append(String.format(
                        Locale.ROOT,
                        "| %,.0f | %,.0f | %,d | %,d | %.1f | %s |%n",
                        connections,
                        members,
                        plan.replicas(),
                        plan.shards(),
                        plan.replicasOfARoom(),
                        plan.bound()));
            }
        }
        return out
                + "\nA replica subscribes only to topics of rooms in which it has members, so Redis"
                + " notifies at most as many"
                + " replicas as a room has members; topics are spread over the shards by slot. One"
                + " room cannot be split:"
                + " one shard bounds its publishes. Counters and presence are conflated, so their cost"
                + " follows the number of viewers and not that of changes.\n";
    }

    /** Writes the prediction for few replicas next to the measurement. */
    private static void measured(StringBuilder out, Runs runs, Scaling costs) {
        out.append("1,000 connections in 10 rooms, 500 messages a second, every room on every replica, one Redis. The"
                + " prediction uses the costs above, most of which were measured under other loads; it"
                + " leaves out the cost of an"
                + " idle process.\n\n"
                + "| replicas | CPU a publish, all replicas, µs: predicted | measured | Redis a publish, µs: predicted |"
                + " measured | CPU a delivery, µs | p50, ms | p99, ms |\n|---|---|---|---|---|---|---|---|\n");
        for (int replicas : List.of(1, 2, 4)) {
            String scenario = "replicas-" + replicas;
            double perPublish = runs.median(scenario, Target.LIVELINE, "cpu_us_per_publish");
            if (Double.isNaN(perPublish)) {
                out.append("| " + replicas + " | not measured | | | | | | |\n");
                continue;
            }
            double foretold = costs.publishMicros() + 100 * costs.deliveryMicros() + replicas * costs.receiveMicros();
            double redis = costs.redisPublishMicros() + replicas * costs.redisFanOutMicros();
            out.append("| " + replicas + " | " + Runs.number(foretold) + " | " + Runs.number(perPublish) + " | "
                    + Runs.number(redis));
            for (String figure :
                    List.of("redis_us_per_publish", "server_cpu.us_per_delivery", "latency_ms.p50", "latency_ms.p99")) {
                out.append(" | " + runs.cell(scenario, Target.LIVELINE, figure));
            }
            out.append(" |\n");
        }
        out.append("\nThe prediction of CPU is within a third. Redis uses several times the prediction"
                + " for a publish: the cost above is"
                + " that of a busy Redis, and here it sleeps between messages. So the table"
                + " below counts full shards.\n\n");
    }

    private static double cost(
            StringBuilder out, Runs runs, String says, String scenario, String figure, double assumed) {
        return cost(out, says, scenario, runs.median(scenario, Target.LIVELINE, figure), assumed);
    }

    /** Returns the increase of a figure with one more replica. */
    private static double slope(Runs runs, String figure) {
        double one = runs.median("replicas-1", Target.LIVELINE, figure);
        return (runs.median("replicas-4", Target.LIVELINE, figure) - one) / 3;
    }

    private static double cost(StringBuilder out, String says, String scenario, double measured, double assumed) {
        boolean known = measured > 0;
        double cost = known ? measured : assumed;
        out.append("| " + says + " | " + Runs.number(cost) + " | " + (known ? "`" + scenario + "`" : "**assumed**")
                + " |\n");
        return cost;
    }
}
