package io.liveline.edge.longlived;

import java.util.Collection;

import io.liveline.edge.Raw;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** HTTP metrics of polls: a recognized poll moves the meter of a parsed one. */
@QuarkusTest
@TestProfile(PollFastPathFixture.Profile.class)
class PollMetricsTest extends PollFastPathFixture {

    private static final String ROUTE = "/plain/polls/{millis}";

    @ParameterizedTest
    @CsvSource({
        "changed, 200, SUCCESS",
        "same, 304, REDIRECTION",
        "refused, 503, SERVER_ERROR",
        "never, RESET, CLIENT_ERROR"
    })
    void bothFormsCountInOneMeter(String position, String status, String outcome) {
        String poll = poll("una" + position, 0);
        try (Raw parsed = new Raw(base.getPort())) {
            long counted = count(status);
            parsed.send(poll.formatted(position));
            end(parsed, position);
            awaitCount(status, counted + 1);
        }
        long learned = count("200");
        learn(poll);
        awaitCount("200", learned + 2);
        assertThat(recognized()).isEqualTo(before);
        long counted = count(status);
        client.send(poll.formatted(position));
        awaitRecognized(1);
        end(client, position);
        awaitCount(status, counted + 1);
        assertThat(timers(status).iterator().next().getId().getTags())
                .containsExactlyInAnyOrder(
                        Tag.of("method", "GET"),
                        Tag.of("outcome", outcome),
                        Tag.of("status", status),
                        Tag.of("uri", ROUTE));
    }

    /** Receives the reply, or disconnects if there is none. */
    private void end(Raw connection, String position) {
        if (position.equals("never")) {
            awaitRead();
            connection.close();
        } else {
            connection.answer();
        }
    }

    private void awaitCount(String status, long count) {
        Awaitility.await().untilAsserted(() -> assertThat(count(status)).isEqualTo(count));
        assertThat(timers(status)).as("one meter for both forms").hasSize(1);
    }

    private long count(String status) {
        return timers(status).stream().mapToLong(Timer::count).sum();
    }

    private Collection<Timer> timers(String status) {
        return registry.find("http.server.requests")
                .tag("uri", ROUTE)
                .tag("status", status)
                .timers();
    }
}
