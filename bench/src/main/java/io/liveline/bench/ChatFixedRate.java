package io.liveline.bench;

import io.vertx.core.json.JsonObject;

/** 300 messages a second at fixed times to 1,000 members in 10 rooms: 30,000 deliveries a second. */
final class ChatFixedRate implements Scenario {

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        int connections = options.number("connections", 1000);
        int rooms = options.number("rooms", 10);
        int rate = options.number("rate", 300);
        int depth = options.number("depth", 16);
        int text = options.number("text-bytes", 128);
        try (Server server = servers.chat(target);
                Net net = new Net()) {
            Chat chat = new Chat(net, target, rooms, text, depth);
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
