package io.liveline.bench.scenario;

import io.liveline.bench.load.CounterLoad;
import io.liveline.bench.load.CounterStreamClient;
import io.liveline.bench.measure.Memory;
import io.liveline.bench.measure.Window;
import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.server.Server;
import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.liveline.bench.util.Pause;
import io.vertx.core.json.JsonObject;

/** Scenario with 15,000 streams on counters that do not change. */
public final class CountersIdle implements Scenario {

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        target.mustBeOurs();
        int connections = options.number("connections", 15_000);
        try (Server server = servers.alone(target, "dashboard-service");
                GeneratorLoop net = new GeneratorLoop()) {
            CounterLoad counters = new CounterLoad(net, 20);
            counters.connect(server.port());
            Pause.seconds(3);
            Memory empty = Memory.of(server, servers, target);
            net.connect(
                    server.port(), connections, i -> new CounterStreamClient("/counters/stream?names=n*", counters));
            Pause.until("all streams have begun", 60, () -> net.on(() -> counters.tally.deliveries) >= connections);
            Pause.seconds(5);
            JsonObject figures = new Window(net, counters.tally, server.pids()).measure(options.number("seconds", 30));
            return figures.put("connections", connections)
                    .put("memory", Memory.of(server, servers, target).since(empty, connections));
        }
    }
}
