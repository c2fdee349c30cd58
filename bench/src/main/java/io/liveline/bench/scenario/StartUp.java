package io.liveline.bench.scenario;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.liveline.bench.measure.Usage;
import io.liveline.bench.net.ByteScanner;
import io.liveline.bench.net.Connection;
import io.liveline.bench.net.HttpConnection;
import io.liveline.bench.server.FreePort;
import io.liveline.bench.server.Server;
import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.liveline.bench.util.Pause;
import io.vertx.core.json.JsonObject;

/** Scenario of the time from the start of each service to its first response, and of its idle memory. */
public final class StartUp implements Scenario {

    // A path of the main function of each service, not its health.
    private static final Map<String, String> SERVICES = new TreeMap<>(Map.of(
            "services", "/counters?names=a&name=u",
            "chat-service", "/rooms/r/messages?name=u",
            "dashboard-service", "/counters?names=a&name=u",
            "presence-service", "/rooms/r/presence?name=u"));

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        target.mustBeOurs();
        JsonObject millis = new JsonObject();
        JsonObject rest = new JsonObject();
        try (Server redis = servers.redis()) {
            List<String> onRedis = List.of("-Dquarkus.redis.hosts=redis://127.0.0.1:" + redis.port());
            SERVICES.forEach((module, path) -> {
                int port = FreePort.any();
                List<String> settings = module.equals("services") ? List.of() : onRedis;
                try (Server server = servers.starting(target, module, port, settings)) {
                    Pause.until(module + " answers", 60, () -> answers(port, path));
                    millis.put(module, (System.nanoTime() - server.startedNanos()) / 1e6);
                    Pause.seconds(3);
                    rest.put(module, Usage.memory(server.pids(), "Rss") / 1048576.0);
                }
            });
        }
        return new JsonObject().put("first_answer_ms", millis).put("rest_rss_mib", rest);
    }

    private static boolean answers(int port, String path) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(1000);
            String request = HttpConnection.request("GET", path, "Connection: close\r\n", "");
            socket.getOutputStream().write(ByteScanner.ascii(request));
            byte[] head = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            return head.length > 0 && Connection.status(head, 0) == 200;
        } catch (IOException e) {
            // The service does not listen yet.
            return false;
        }
    }
}
