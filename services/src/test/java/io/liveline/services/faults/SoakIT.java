package io.liveline.services.faults;

import io.liveline.services.support.Footprint;
import io.liveline.services.faults.world.ServiceName;
import io.liveline.services.faults.world.FaultyDeployment;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nothing breaks, for long, while crowds come and go; and nothing grows. */
@Tag("long")
class SoakIT {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration A_CROWD = Duration.ofSeconds(30);

    private final long seed = Long.getLong("liveline.faults.seed", System.nanoTime());
    private final FaultyDeployment world = new FaultyDeployment();

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void memoryFilesAndThreadsStayWhatTheyWereWhileCrowdsComeAndGo() {
        long end = System.nanoTime()
                + Duration.ofMinutes(Long.getLong("liveline.soak.minutes", 1)).toNanos();
        // The first two bring what is made once: code that is compiled, pools, histories.
        new Cycle(world, "first", seed).run(List.of(), A_CROWD.dividedBy(3));
        new Cycle(world, "second", seed).run(List.of(), A_CROWD.dividedBy(3));
        Map<ServiceName, Footprint> before = Cycle.footprints(world);
        for (int i = 0; i == 0 || System.nanoTime() < end; i++) {
            new Cycle(world, "crowd" + i, seed + i).run(List.of(), A_CROWD);
            System.out.println("after crowd " + i + ": " + Cycle.footprints(world));
        }
        Cycle.awaitNoMoreThan(before, world, PATIENCE);
    }
}
