package io.liveline.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The document of {@link Scaling}: costs from the reports where there are any, assumed ones by name where there are none. */
final class ScalingText {

    private ScalingText() {}

    static void write(Path reports, Path document) {
        try {
            Files.writeString(document, text(Runs.read(reports)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Runs runs) {
        StringBuilder out =
                new StringBuilder("# Scaling\n\nWritten by the generator (`--scaling`) from its reports.\n\n"
                        + "| cost | | from |\n|---|---|---|\n");
        double delivery = cost(out, runs, "delivery, µs", "chat-one-room", "server_cpu.us_per_delivery", 12);
        double kib = cost(out, runs, "connection, KiB", "chat-idle", "memory.collected_rss_kib_per_connection", 8);
        double publish = cost(out, runs, "publish, µs", "publish-only", "server_cpu.us_per_delivery", 50);
        double stored = cost(out, runs, "publish at Redis, µs", "publish-only", "redis_us_per_delivery", 20);
        out.append(
                "| message from Redis, µs | 20 | **assumed** |\n| telling one replica at Redis, µs | 5 | **assumed** |\n| room on a replica, KiB | 4 | **assumed** |\n\n");
        Scaling costs = new Scaling(publish, delivery, 20, stored, 5, kib, 4);
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
        return out + "\nA replica listens only to topics of rooms it has members of, so Redis tells at most as many"
                + " replicas as a room has members; topics are spread over the shards by slot. One room cannot be split:"
                + " its publishes end at what one shard stores. Counters and presence are conflated, so their cost"
                + " follows the number of viewers and not that of changes.\n";
    }

    private static double cost(
            StringBuilder out, Runs runs, String says, String scenario, String figure, double assumed) {
        double measured = runs.median(scenario, Target.LIVELINE, figure);
        boolean known = measured > 0;
        double cost = known ? measured : assumed;
        out.append("| " + says + " | " + Runs.number(cost) + " | " + (known ? "`" + scenario + "`" : "**assumed**")
                + " |\n");
        return cost;
    }
}
