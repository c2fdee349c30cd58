package io.liveline.bench;

import io.vertx.core.json.JsonObject;

/** One room of 5,000 in which 20 messages a second are posted: there is nothing to batch. */
final class ChatOneRoom implements Scenario {

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        int connections = options.number("connections", 5000);
        int rate = options.number("rate", 20);
        int depth = options.number("depth", 4);
        int text = options.number("text-bytes", 128);
        try (Server server = servers.chat(target);
                Net net = new Net()) {
            Chat chat = new Chat(net, target, 1, text, depth);
            chat.join(server.port(), connections);
            JsonObject figures = chat.measure(new Window(net, chat.tally, server.pids()), rate, target, options);
            chat.stop();
            return figures.put("connections", connections)
                    .put("messages_per_s", rate)
                    .put("text_bytes", text);
        }
    }
}
