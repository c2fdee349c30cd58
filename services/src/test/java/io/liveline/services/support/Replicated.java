package io.liveline.services.support;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.liveline.testing.RedisServer;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Two replicas of each service on one Redis, behind nginx without sticky sessions. */
public final class Replicated implements Deployment {

    /** By the port that the configuration of the docs gives to each. */
    private static final Map<Integer, String> PLACES = new TreeMap<>(Map.of(
            8081, "chat-service",
            8091, "chat-service",
            8082, "dashboard-service",
            8092, "dashboard-service",
            8083, "presence-service",
            8093, "presence-service"));

    private static final List<Integer> SECOND_ONES = List.of(8091, 8092, 8093);

    private final Map<Integer, Service> replicas = new TreeMap<>();
    private final Map<String, String> settings;
    private final RedisServer redis;
    private final Nginx nginx;

    private Replicated(Map<String, String> settings) {
        redis = RedisServer.launch();
        this.settings = new HashMap<>(settings);
        this.settings.put("quarkus.redis.hosts", redis.url());
        begin(PLACES.keySet(), Map.of());
        nginx = Nginx.before(replicas);
    }

    /** Starts it; where there is no nginx, the tests are skipped. */
    public static Replicated start(Map<String, String> settings) {
        assumeTrue(Nginx.executable().isPresent(), "No nginx is installed: the page is not tested behind one here");
        return new Replicated(settings);
    }

    /** What all of them keep everything in. */
    public RedisServer redis() {
        return redis;
    }

    @Override
    public int port() {
        return nginx.at("").getPort();
    }

    @Override
    public void restart(Runnable meanwhile) {
        Map<Integer, Integer> ports = ports();
        replicas.values().forEach(Service::close);
        meanwhile.run();
        begin(PLACES.keySet(), ports);
    }

    /**
     * Ends one replica of each service, and starts it again.
     *
     * @param meanwhile is done while the other one is alone
     */
    public void withoutSecondOnes(Runnable meanwhile) {
        Map<Integer, Integer> ports = ports();
        SECOND_ONES.forEach(place -> replicas.get(place).close());
        meanwhile.run();
        begin(SECOND_ONES, ports);
    }

    private Map<Integer, Integer> ports() {
        Map<Integer, Integer> ports = new HashMap<>();
        replicas.forEach((place, replica) -> ports.put(place, replica.port()));
        return ports;
    }

    private void begin(Iterable<Integer> places, Map<Integer, Integer> ports) {
        for (int place : places) {
            Map<String, String> own = new HashMap<>(settings);
            own.put("quarkus.http.port", String.valueOf(ports.getOrDefault(place, 0)));
            replicas.put(place, Service.begin(PLACES.get(place), own));
        }
        places.forEach(place -> replicas.get(place).awaitListening());
        places.forEach(place ->
                await().until(() -> replicas.get(place).get("/q/health/ready").statusCode() == 200));
    }

    @Override
    public void close() {
        nginx.close();
        replicas.values().forEach(Service::close);
        redis.close();
    }
}
