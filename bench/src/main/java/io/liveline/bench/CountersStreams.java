package io.liveline.bench;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.vertx.core.json.JsonObject;

/** 1,000 streams on 20 counters, which together get 2,000 increments a second. The floor writes as many bytes as often. */
final class CountersStreams implements Scenario {

    private static final double EVENTS_A_SECOND = 10;

    // What an event of the last run weighed: the floor writes the same.
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
                Net net = new Net()) {
            Counters counters = new Counters(net, options.number("counters", 20));
            counters.connect(server.port());
            counters.pace(rate);
            // What the increments cost alone is not the streams'.
            Pause.seconds(options.number("warm-up", target.warmUpSeconds()));
            JsonObject alone = new Window(net, counters.tally, server.pids()).measure(options.number("seconds", 10));
            String names = IntStream.range(0, counters.count())
                    .mapToObj(Counters::name)
                    .collect(Collectors.joining(","));
            net.connect(
                    server.port(), connections, i -> new CounterStream("/counters/stream?names=" + names, counters));
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
                Net net = new Net()) {
            Chat chat = new Chat(net, Target.FLOOR, 1, Math.max(128, eventBytes - envelope), 0);
            chat.join(server.port(), connections);
            chat.pace(EVENTS_A_SECOND);
            JsonObject figures = new Window(net, chat.tally, server.pids()).measure(target, options);
            chat.stop();
            return figures.put("streams", connections);
        }
    }
}
