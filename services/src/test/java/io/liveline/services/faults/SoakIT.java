package io.liveline.services.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.liveline.services.faults.deployment.FaultyDeployment;
import io.liveline.services.faults.deployment.ServiceName;
import io.liveline.services.support.Footprint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Long test without faults: clients connect and leave in cycles, and no resource of the services grows. */
@Tag("long")
class SoakIT {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration CYCLE_LENGTH = Duration.ofSeconds(30);

    private final long seed = Long.getLong("liveline.faults.seed", System.nanoTime());
    private final FaultyDeployment deployment = new FaultyDeployment();

    @AfterEach
    void stop() {
        deployment.close();
    }

    @Test
    void memoryFilesAndThreadsDoNotGrowWhileClientsConnectAndLeave() {
        long end = System.nanoTime()
                + Duration.ofMinutes(Long.getLong("liveline.soak.minutes", 1)).toNanos();
        // Two cycles of warm-up allocate what is allocated once: compiled code, pools, histories.
        new Cycle(deployment, "first", seed).run(List.of(), CYCLE_LENGTH.dividedBy(3));
        new Cycle(deployment, "second", seed).run(List.of(), CYCLE_LENGTH.dividedBy(3));
        Map<ServiceName, Footprint> before = Cycle.footprints(deployment);
        for (int i = 0; i == 0 || System.nanoTime() < end; i++) {
            new Cycle(deployment, "cycle" + i, seed + i).run(List.of(), CYCLE_LENGTH);
            System.out.println("after cycle " + i + ": " + Cycle.footprints(deployment));
        }
        Cycle.awaitNoMoreThan(before, deployment, PATIENCE);
    }
}
