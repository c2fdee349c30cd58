package io.liveline.bench.scenario.chat;

import io.liveline.bench.load.ChatLoad;
import io.liveline.bench.measure.Window;
import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.scenario.Scenario;
import io.liveline.bench.server.Server;
import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.liveline.bench.util.Pause;
import io.vertx.core.json.JsonObject;

/** Scenario in which 5,000 members of 10 rooms join at once, as after a failure, repeated until servers are warm. */
public final class JoinStorm implements Scenario {

    private static final int STORMS = 4;

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        int connections = options.number("connections", 5000);
        try (Server server = servers.chat(target)) {
            JsonObject first = storm(target, server, connections, options);
            JsonObject last = first;
            for (int i = 1; i < options.number("storms", STORMS); i++) {
                // The members of the last round are closed first.
                Pause.seconds(2);
                last = storm(target, server, connections, options);
            }
            // A delivery in this scenario is a joined member.
            return last.put("connections", connections)
                    .put("all_joined_s", last.getDouble("seconds"))
                    .put("all_joined_cold_s", first.getDouble("seconds"));
        }
    }

    private static JsonObject storm(Target target, Server server, int connections, Options options) {
        try (GeneratorLoop net = new GeneratorLoop()) {
            ChatLoad chat = new ChatLoad(net, target, options.number("rooms", 10), 128, 0);
            return new Window(net, chat.tally, server.pids()).during(() -> {
                chat.join(server.port(), connections);
                net.on(() -> chat.tally.deliveries = connections);
            });
        }
    }
}
