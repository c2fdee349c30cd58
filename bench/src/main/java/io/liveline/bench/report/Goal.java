package io.liveline.bench.report;

import java.util.List;
import java.util.Locale;

import io.liveline.bench.server.Target;

/**
 * Goal of a scenario.
 *
 * @param target target of the figure
 * @param says text of the goal
 * @param figure path of the figure in a report, with points
 * @param peer target whose figure divides this one; null if the figure itself counts
 * @param peerFigure path of the peer's figure, if it differs
 * @param limit bound of the figure
 * @param atMost true for an upper bound
 */
public record Goal(
        String scenario,
        Target target,
        String says,
        String figure,
        Target peer,
        String peerFigure,
        double limit,
        boolean atMost) {

    private static final String CPU = "server_cpu.us_per_delivery";
    private static final String RATE = "deliveries_per_s";
    private static final String RSS = "memory.rss_kib_per_connection";
    private static final String COLLECTED = "memory.collected_rss_kib_per_connection";
    private static final String CORES = "server_cpu.cores";
    private static final String P99 = "latency_ms.p99";

    public static final List<Goal> ALL = List.of(
            least("chat-rooms", "deliveries/s on a busy machine", RATE, 500_000),
            least("chat-rooms", "deliveries/s on a quiet machine", RATE, 900_000),
            most("chat-rooms", "× uWebSockets' CPU a delivery", CPU, Target.UWS, 1.3),
            most("chat-rooms", "× uWebSockets' CPU a delivery", CPU, Target.UWS, 1.0),
            least("chat-one-room", "deliveries/s: all of them, but for the clock's jitter", RATE, 99_000),
            most("chat-one-room", "× the floor's CPU a delivery", CPU, Target.FLOOR, 1.1),
            most("chat-rooms", "× Nchan's CPU a delivery", CPU, Target.NCHAN, 0.35),
            most("chat-rooms", "× Socket.IO's CPU a delivery", CPU, Target.SOCKETIO, 0.08),
            most("chat-fixed-rate", "× uWebSockets' p99", P99, Target.UWS, 1.2),
            most("chat-fixed-rate", "× Nchan's p99", P99, Target.NCHAN, 1.2),
            most("chat-fixed-rate", "× Socket.IO's p99", P99, Target.SOCKETIO, 1.2),
            least("sse-flat-out", "× Nchan's deliveries/s", RATE, Target.NCHAN, 2),
            least("polls-flat-out", "× Nchan's deliveries/s", RATE, Target.NCHAN, 1),
            most("sse-idle", "KiB of RSS a stream after a full collection", COLLECTED, 8),
            most("polls-idle", "KiB of RSS a parked poll after a full collection", COLLECTED, 8),
            most("chat-redis-latency", "× uWebSockets' p50", "latency_ms.p50", Target.UWS, 1),
            most("chat-redis-latency", "× Nchan's p50", "latency_ms.p50", Target.NCHAN, 1),
            most("chat-redis-latency", "× Socket.IO's p50", "latency_ms.p50", Target.SOCKETIO, 1),
            most("chat-redis-latency", "× the floor's p50", "latency_ms.p50", Target.FLOOR, 1.5),
            most("chat-redis-latency", "× the floor's p99", P99, Target.FLOOR, 1.5),
            most("chat-redis-latency", "× Nchan's p99", P99, Target.NCHAN, 1),
            most("chat-redis-latency", "× Socket.IO's p99", P99, Target.SOCKETIO, 1),
            least("chat-redis-flat-out", "× Nchan's deliveries/s", RATE, Target.NCHAN, 1.2),
            least("chat-redis-flat-out", "× Socket.IO's deliveries/s", RATE, Target.SOCKETIO, 1.2),
            most("increments", "× the Node service's CPU an increment", CPU, Target.NODE, 1),
            most("chat-one-room", "× uWebSockets' CPU a delivery", CPU, Target.UWS, 1.1),
            most("chat-one-room", "µs of user time a delivery", "server_cpu.user_us_per_delivery", 2),
            most("chat-idle", "KiB of RSS a connection", RSS, 10),
            most("chat-idle", "KiB of RSS a connection after a full collection", COLLECTED, 8),
            most("chat-redis-latency", "ms, p50", "latency_ms.p50", 0.9),
            most("chat-redis-latency", "ms, p99", P99, 4),
            most("chat-redis-latency", "× uWebSockets' p99", P99, Target.UWS, 1),
            least("chat-redis-flat-out", "deliveries/s", RATE, 150_000),
            new Goal(
                    "chat-redis-flat-out",
                    Target.LIVELINE,
                    "× uWebSockets' deliveries/s",
                    RATE,
                    Target.UWS,
                    RATE,
                    1.2,
                    false),
            most("counters-streams", "events/s a stream", "events_per_s_a_stream", 10.05),
            most("counters-streams", "ms until the newest value is seen, p99", P99, 150),
            new Goal(
                    "counters-streams",
                    Target.LIVELINE,
                    "× the floor's CPU an event, without what the increments cost",
                    "stream_us_per_delivery",
                    Target.FLOOR,
                    CPU,
                    1.5,
                    true),
            most("counters-idle", "KiB of RSS a stream", RSS, 10),
            most("counters-idle", "KiB of RSS a stream after a full collection", COLLECTED, 8),
            most("counters-idle", "cores for heartbeats", CORES, 0.05),
            least("increments", "increments/s one by one", "changes_per_s", 5000),
            least("increments-batched", "increments/s in batches of 100", "changes_per_s", 10_000),
            most("presence-polls", "ms until the newest set is seen, p99", P99, 250),
            most("presence-polls", "µs of CPU an answered poll", CPU, 60),
            most("presence-idle", "KiB of RSS a parked poll", RSS, 10),
            most("presence-idle", "KiB of RSS a parked poll after a full collection", COLLECTED, 8),
            most("presence-idle", "cores for renewing them", CORES, 0.15),
            most("slow-consumers", "× uWebSockets' growth of RSS", "rss_grown_mib", Target.UWS, 1),
            most("slow-consumers", "× uWebSockets' p99 of those who read", P99, Target.UWS, 1.2),
            startUp(Target.NATIVE, 60),
            startUp(Target.AOT, 700),
            least("heartbeats", "heartbeats/s", "changes_per_s", 5000));

    /** Returns one line with the goal, the result, and the verdict. */
    public String verdict(Runs runs) {
        double reached = runs.median(scenario, target, figure);
        if (peer != null) {
            reached /= runs.median(scenario, peer, peerFigure);
        }
        if (Double.isNaN(reached)) {
            return null;
        }
        boolean met = atMost ? reached <= limit : reached >= limit;
        return String.format(
                Locale.ROOT,
                "| %s %s %s | %s | %s | %s |",
                atMost ? "at most" : "at least",
                Runs.number(limit),
                says,
                reader(),
                Runs.number(reached),
                met ? "met" : "**missed**");
    }

    /** Returns the audience that decides by this goal. */
    private String reader() {
        if (peer == Target.FLOOR) {
            return "maintainers";
        }
        if (peer != null) {
            return "teams that compare";
        }
        return figure.startsWith("latency_ms") ? "users" : "operators";
    }

    private static Goal startUp(Target target, double millis) {
        String says = "ms until `chat-service` answers, " + target.label();
        return new Goal("start-up", target, says, "first_answer_ms.chat-service", null, null, millis, true);
    }

    private static Goal least(String scenario, String says, String figure, double limit) {
        return new Goal(scenario, Target.LIVELINE, says, figure, null, null, limit, false);
    }

    private static Goal least(String scenario, String says, String figure, Target peer, double limit) {
        return new Goal(scenario, Target.LIVELINE, says, figure, peer, figure, limit, false);
    }

    private static Goal most(String scenario, String says, String figure, double limit) {
        return new Goal(scenario, Target.LIVELINE, says, figure, null, null, limit, true);
    }

    private static Goal most(String scenario, String says, String figure, Target peer, double limit) {
        return new Goal(scenario, Target.LIVELINE, says, figure, peer, figure, limit, true);
    }
}
