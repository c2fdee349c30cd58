package io.liveline.bench.scenario.chat;

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
import io.vertx.core.json.JsonObject;

/**
 * Scenario of a room with 1,000 members and 500 messages a second, in which half of the members stop reading: the
 * effect on the others and on the server.
 */
public final class SlowConsumers implements Scenario {

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        int connections = options.number("connections", 1000);
        int rate = options.number("rate", 500);
        int slow = options.number("slow", connections / 2);
        try (Server server = servers.chat(target);
                GeneratorLoop net = new GeneratorLoop()) {
            ChatLoad chat = new ChatLoad(net, target, 1, 128, 0);
            chat.publishFrom(server.port());
            chat.join(server.port(), connections);
            chat.pace(rate);
            Window window = new Window(net, chat.tally, server.pids());
            JsonObject before = window.measure(target, options);
            List<Long> pids = server.pids();
            long rss = Usage.memory(pids, "Rss");
            long files = Usage.openFiles(pids);
            chat.stopReading(slow);
            // Long enough to fill the buffers of the kernel, and for servers that close such members to do it.
            JsonObject figures = window.measure(options.number("slow-seconds", 60));
            long closed = files - Usage.openFiles(pids);
            double grown = (Usage.memory(pids, "Rss") - rss) / 1048576.0;
            chat.stop();
            return figures.put("connections", connections)
                    .put("messages_per_s", rate)
                    .put("stopped_reading", slow)
                    .put("before_p99_ms", before.getJsonObject("latency_ms").getDouble("p99"))
                    .put(
                            "before_us_per_delivery",
                            before.getJsonObject("server_cpu").getDouble("us_per_delivery"))
                    .put("rss_grown_mib", grown)
                    .put("connections_closed", closed);
        }
    }
}
