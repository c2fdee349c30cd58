package io.liveline.bench.scenario.chat;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bench.load.ChatLoad;
import io.liveline.bench.measure.Window;
import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.scenario.Scenario;
import io.liveline.bench.server.Server;
import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.vertx.core.json.JsonObject;

/** Scenario with two replicas on a Redis: publishers on one, readers on the other. */
public final class ChatRedis implements Scenario {

    private final boolean flatOut;

    /** @param flatOut true for a closed loop with 1,000 readers, else 100 messages a second to 100 readers */
    public ChatRedis(boolean flatOut) {
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
                GeneratorLoop net = new GeneratorLoop()) {
            ChatLoad chat = new ChatLoad(net, target, rooms, 128, depth);
            chat.publishFrom(near.port());
            chat.join(far.port(), readers);
            List<Long> pids = new ArrayList<>(near.pids());
            pids.addAll(far.pids());
            pids.addAll(redis.pids());
            Window window = new Window(net, chat.tally, pids);
            JsonObject figures;
            if (flatOut) {
                chat.run();
                figures = window.measure(target, options).put("in_flight_a_room", depth);
            } else {
                figures = chat.measure(window, rate, target, options).put("messages_per_s", rate);
            }
            chat.stop();
            return figures.put("rooms", rooms).put("readers", readers);
        }
    }
}
