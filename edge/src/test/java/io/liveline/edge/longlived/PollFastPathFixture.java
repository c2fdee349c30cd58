package io.liveline.edge.longlived;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import jakarta.inject.Inject;

import io.liveline.edge.PlainPolls;
import io.liveline.edge.Raw;
import io.liveline.testing.TestTokens;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;

/** Application and client of the tests of the poll fast path. All of them share one application. */
abstract class PollFastPathFixture {

    /** Small limits and short timeouts. */
    public static class Profile extends TestTokens {

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
            settings.put("liveline.edge.rate.person.burst", "30");
            settings.put("liveline.edge.rate.person.per-second", "1");
            settings.put("liveline.edge.known-polls", "8K");
            settings.put("liveline.edge.tokens.remembered-for", "4s");
            settings.put("liveline.edge.head-timeout", "1s");
            settings.put("quarkus.http.idle-timeout", "2S");
            settings.put("quarkus.http.cors.origins", "https://friend.test");
            return settings;
        }
    }

    /** Start of a request whose last header continues with the bytes that follow. */
    static final String OPEN_REQUEST = "GET /plain/who HTTP/1.1\r\nX-Within: ";

    static final Map<String, String> TOKENS = new HashMap<>();

    @TestHTTPResource
    URI base;

    @Inject
    MeterRegistry registry;

    @Inject
    PlainPolls polls;

    Raw client;
    // Count of recognized polls at the start of the test.
    double before;

    @BeforeEach
    void connect() {
        // The first signature is slow.
        authorization("zoe");
        // After an accepted request, because connections are watched from the first one on.
        awaitRead();
        client = new Raw(base.getPort());
        before = recognized();
    }

    @AfterEach
    void aClosedConnectionFreesItsMemory() {
        client.close();
        Awaitility.await().until(() -> reservedBytes() == 0);
    }

    /** Sends a poll twice, after which it is recognized: the first adds the handler to the connection. */
    void learn(String poll) {
        send(poll, "p1");
        send(poll, "p2");
    }

    Raw.Whole send(String poll, String position) {
        return client.send(poll.formatted(position)).whole();
    }

    static String poll(String person, int millis, String... lines) {
        String more =
                String.join("", Arrays.stream(lines).map(line -> line + "\r\n").toList());
        return "GET /plain/polls/" + millis + "?after=~%s HTTP/1.1\r\nHost: test\r\n" + authorization(person) + "\r\n"
                + more + "\r\n";
    }

    static String authorization(String person) {
        return "Authorization: Bearer "
                + TOKENS.computeIfAbsent(person, name -> TestTokens.of(name, TestTokens.MEMBER));
    }

    static List<String> lines(Raw.Whole answer) {
        List<String> lines = answer.head().toLowerCase().lines().sorted().toList();
        // The date is present and may differ.
        assertThat(lines.stream().filter(line -> line.startsWith("date: ")).count())
                .as(answer.head())
                .isEqualTo(1);
        return lines.stream().filter(line -> !line.startsWith("date: ")).toList();
    }

    void awaitRecognized(int more) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> recognized() == before + more);
    }

    /** Waits until earlier bytes were read: later connections are accepted and their requests answered after them. */
    void awaitRead() {
        for (int i = 0; i < 4; i++) {
            try (Raw other = new Raw(base.getPort())) {
                other.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n").answer();
            }
        }
    }

    double recognized() {
        return registry.get("liveline.edge.polls.known.asked").counter().count();
    }

    double reservedBytes() {
        return registry.get("liveline.edge.polls.known").gauge().value();
    }
}
