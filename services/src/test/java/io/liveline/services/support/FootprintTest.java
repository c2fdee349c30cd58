package io.liveline.services.support;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.liveline.testing.ChildProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of what the tests of leaks measure. */
class FootprintTest {

    @TempDir
    private Path folder;

    @Test
    void aProcessThatIsNoJvmIsMeasuredAndLivesOn() {
        List<String> command = List.of("sleep", "60");
        try (ChildProcess process = ChildProcess.start(folder.resolve("output"), Map.of(), command)) {
            Footprint footprint = Footprint.of(process.pid());

            assertThat(footprint.threads()).isEqualTo(1);
            assertThat(footprint.memory()).isBetween(50_000L, 100_000_000L);
            assertThat(process.isAlive()).isTrue();
        }
    }

    @Test
    void ofAJvmTheLiveObjectsCount() throws IOException {
        byte[] large = new byte[40_000_000];
        long own = ProcessHandle.current().pid();

        Footprint with = Footprint.of(own);

        assertThat(with.memory()).isGreaterThan(large.length);
        assertThat(with.growthSince(new Footprint(0, 0, 0, with.memory() - 13_000_000, 0)))
                .anyMatch(what -> what.startsWith("memory: "));
        assertThat(with.growthSince(with)).isEmpty();
    }
}
