package io.liveline.bench.scenario.chat;

import io.liveline.bench.load.ChatLoad;
import io.liveline.bench.measure.Memory;
import io.liveline.bench.measure.Window;
import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.scenario.Scenario;
import io.liveline.bench.server.Server;
import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.liveline.bench.util.Pause;
import io.vertx.core.json.JsonObject;

/** Scenario with 15,000 members of silent rooms: memory of a connection, and CPU of heartbeats. */
public final class ChatIdle implements Scenario {

    private final int rooms;

    public ChatIdle(int rooms) {
        this.rooms = rooms;
    }

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        int connections = options.number("connections", 15_000);
        try (Server server = servers.chat(target);
                GeneratorLoop net = new GeneratorLoop()) {
            ChatLoad chat = new ChatLoad(net, target, options.number("rooms", rooms), 128, 0);
            Pause.seconds(3);
            Memory empty = Memory.of(server, servers, target);
            chat.join(server.port(), connections);
            Pause.seconds(5);
            // Measured before the full collection, over more than one heartbeat of each connection.
            JsonObject figures = new Window(net, chat.tally, server.pids()).measure(options.number("seconds", 30));
            return figures.put("connections", connections)
                    .put("memory", Memory.of(server, servers, target).since(empty, connections));
        }
    }
}
