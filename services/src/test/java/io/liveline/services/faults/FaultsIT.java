package io.liveline.services.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.liveline.services.faults.deployment.Fault;
import io.liveline.services.faults.deployment.FaultyDeployment;
import io.liveline.services.faults.deployment.ServiceName;
import io.liveline.services.support.Footprint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Test with random faults: nothing acknowledged is lost, duplicated or out of order, and no resource leaks.
 */
class FaultsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final long seed = Long.getLong("liveline.faults.seed", System.nanoTime());
    private final FaultyDeployment deployment = new FaultyDeployment();

    @AfterEach
    void stop() {
        deployment.close();
    }

    @Test
    void nothingThatWasAcknowledgedIsLostOrDoubledWhateverBreaks() {
        System.out.println("To reproduce: -Dliveline.faults.seed=" + seed);
        new Cycle(deployment, "calm", seed).run(List.of(), Duration.ofSeconds(3));
        Map<ServiceName, Footprint> before = Cycle.footprints(deployment);
        new Cycle(deployment, "short", seed).run(faults(seed, 18, 3, 2, 4), Duration.ZERO);
        Cycle.awaitNoMoreThan(before, deployment, PATIENCE);
    }

    /**
     * Runs {@code liveline.faults.cycles} cycles of {@code liveline.faults.seconds} seconds each. A cycle of a minute
     * has about two dozen faults.
     */
    @Test
    @Tag("long")
    void afterManyCyclesNothingIsLeftOver() {
        System.out.println("To reproduce: -Dliveline.faults.seed=" + seed);
        Random seeds = new Random(seed);
        int cycles = Integer.getInteger("liveline.faults.cycles", 5);
        int seconds = Integer.getInteger("liveline.faults.seconds", 60);
        new Cycle(deployment, "calm", seed).run(List.of(), Duration.ofSeconds(10));
        Map<ServiceName, Footprint> before = Cycle.footprints(deployment);
        for (int i = 0; i < cycles; i++) {
            new Cycle(deployment, "cycle" + i, seeds.nextLong())
                    .run(faults(seeds.nextLong(), seconds, 5, 5, Math.max(6, Math.min(20, seconds))), Duration.ZERO);
            System.out.println("after cycle " + i + ": " + Cycle.footprints(deployment));
        }
        Cycle.awaitNoMoreThan(before, deployment, PATIENCE.multipliedBy(5));
    }

    private static List<Fault> faults(long seed, int within, int pause, int shortest, int longest) {
        return Fault.draw(
                seed,
                List.of(Fault.Kind.values()),
                Duration.ofSeconds(within),
                Duration.ofSeconds(pause),
                Duration.ofSeconds(shortest),
                Duration.ofSeconds(longest));
    }
}
