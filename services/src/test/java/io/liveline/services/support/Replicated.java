package io.liveline.services.support;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.liveline.testing.RedisServer;

import static java.util.stream.Collectors.toMap;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Deployment of two replicas of each service on one Redis, behind nginx without sticky sessions. */
public final class Replicated implements Deployment {

    /** Service of each port in the nginx configuration in {@code docs}. */
    private static final Map<Integer, String> MODULES = new TreeMap<>(Map.of(
            8081, "chat-service",
            8091, "chat-service",
            8082, "dashboard-service",
            8092, "dashboard-service",
            8083, "presence-service",
            8093, "presence-service"));

    private static final List<Integer> SECOND_REPLICAS = List.of(8091, 8092, 8093);

    private final Map<Integer, Service> replicas = new TreeMap<>();
    /** Actual port of each, which it keeps when it is started again. */
    private final Map<Integer, Integer> ports =
            MODULES.keySet().stream().collect(toMap(port -> port, port -> RedisServer.freePort()));

    private final Map<String, String> settings;
    private final RedisServer redis;
    private final Nginx nginx;

    private Replicated(Map<String, String> settings) {
        redis = RedisServer.launch();
        this.settings = new HashMap<>(settings);
        this.settings.put("quarkus.redis.hosts", redis.url());
        begin(MODULES.keySet());
        nginx = Nginx.before(replicas);
    }

    /** Starts everything. Skips the test if nginx is not installed. */
    public static Replicated start(Map<String, String> settings) {
        assumeTrue(Nginx.executable().isPresent(), "nginx is not installed: the tests behind it are skipped");
        return new Replicated(settings);
    }

    /** Returns the Redis of all replicas. */
    public RedisServer redis() {
        return redis;
    }

    @Override
    public int port() {
        return nginx.at("").getPort();
    }

    @Override
    public void restart(Runnable meanwhile) {
        replicas.values().forEach(Service::close);
        meanwhile.run();
        begin(MODULES.keySet());
    }

    /**
     * Stops the second replica of each service, and starts it again.
     *
     * @param meanwhile action to run while the first replica is alone
     */
    public void withoutSecondOnes(Runnable meanwhile) {
        SECOND_REPLICAS.forEach(port -> replicas.get(port).close());
        meanwhile.run();
        begin(SECOND_REPLICAS);
    }

    private void begin(Iterable<Integer> configured) {
        for (int port : configured) {
            Map<String, String> own = new HashMap<>(settings);
            own.put("quarkus.http.port", String.valueOf(ports.get(port)));
            replicas.put(port, Service.begin(MODULES.get(port), own));
        }
        configured.forEach(port -> replicas.get(port).awaitListening());
        configured.forEach(port ->
                await().until(() -> replicas.get(port).get("/q/health/ready").statusCode() == 200));
    }

    @Override
    public void close() {
        nginx.close();
        replicas.values().forEach(Service::close);
        redis.close();
    }
}
