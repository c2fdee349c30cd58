package io.liveline.bench.scenario;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.liveline.bench.load.ChatLoad;
import io.liveline.bench.load.CounterLoad;
import io.liveline.bench.load.CounterStreamClient;
import io.liveline.bench.load.Payload;
import io.liveline.bench.measure.Window;
import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.server.Server;
import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.liveline.bench.util.Pause;
import io.vertx.core.json.JsonObject;

/**
 * Scenario with 1,000 streams on 20 counters, with 2,000 increments a second in total. The floor writes as many bytes.
 */
public final class CountersStreams implements Scenario {

    private static final double EVENTS_A_SECOND = 10;

    // Size of an event in the last run: the floor writes as many bytes.
    private int eventBytes = 1500;

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        int connections = options.number("connections", 1000);
        return target == Target.FLOOR
                ? floor(target, connections, servers, options)
                : streams(target, connections, servers, options);
    }

    private JsonObject streams(Target target, int connections, Servers servers, Options options) {
        int rate = options.number("rate", 2000);
        try (Server server = servers.alone(target, "dashboard-service");
                GeneratorLoop net = new GeneratorLoop()) {
            CounterLoad counters = new CounterLoad(net, options.number("counters", 20));
            counters.connect(server.port());
            counters.pace(rate);
            // The cost of the increments alone is subtracted from that of the streams.
            Pause.seconds(options.number("warm-up", target.warmUpSeconds()));
            JsonObject alone = new Window(net, counters.tally, server.pids()).measure(options.number("seconds", 10));
            String names = IntStream.range(0, counters.count())
                    .mapToObj(CounterLoad::name)
                    .collect(Collectors.joining(","));
            net.connect(
                    server.port(),
                    connections,
                    i -> new CounterStreamClient("/counters/stream?names=" + names, counters));
            JsonObject figures = new Window(net, counters.tally, server.pids()).measure(target, options);
            eventBytes = figures.getInteger("bytes_per_delivery");
            double increments = cores(alone);
            return figures.put("streams", connections)
                    .put("increments_per_s", rate)
                    .put("cores_for_increments_alone", increments)
                    .put(
                            "stream_us_per_delivery",
                            (cores(figures) - increments) * 1e6 / figures.getLong("deliveries_per_s"))
                    .put("events_per_s_a_stream", figures.getDouble("deliveries_per_s") / connections);
        }
    }

    private static double cores(JsonObject figures) {
        return figures.getJsonObject("server_cpu").getDouble("cores");
    }

    private JsonObject floor(Target target, int connections, Servers servers, Options options) {
        int envelope = Payload.post(Target.FLOOR, "r0", 0, 0, 128).length - 128;
        try (Server server = servers.chat(Target.FLOOR);
                GeneratorLoop net = new GeneratorLoop()) {
            ChatLoad chat = new ChatLoad(net, Target.FLOOR, 1, Math.max(128, eventBytes - envelope), 0);
            chat.join(server.port(), connections);
            chat.pace(EVENTS_A_SECOND);
            JsonObject figures = new Window(net, chat.tally, server.pids()).measure(target, options);
            chat.stop();
            return figures.put("streams", connections);
        }
    }
}
