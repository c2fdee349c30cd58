package io.liveline.services.faults;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Things break at random, and nothing that was acknowledged is lost, doubled or out of order. */
class FaultsIT {

    private static World world;

    @BeforeAll
    static void start() {
        world = new World();
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @Test
    void nothingThatWasAcknowledgedIsLostOrDoubledWhateverBreaks() {
        long seed = Long.getLong("liveline.faults.seed", System.nanoTime());
        System.out.println("To see it again: -Dliveline.faults.seed=" + seed);
        List<Fault> faults = Fault.draw(
                seed,
                List.of(Fault.Kind.values()),
                Duration.ofSeconds(30),
                Duration.ofSeconds(4),
                Duration.ofSeconds(2),
                Duration.ofSeconds(6));
        Crowd crowd = new Crowd(world, "f" + Math.abs(seed % 10_000), seed);
        crowd.come();
        world.suffer(faults, crowd::clocksJump);
        crowd.settle();
        crowd.checkHistory();
        crowd.checkCounters();
        crowd.checkMessageCounters();
        crowd.checkPresence(java.util.Set.of());
        crowd.checkPresence(crowd.halfLeave());
        crowd.leave();
        System.out.println(crowd.ledger().messages() + " messages, counters " + crowd.ledger().counters());
        assertThat(crowd.ledger().wrongs()).as("seed " + seed).isEmpty();
    }
}
