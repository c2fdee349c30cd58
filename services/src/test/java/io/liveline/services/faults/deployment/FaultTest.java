package io.liveline.services.faults.deployment;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of the random draw of faults. */
class FaultTest {

    @Test
    void aSeedDrawsTheSameFaultsAndAllKindsOccur() {
        List<Fault> faults = draw(42);
        Set<Fault.Kind> first = faults.stream()
                .limit(Fault.Kind.values().length)
                .map(Fault::kind)
                .collect(Collectors.toSet());

        assertThat(draw(42)).isEqualTo(faults);
        assertThat(draw(43)).isNotEqualTo(faults);
        assertThat(first).isEqualTo(EnumSet.allOf(Fault.Kind.class));
        assertThat(faults)
                .allMatch(fault ->
                        fault.length().toMillis() >= 2000 && fault.length().toMillis() <= 6000);
    }

    private static List<Fault> draw(long seed) {
        return Fault.draw(
                seed,
                List.of(Fault.Kind.values()),
                Duration.ofMinutes(2),
                Duration.ofSeconds(4),
                Duration.ofSeconds(2),
                Duration.ofSeconds(6));
    }
}
