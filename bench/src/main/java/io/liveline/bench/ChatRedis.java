package io.liveline.bench;

import java.util.ArrayList;
import java.util.List;

import io.vertx.core.json.JsonObject;

/** Two replicas on a Redis: publishers on one, readers on the other. */
final class ChatRedis implements Scenario {

    private final boolean flatOut;

    /** @param flatOut a closed loop with 1,000 readers; else 100 messages a second to 100 readers */
    ChatRedis(boolean flatOut) {
        this.flatOut = flatOut;
    }

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        int rooms = options.number("rooms", 10);
        int readers = options.number("connections", flatOut ? 1000 : 100);
        int depth = options.number("depth", 16);
        int rate = options.number("rate", 100);
        try (Server redis = servers.redis();
                Server near = servers.replica(target, redis);
                Server far = servers.replica(target, redis);
                Net net = new Net()) {
            Chat chat = new Chat(net, target, rooms, 128, depth);
            chat.publishFrom(near.port());
            chat.join(far.port(), readers);
            // At 100 messages a second a JVM would be measured while it still interprets: all are warmed up flat out.
            chat.run();
            if (!flatOut) {
                Pause.seconds(options.number("warm-up", target.warmUpSeconds()));
                chat.stop();
                chat.pace(rate);
            }
            List<Long> pids = new ArrayList<>(near.pids());
            pids.addAll(far.pids());
            pids.addAll(redis.pids());
            Window window = new Window(net, chat.tally, pids);
            if (flatOut) {
                window.warmUp(target, options);
            } else {
                // What was in flight is over.
                Pause.seconds(2);
            }
            JsonObject figures = window.measure(options.number("seconds", 10));
            chat.stop();
            figures.put("rooms", rooms).put("readers", readers);
            return flatOut ? figures.put("in_flight_a_room", depth) : figures.put("messages_per_s", rate);
        }
    }
}
