package io.liveline.services.faults;

import java.time.Duration;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;

import io.liveline.services.faults.client.Workload;
import io.liveline.services.faults.deployment.FaultyDeployment;
import io.liveline.services.faults.deployment.Release;
import io.liveline.services.faults.deployment.RunQueue;
import io.liveline.services.faults.deployment.ServiceName;
import io.liveline.services.support.Service;
import io.liveline.testing.ChatClient;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

/**
 * Rolling upgrades from the last release to this one and rollbacks under load, on one Redis. What is lost, doubled or
 * out of order is found at all times. What is late is found while one replica of each release is ready, no process
 * starts or ends, and the machine is not busy otherwise; clients that connect then have to receive everything in time,
 * too.
 */
@Tag("versions")
class MixedVersionsIT {

    private static final Duration CALM = Duration.ofSeconds(5);

    /** Half of the clients of the fault suite, as processes start beside them all the time. */
    private static final int CLIENTS = 8;

    /** Runnable threads for each processor up to which delays are due to the services, not to the machine. */
    private static final double CALM_THREADS = 3;

    /** Replacement of one replica of each service. */
    private record Step(int slot, Release to) {}

    private final long seed = Long.getLong("liveline.faults.seed", System.nanoTime());

    /** Runs for {@code liveline.versions.minutes}; an upgrade and a rollback take about one. */
    @Test
    void upgradesAndRollbacksLoseDoubleAndDelayNothing() {
        long end = System.nanoTime()
                + Duration.ofMinutes(Long.getLong("liveline.versions.minutes", 1))
                        .toNanos();
        Release last = Release.last();
        Release current = Release.current();
        Step[] steps = {new Step(0, current), new Step(0, last), new Step(1, last), new Step(1, current)};
        try (FaultyDeployment deployment = new FaultyDeployment(last, current)) {
            Workload workload = new Workload(deployment, "mixed", seed, CLIENTS);
            try {
                checkTyped(deployment);
                workload.start();
                runCalm(workload);
                for (int i = 0; i < 3 || System.nanoTime() < end; i++) {
                    Step step = steps[i % steps.length];
                    deployment.roll(step.slot(), step.to());
                    if (i % 2 == 1) {
                        // Each service has one replica of each release again.
                        runCalm(workload);
                    }
                }
                check(workload, deployment);
            } catch (RuntimeException | AssertionError failed) {
                System.out.println(deployment.diagnostics());
                throw failed;
            } finally {
                workload.stop();
            }
        }
    }

    /** Messages of this release with a kind and data pass through a replica of the last one, which knows neither. */
    private static void checkTyped(FaultyDeployment deployment) {
        Service last = deployment.of(ServiceName.CHAT).get(0).service();
        Service current = deployment.of(ServiceName.CHAT).get(1).service();
        String path = "/rooms/typed/messages";
        String typed = "\"text\":\"Paid\",\"kind\":\"order.paid\",\"data\":{\"sum\":12.50,\"order\":7}";
        try (ChatClient old = ChatClient.connect(last.at("/"), "ann").join("typed", null);
                ChatClient now = ChatClient.connect(current.at("/"), "ann").join("typed", null)) {
            now.send("{\"type\":\"post\",\"room\":\"typed\",\"id\":\"1\"," + typed + "}");
            now.post("typed", "2", "plain");
            old.awaitText("plain");
            assertThat(old.lines()).anyMatch(line -> line.endsWith(typed + "}"));
            assertThat(last.get(path).body()).contains(typed);
            // A repetition at a replica of the other release is the same message.
            old.post("typed", "2", "plain");
            assertThat(old.await("posted").getString("cursor"))
                    .isEqualTo(now.awaitCount("posted", 2).get(1).getString("cursor"));

            old.send(new JsonObject()
                    .put("type", "edit")
                    .put("room", "typed")
                    .put("message", now.all("posted").get(0).getString("cursor"))
                    .put("text", "Paid by card"));
            assertThat(now.await("edited").getString("text")).isEqualTo("Paid by card");
            String page = current.get(path).body();
            assertThat(page).contains("\"text\":\"Paid by card\",\"kind\":\"order.paid\"", "\"order\":7}");
        }
    }

    private static void runCalm(Workload workload) {
        workload.lateness().startCalm();
        double threads = RunQueue.during(CALM);
        workload.lateness().endCalm(threads <= CALM_THREADS);
        System.out.printf("%.1f runnable threads for each processor%n", threads);
    }

    private static void check(Workload workload, FaultyDeployment deployment) {
        workload.settle();
        workload.checkHistory();
        workload.checkCounters();
        workload.checkMessageCounters();
        workload.checkPresence(Set.of());
        Map<String, LongSummaryStatistics> delays = workload.lateness().delays();
        System.out.println(workload.ledger().messages() + " messages, counters "
                + workload.ledger().counters() + ", delays in ms " + delays);
        assertThat(workload.ledger().errors()).isEmpty();
        // Both releases log the first message of the other that they cannot read.
        assertThat(deployment.outputs())
                .allSatisfy(output ->
                        assertThat(output).contains("event bus is live").doesNotContain("publishes on"));
        assertThat(workload.lateness().errors()).isEmpty();
        assumeFalse(delays.isEmpty(), "The machine was too busy to judge delays");
        assertThat(delays).containsOnlyKeys("counter", "message", "presence");
    }
}
