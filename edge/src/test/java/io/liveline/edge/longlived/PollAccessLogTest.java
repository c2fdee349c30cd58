package io.liveline.edge.longlived;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Access log of polls: with it, none is recognized, and all are logged. */
@QuarkusTest
@TestProfile(PollAccessLogTest.Logged.class)
class PollAccessLogTest extends PollFastPathFixture {

    /** The other tests' settings, with an access log. */
    public static final class Logged extends PollFastPathFixture.Profile {

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
            settings.put("quarkus.http.access-log.enabled", "true");
            return settings;
        }
    }

    // Held here, because the log manager holds it weakly.
    private final Logger log = Logger.getLogger("io.quarkus.http.access-log");
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Handler recorder = new Handler() {

        @Override
        public void publish(LogRecord line) {
            lines.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void record() {
        log.addHandler(recorder);
    }

    @AfterEach
    void end() {
        log.removeHandler(recorder);
    }

    @Test
    void eachPollIsLogged() {
        String poll = poll("vic", 0);
        for (int i = 0; i < 5; i++) {
            assertThat(send(poll, "p" + i).body()).isEqualTo("vic p" + i);
        }
        Awaitility.await().untilAsserted(() -> assertThat(lines)
                .filteredOn(line -> line.contains("GET /plain/polls/0?after=~p"))
                .hasSize(5));
        assertThat(recognized()).isEqualTo(before);
    }
}
