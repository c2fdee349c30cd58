package io.liveline.bench.scenario.chat;

import io.liveline.bench.load.ClosedLoopClient;
import io.liveline.bench.load.Payload;
import io.liveline.bench.measure.Usage;
import io.liveline.bench.measure.Window;
import io.liveline.bench.net.ByteScanner;
import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.net.HttpConnection;
import io.liveline.bench.scenario.Scenario;
import io.liveline.bench.server.Server;
import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.liveline.bench.util.Pause;
import io.liveline.bench.util.Tally;
import io.vertx.core.json.JsonObject;

/** Scenario of the maximum rate of posts over HTTP from 64 clients to one replica, in rooms without members. */
public final class Posts implements Scenario {

    private final int rooms;

    public Posts(int rooms) {
        this.rooms = rooms;
    }

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        int clients = options.number("connections", 64);
        try (Server redis = servers.redis();
                Server server = servers.replica(target, redis);
                GeneratorLoop net = new GeneratorLoop()) {
            Tally tally = new Tally();
            long[] number = {0};
            net.connect(server.port(), clients, i -> new ClosedLoopClient(() -> post(target, number[0]++), tally));
            Usage[] redisBefore = {null};
            Window window = new Window(net, tally, server.pids());
            window.warmUp(target, options);
            double seconds = options.number("seconds", 10);
            JsonObject figures = window.during(() -> {
                redisBefore[0] = Usage.of(redis.pids());
                Pause.seconds(seconds);
            });
            if (tally.lost > 0) {
                throw new IllegalStateException(tally.lost + " of " + clients + " clients were rejected or lost");
            }
            double redisMicros = Usage.of(redis.pids()).minus(redisBefore[0]).micros();
            return figures.put("clients", clients)
                    .put("rooms", rooms)
                    .put("redis_us_per_delivery", redisMicros / Math.max(1, figures.getLong("deliveries")));
        }
    }

    private String post(Target target, long number) {
        String room = "r" + number % rooms;
        long now = System.nanoTime();
        if (!target.isOurs()) {
            String line = ByteScanner.text(Payload.post(Target.UWS, room, number, now, 128));
            return HttpConnection.request("POST", "/room/" + room, "", line);
        }
        return HttpConnection.request(
                "POST",
                "/rooms/" + room + "/messages?name=u" + number % 100,
                "Idempotency-Key: m" + number + "\r\n",
                "{\"text\":\"" + "x".repeat(128) + "\"}");
    }
}
