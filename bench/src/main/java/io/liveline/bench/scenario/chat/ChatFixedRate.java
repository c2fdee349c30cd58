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

/** Scenario with 300 messages a second at fixed times to 1,000 members in 10 rooms: 30,000 deliveries a second. */
public final class ChatFixedRate implements Scenario {

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        int connections = options.number("connections", 1000);
        int rooms = options.number("rooms", 10);
        int rate = options.number("rate", 300);
        int depth = options.number("depth", 16);
        int text = options.number("text-bytes", 128);
        try (Server server = servers.chat(target);
                GeneratorLoop net = new GeneratorLoop()) {
            ChatLoad chat = new ChatLoad(net, target, rooms, text, depth);
            if (options.values().containsKey("as-data")) {
                chat.asData();
            }
            chat.join(server.port(), connections);
            JsonObject figures = chat.measure(new Window(net, chat.tally, server.pids()), rate, target, options);
            chat.stop();
            return figures.put("connections", connections)
                    .put("rooms", rooms)
                    .put("messages_per_s", rate)
                    .put("text_bytes", text);
        }
    }
}
