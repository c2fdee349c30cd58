package io.liveline.services.faults.deployment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.liveline.services.support.Service;

import static org.awaitility.Awaitility.await;

/** Slot for one replica of a service: after a process ends, another takes its place. */
public final class ReplicaSlot {

    private final ServiceName name;
    private Release release;
    private final Map<String, String> settings;
    private final Runnable changed;
    private final List<Service> ended = new ArrayList<>();
    private volatile Service service;

    /** @param changed runs after the process of this slot was replaced */
    ReplicaSlot(ServiceName name, Release release, Map<String, String> settings, Runnable changed) {
        this.name = name;
        this.release = release;
        this.settings = settings;
        this.changed = changed;
        service = release.begin(name, settings);
    }

    void awaitReady() {
        awaitReady(service);
        changed.run();
    }

    private static void awaitReady(Service service) {
        service.awaitListening();
        await("ready")
                .atMost(Duration.ofMinutes(3))
                .until(() -> service.get("/q/health/ready").statusCode() == 200);
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

    /** Replaces the process as a rolling upgrade does: ends it when one of the other release is ready. */
    synchronized void roll(Release to) {
        Service outgoing = service;
        Service incoming = to.begin(name, settings);
        awaitReady(incoming);
        release = to;
        service = incoming;
        changed.run();
        outgoing.process().terminate();
        ended.add(outgoing);
    }

    /** Returns the output of all processes that this slot had in rolling upgrades. */
    synchronized List<String> outputs() {
        return Stream.concat(ended.stream(), Stream.of(service))
                .map(each -> each.process().output())
                .toList();
    }

    synchronized void freeze(Duration length) {
        service.process().freeze();
        Pause.of(length);
        service.process().thaw();
    }

    private void replace() {
        service = release.begin(name, settings);
        service.awaitListening();
        changed.run();
    }

    void close() {
        service.close();
    }
}
