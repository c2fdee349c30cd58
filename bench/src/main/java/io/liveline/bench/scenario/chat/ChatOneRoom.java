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

/** Scenario of one room with 5,000 members and 20 messages a second: nothing can be batched. */
public final class ChatOneRoom implements Scenario {

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        int connections = options.number("connections", 5000);
        int rate = options.number("rate", 20);
        int depth = options.number("depth", 4);
        int text = options.number("text-bytes", 128);
        try (Server server = servers.chat(target);
                GeneratorLoop net = new GeneratorLoop()) {
            ChatLoad chat = new ChatLoad(net, target, 1, text, depth);
            if (options.values().containsKey("as-data")) {
                chat.asData();
            }
            chat.join(server.port(), connections);
            JsonObject figures = chat.measure(new Window(net, chat.tally, server.pids()), rate, target, options);
            chat.stop();
            return figures.put("connections", connections)
                    .put("messages_per_s", rate)
                    .put("text_bytes", text);
        }
    }
}
