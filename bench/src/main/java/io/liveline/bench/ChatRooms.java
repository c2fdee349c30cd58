package io.liveline.bench;

import io.vertx.core.json.JsonObject;

/** Busy rooms in a closed loop: 1,000 members in 10 rooms, 16 messages in flight in each. */
final class ChatRooms implements Scenario {

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        int connections = options.number("connections", 1000);
        int rooms = options.number("rooms", 10);
        int depth = options.number("depth", 16);
        int text = options.number("text-bytes", 128);
        try (Server server = servers.chat(target);
                Net net = new Net()) {
            Chat chat = new Chat(net, target, rooms, text, depth);
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
