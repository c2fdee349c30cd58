package io.liveline.services.faults.deployment;

import java.time.Duration;
import java.util.Map;

import io.liveline.services.support.Service;

import static org.awaitility.Awaitility.await;

/** Slot for one replica of a service: after a process ends, another takes its place. */
public final class ReplicaSlot {

    private final ServiceName name;
    private final Map<String, String> settings;
    private final Runnable changed;
    private volatile Service service;

    /** @param changed runs after the process of this slot was replaced */
    ReplicaSlot(ServiceName name, Map<String, String> settings, Runnable changed) {
        this.name = name;
        this.settings = settings;
        this.changed = changed;
        service = Service.begin(name.module(), settings);
    }

    void awaitReady() {
        service.awaitListening();
        await("ready").atMost(Duration.ofSeconds(60)).until(this::isReady);
        changed.run();
    }

    /** Returns true if the readiness check of the process succeeds. */
    boolean isReady() {
        return service.get("/q/health/ready").statusCode() == 200;
    }

    ServiceName name() {
        return name;
    }

    /** Returns the current process. */
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
        service = Service.begin(name.module(), settings);
        service.awaitListening();
        changed.run();
    }

    void close() {
        service.close();
    }
}
