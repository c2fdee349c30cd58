package io.liveline.services.faults.world;

import java.time.Duration;
import java.util.Map;

import io.liveline.services.support.Service;

import static org.awaitility.Awaitility.await;

/** A place for a process of a service: when one ends, another comes. */
public final class ReplicaSlot {

    private final ServiceName part;
    private final Map<String, String> settings;
    private final Runnable changed;
    private volatile Service service;

    /** @param changed told when another process has come or the one there is about to go */
    ReplicaSlot(ServiceName part, Map<String, String> settings, Runnable changed) {
        this.part = part;
        this.settings = settings;
        this.changed = changed;
        service = Service.begin(part.module(), settings);
    }

    void awaitReady() {
        service.awaitListening();
        await("ready").atMost(Duration.ofSeconds(60)).until(this::isReady);
        changed.run();
    }

    /** Whether it says that it is ready. */
    boolean isReady() {
        return service.get("/q/health/ready").statusCode() == 200;
    }

    ServiceName part() {
        return part;
    }

    /** The process that is there now. */
    public Service service() {
        return service;
    }

    synchronized void killAndReplace() {
        service.process().kill();
        replace();
    }

    synchronized void terminateAndReplace() {
        service.process().terminate();
        replace();
    }

    synchronized void freeze(Duration length) {
        service.process().freeze();
        Pause.of(length);
        service.process().thaw();
    }

    private void replace() {
        service = Service.begin(part.module(), settings);
        service.awaitListening();
        changed.run();
    }

    void close() {
        service.close();
    }
}
