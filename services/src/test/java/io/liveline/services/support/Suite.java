package io.liveline.services.support;

import java.util.HashMap;
import java.util.Map;

import io.liveline.testing.RedisServer;

/** Deployment of all services in one process. */
public final class Suite implements Deployment {

    private final Map<String, String> settings;
    private Service service;

    private Suite(Map<String, String> settings) {
        this.settings = new HashMap<>(settings);
        this.settings.put("quarkus.http.port", String.valueOf(RedisServer.freePort()));
        service = Service.start("services", settings);
    }

    /** Starts the process. It keeps its data in memory, unless the settings name a Redis. */
    public static Suite start(Map<String, String> settings) {
        return new Suite(settings);
    }

    @Override
    public int port() {
        return service.port();
    }

    @Override
    public void restart(Runnable meanwhile) {
        service.close();
        meanwhile.run();
        service = Service.start("services", settings);
    }

    @Override
    public void close() {
        service.close();
    }
}
