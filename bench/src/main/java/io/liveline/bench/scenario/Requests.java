package io.liveline.bench.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

import io.liveline.bench.load.ClosedLoopClient;
import io.liveline.bench.measure.Window;
import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.net.HttpConnection;
import io.liveline.bench.server.Server;
import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.liveline.bench.util.Tally;
import io.vertx.core.json.JsonObject;

/** Scenario of the maximum rate of writes from 64 persistent connections to one replica on Redis. */
public final class Requests implements Scenario {

    private static final int BATCH = 100;

    private final String module;
    private final int changesEach;
    private final LongFunction<String> request;

    private Requests(String module, int changesEach, LongFunction<String> request) {
        this.module = module;
        this.changesEach = changesEach;
        this.request = request;
    }

    public static Requests increments() {
        return new Requests(
                "dashboard-service",
                1,
                n -> HttpConnection.request("POST", "/counters/n" + n % 20 + "/increments", key(n), "{\"by\":1}"));
    }

    /** Creates a request that increments 100 of 1,000 counters. */
    public static Requests batches() {
        return new Requests("dashboard-service", BATCH, n -> {
            StringBuilder body = new StringBuilder("{\"increments\":{");
            for (int i = 0; i < BATCH; i++) {
                body.append(i == 0 ? "\"n" : ",\"n")
                        .append((n % 10) * BATCH + i)
                        .append("\":1");
            }
            return HttpConnection.request(
                    "POST", "/counters/increments", key(n), body.append("}}").toString());
        });
    }

    public static Requests heartbeats() {
        return new Requests(
                "presence-service",
                1,
                n -> HttpConnection.request("PUT", "/rooms/r" + n % 50 + "/presence?name=u" + n % 5000, "", ""));
    }

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        if (target != Target.NODE || changesEach > 1 || !module.equals("dashboard-service")) {
            target.mustBeOurs();
        }
        int clients = options.number("connections", 64);
        try (Server redis = servers.redis();
                Server server = target == Target.NODE
                        ? servers.increments(redis)
                        : servers.quarkus(
                                target, module, List.of("-Dquarkus.redis.hosts=redis://127.0.0.1:" + redis.port()));
                GeneratorLoop net = new GeneratorLoop()) {
            Tally tally = new Tally();
            long[] number = {0};
            net.connect(server.port(), clients, i -> new ClosedLoopClient(() -> request.apply(number[0]++), tally));
            List<Long> pids = new ArrayList<>(server.pids());
            JsonObject figures = new Window(net, tally, pids).measure(target, options);
            // A rejected client sends nothing more.
            if (tally.lost > 0) {
                throw new IllegalStateException(tally.lost + " of " + clients + " clients were rejected or lost");
            }
            return figures.put("clients", clients)
                    .put("changes_per_s", figures.getLong("deliveries_per_s") * changesEach);
        }
    }

    private static String key(long number) {
        return "Idempotency-Key: k" + number + "\r\n";
    }
}
