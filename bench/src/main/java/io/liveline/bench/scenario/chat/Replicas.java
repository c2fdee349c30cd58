package io.liveline.bench.scenario.chat;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bench.load.ChatLoad;
import io.liveline.bench.measure.Usage;
import io.liveline.bench.measure.Window;
import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.scenario.Scenario;
import io.liveline.bench.server.Server;
import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.liveline.bench.util.Pause;
import io.vertx.core.json.JsonObject;

/**
 * Scenario of a fixed rate on several replicas with one Redis. Members and publishers of each room are on all replicas.
 */
public final class Replicas implements Scenario {

    private final int count;

    public Replicas(int count) {
        this.count = count;
    }

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        int connections = options.number("connections", 1000);
        int rooms = options.number("rooms", 10);
        int rate = options.number("rate", 500);
        List<Server> replicas = new ArrayList<>();
        try (Server redis = servers.redis();
                GeneratorLoop net = new GeneratorLoop()) {
            ChatLoad chat = new ChatLoad(net, target, rooms, 128, 0);
            List<Long> pids = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Server replica = servers.replica(target, redis);
                replicas.add(replica);
                pids.addAll(replica.pids());
            }
            for (int i = 0; i < count; i++) {
                int each = connections / count;
                chat.join(replicas.get(i).port(), i == 0 ? connections - each * (count - 1) : each);
                chat.publishRooms(i, count);
            }
            chat.pace(rate);
            Window window = new Window(net, chat.tally, pids);
            window.warmUp(target, options);
            double seconds = options.number("seconds", 10);
            Usage[] before = {null};
            JsonObject figures = window.during(() -> {
                before[0] = Usage.of(redis.pids());
                Pause.seconds(seconds);
            });
            double redisMicros = Usage.of(redis.pids()).minus(before[0]).micros();
            chat.stop();
            double publishes = Math.max(1, figures.getLong("deliveries") * (double) rooms / connections);
            double cpu = figures.getJsonObject("server_cpu").getDouble("cores") * 1e6 * figures.getDouble("seconds");
            return figures.put("connections", connections)
                    .put("rooms", rooms)
                    .put("replicas", count)
                    .put("messages_per_s", rate)
                    .put("cpu_us_per_publish", cpu / publishes)
                    .put("redis_us_per_publish", redisMicros / publishes);
        } finally {
            replicas.forEach(Server::close);
        }
    }
}
