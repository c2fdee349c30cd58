package io.liveline.bench.scenario.chat;

import io.liveline.bench.load.ChatLoad;
import io.liveline.bench.measure.Window;
import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.scenario.Scenario;
import io.liveline.bench.server.Server;
import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.vertx.core.json.JsonObject;

/** Scenario of busy rooms in a closed loop: 1,000 members in 10 rooms, 16 messages in flight in each. */
public final class ChatRooms implements Scenario {

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        int connections = options.number("connections", 1000);
        int rooms = options.number("rooms", 10);
        int depth = options.number("depth", 16);
        int text = options.number("text-bytes", 128);
        try (Server server = servers.chat(target);
                GeneratorLoop net = new GeneratorLoop()) {
            ChatLoad chat = new ChatLoad(net, target, rooms, text, depth);
            if (options.values().containsKey("as-data")) {
                chat.asData();
            }
            chat.join(server.port(), connections);
            chat.run();
            JsonObject figures = new Window(net, chat.tally, server.pids()).measure(target, options);
            chat.stop();
            return figures.put("connections", connections)
                    .put("rooms", rooms)
                    .put("in_flight_a_room", depth)
                    .put("text_bytes", text);
        }
    }
}
