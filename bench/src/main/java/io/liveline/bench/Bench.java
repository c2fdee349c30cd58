package io.liveline.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.liveline.bench.measure.Machine;
import io.liveline.bench.report.ScalingDocument;
import io.liveline.bench.report.SummaryDocument;
import io.liveline.bench.scenario.CountersIdle;
import io.liveline.bench.scenario.CountersStreams;
import io.liveline.bench.scenario.PresencePolls;
import io.liveline.bench.scenario.Requests;
import io.liveline.bench.scenario.Scenario;
import io.liveline.bench.scenario.StartUp;
import io.liveline.bench.scenario.chat.ChatFixedRate;
import io.liveline.bench.scenario.chat.ChatIdle;
import io.liveline.bench.scenario.chat.ChatOneRoom;
import io.liveline.bench.scenario.chat.ChatReaders;
import io.liveline.bench.scenario.chat.ChatRedis;
import io.liveline.bench.scenario.chat.ChatRooms;
import io.liveline.bench.scenario.chat.JoinStorm;
import io.liveline.bench.scenario.chat.Posts;
import io.liveline.bench.scenario.chat.Replicas;
import io.liveline.bench.scenario.chat.SlowConsumers;
import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.vertx.core.json.JsonObject;

/** Load generator: {@code Bench <scenario>... [--key=value]...} prints one line of JSON for each run. */
public final class Bench {

    private static final Map<String, Scenario> SCENARIOS = new TreeMap<>(Map.ofEntries(
            Map.entry("chat-rooms", new ChatRooms()),
            Map.entry("chat-one-room", new ChatOneRoom()),
            Map.entry("chat-idle", new ChatIdle(150)),
            Map.entry("rooms-idle", new ChatIdle(15_000)),
            Map.entry("chat-redis-latency", new ChatRedis(false)),
            Map.entry("chat-redis-flat-out", new ChatRedis(true)),
            Map.entry("chat-fixed-rate", new ChatFixedRate()),
            Map.entry("sse-fixed-rate", ChatReaders.busy(true, 100)),
            Map.entry("sse-flat-out", ChatReaders.busy(true, 0)),
            Map.entry("sse-idle", ChatReaders.idle(true)),
            Map.entry("polls-fixed-rate", ChatReaders.busy(false, 100)),
            Map.entry("polls-flat-out", ChatReaders.busy(false, 0)),
            Map.entry("polls-idle", ChatReaders.idle(false)),
            Map.entry("counters-streams", new CountersStreams()),
            Map.entry("counters-idle", new CountersIdle()),
            Map.entry("increments", Requests.increments()),
            Map.entry("increments-batched", Requests.batches()),
            Map.entry("presence-polls", new PresencePolls(false)),
            Map.entry("presence-idle", new PresencePolls(true)),
            Map.entry("replicas-1", new Replicas(1)),
            Map.entry("replicas-2", new Replicas(2)),
            Map.entry("replicas-4", new Replicas(4)),
            Map.entry("join-storm", new JoinStorm()),
            Map.entry("publish-only", new Posts(10)),
            Map.entry("publish-only-one-room", new Posts(1)),
            Map.entry("publish-only-many-rooms", new Posts(1_000)),
            Map.entry("slow-consumers", new SlowConsumers()),
            Map.entry("start-up", new StartUp()),
            Map.entry("heartbeats", Requests.heartbeats())));

    private Bench() {}

    /**
     * Runs scenarios.
     *
     * @param arguments see {@code bench/README.md}
     */
    public static void main(String... arguments) {
        Options options = Options.of(arguments);
        if (options.values().containsKey("summary")) {
            SummaryDocument.write(
                    Path.of(options.text("summary", "")), Path.of(options.text("out", "docs/benchmarks.md")));
            return;
        }
        if (options.values().containsKey("scaling")) {
            ScalingDocument.write(
                    Path.of(options.text("scaling", "")), Path.of(options.text("out", "docs/scaling.md")));
            return;
        }
        if (options.scenarios().isEmpty() || !SCENARIOS.keySet().containsAll(options.scenarios())) {
            System.err.println("Scenarios: " + String.join(" ", SCENARIOS.keySet()));
            System.exit(2);
        }
        Servers servers = new Servers(options);
        List<String> targets = List.of(options.text("targets", "liveline").split(","));
        boolean allWell = true;
        for (String scenario : options.scenarios()) {
            for (int repeat = 1; repeat <= options.number("repeat", 1); repeat++) {
                // Interleaved, so that other work on the machine affects all targets.
                for (String target : targets) {
                    allWell &= run(scenario, Target.of(target), servers, options, repeat);
                }
            }
        }
        System.exit(allWell ? 0 : 1);
    }

    /** Returns true if it could be measured. */
    private static boolean run(String scenario, Target target, Servers servers, Options options, int repeat) {
        double load = Machine.load();
        JsonObject line = new JsonObject()
                .put("scenario", scenario)
                .put("target", target.label())
                .put("repeat", repeat)
                .put("at", java.time.Instant.now().toString());
        try {
            line.put("figures", SCENARIOS.get(scenario).run(target, servers, options));
        } catch (Exception e) {
            // Netty throws undeclared checked exceptions.
            line.put("failed", e.toString());
        }
        line.put("machine", Machine.describe()).put("load_before", load).put("versions", servers.versions(target));
        System.out.println(line.encode());
        return !line.containsKey("failed");
    }
}
