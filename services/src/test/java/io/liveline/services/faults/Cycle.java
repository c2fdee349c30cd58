package io.liveline.services.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.liveline.services.faults.client.Workload;
import io.liveline.services.faults.deployment.Fault;
import io.liveline.services.faults.deployment.FaultyDeployment;
import io.liveline.services.faults.deployment.Pause;
import io.liveline.services.faults.deployment.ServiceName;
import io.liveline.services.support.Footprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** One cycle of a fault test: clients connect, faults happen, the results are compared, and the clients leave. */
final class Cycle {

    private final FaultyDeployment deployment;
    private final String prefix;
    private final long seed;

    Cycle(FaultyDeployment deployment, String prefix, long seed) {
        this.deployment = deployment;
        this.prefix = prefix;
        this.seed = seed;
    }

    void run(List<Fault> faults, Duration calm) {
        Workload workload = new Workload(deployment, prefix, seed);
        try {
            workload.start();
            deployment.inject(faults, workload::moveClocks);
            Pause.of(calm);
            workload.settle();
            workload.checkHistory();
            workload.checkCounters();
            workload.checkMessageCounters();
            workload.checkPresence(Set.of());
            workload.checkPresence(workload.disconnectHalf());
            System.out.println(prefix + ": " + workload.ledger().messages() + " messages, counters "
                    + workload.ledger().counters());
            assertThat(workload.ledger().errors()).as("seed " + seed).isEmpty();
        } catch (RuntimeException | AssertionError failed) {
            System.out.println(deployment.diagnostics());
            throw new AssertionError(
                    "seed " + seed + ": " + String.join("\n", workload.ledger().errors()), failed);
        } finally {
            workload.stop();
        }
    }

    /** Measures the processes that no fault kills, when no client is connected. */
    static Map<ServiceName, Footprint> footprints(FaultyDeployment deployment) {
        Map<ServiceName, Footprint> all = new TreeMap<>();
        for (ServiceName service : ServiceName.values()) {
            all.put(service, Footprint.of(deployment.survivor(service)));
        }
        return all;
    }

    /** Waits until these processes use no more resources than before. */
    static void awaitNoMoreThan(Map<ServiceName, Footprint> before, FaultyDeployment deployment, Duration patience) {
        await("no leaked resources")
                .pollInterval(Duration.ofSeconds(2))
                .atMost(patience)
                .untilAsserted(() -> {
                    List<String> more = new ArrayList<>();
                    footprints(deployment).forEach((service, now) -> now.growthSince(before.get(service))
                            .forEach(what -> more.add(service + " has more " + what)));
                    assertThat(more).isEmpty();
                });
    }
}
