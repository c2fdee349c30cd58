package io.liveline.services.faults;

import io.liveline.services.faults.client.Workload;
import io.liveline.services.faults.world.Fault;
import io.liveline.services.support.Footprint;
import io.liveline.services.faults.world.ServiceName;
import io.liveline.services.faults.world.Pause;
import io.liveline.services.faults.world.FaultyDeployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A crowd comes, things break, all is compared, and the crowd goes. */
final class Cycle {

    private final FaultyDeployment world;
    private final String mark;
    private final long seed;

    Cycle(FaultyDeployment world, String mark, long seed) {
        this.world = world;
        this.mark = mark;
        this.seed = seed;
    }

    void run(List<Fault> faults, Duration calm) {
        Workload crowd = new Workload(world, mark, seed);
        try {
            crowd.come();
            world.suffer(faults, crowd::clocksJump);
            Pause.of(calm);
            crowd.settle();
            crowd.checkHistory();
            crowd.checkCounters();
            crowd.checkMessageCounters();
            crowd.checkPresence(Set.of());
            crowd.checkPresence(crowd.halfLeave());
            System.out.println(mark + ": " + crowd.ledger().messages() + " messages, counters "
                    + crowd.ledger().counters());
            assertThat(crowd.ledger().wrongs()).as("seed " + seed).isEmpty();
        } catch (RuntimeException | AssertionError failed) {
            System.out.println(world.told());
            throw new AssertionError(
                    "seed " + seed + ": " + String.join("\n", crowd.ledger().wrongs()), failed);
        } finally {
            crowd.leave();
        }
    }

    /** What the processes that nobody kills take, once nobody is there. */
    static Map<ServiceName, Footprint> footprints(FaultyDeployment world) {
        Map<ServiceName, Footprint> all = new TreeMap<>();
        for (ServiceName part : ServiceName.values()) {
            all.put(part, Footprint.of(world.survivor(part)));
        }
        return all;
    }

    /** Waits until they take no more than they did. */
    static void awaitNoMoreThan(Map<ServiceName, Footprint> before, FaultyDeployment world, Duration patience) {
        await("nothing left over")
                .pollInterval(Duration.ofSeconds(2))
                .atMost(patience)
                .untilAsserted(() -> {
                    List<String> more = new ArrayList<>();
                    footprints(world).forEach((part, now) -> now.moreThan(before.get(part))
                            .forEach(what -> more.add(part + " has more " + what)));
                    assertThat(more).isEmpty();
                });
    }
}
