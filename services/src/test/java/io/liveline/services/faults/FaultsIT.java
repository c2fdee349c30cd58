package io.liveline.services.faults;

import io.liveline.services.faults.world.Fault;
import io.liveline.services.support.Footprint;
import io.liveline.services.faults.world.ServiceName;
import io.liveline.services.faults.world.FaultyDeployment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Things break at random, and nothing that was acknowledged is lost, doubled or out of order, and nothing is left over.
 */
class FaultsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final long seed = Long.getLong("liveline.faults.seed", System.nanoTime());
    private final FaultyDeployment world = new FaultyDeployment();

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void nothingThatWasAcknowledgedIsLostOrDoubledWhateverBreaks() {
        System.out.println("To see it again: -Dliveline.faults.seed=" + seed);
        new Cycle(world, "calm", seed).run(List.of(), Duration.ofSeconds(3));
        Map<ServiceName, Footprint> before = Cycle.footprints(world);
        new Cycle(world, "short", seed).run(faults(seed, 18, 3, 2, 4), Duration.ZERO);
        Cycle.awaitNoMoreThan(before, world, PATIENCE);
    }

    /** Cycles of a minute, or as long as is asked for, with each some two dozen faults; as many as are asked for. */
    @Test
    @Tag("long")
    void afterManyCyclesNothingIsLeftOver() {
        System.out.println("To see it again: -Dliveline.faults.seed=" + seed);
        Random seeds = new Random(seed);
        int cycles = Integer.getInteger("liveline.faults.cycles", 5);
        int seconds = Integer.getInteger("liveline.faults.seconds", 60);
        new Cycle(world, "calm", seed).run(List.of(), Duration.ofSeconds(10));
        Map<ServiceName, Footprint> before = Cycle.footprints(world);
        for (int i = 0; i < cycles; i++) {
            new Cycle(world, "cycle" + i, seeds.nextLong())
                    .run(faults(seeds.nextLong(), seconds, 5, 5, Math.max(6, Math.min(20, seconds))), Duration.ZERO);
            System.out.println("after cycle " + i + ": " + Cycle.footprints(world));
        }
        Cycle.awaitNoMoreThan(before, world, PATIENCE.multipliedBy(5));
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
