package io.liveline.edge.longlived;

import java.time.Instant;

import io.liveline.edge.Raw;
import io.liveline.testing.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Limits on recognized polls: rate, tokens, timeouts, memory. */
@QuarkusTest
@TestProfile(PollFastPathFixture.Profile.class)
class PollFastPathLimitsTest extends PollFastPathFixture {

    @Test
    void recognizedPollsCountAgainstTheRateLimit() {
        String poll = poll("moe", 0);
        learn(poll);
        int status = 200;
        for (int i = 0; i < 60 && status == 200; i++) {
            client.send(poll.formatted("p" + i));
            status = client.status();
        }
        assertThat(status).isEqualTo(429);
        assertThat(recognized()).as("no poll was recognized before").isGreaterThan(before);
    }

    @Test
    void anExpiredTokenIsRejected() {
        Instant ends = Instant.now().plusSeconds(4);
        String poll = poll("ned", 200)
                .replace(
                        authorization("ned"), "Authorization: Bearer " + TestTokens.of("ned", TestTokens.MEMBER, ends));
        learn(poll);
        send(poll, "p");
        assertThat(recognized()).isEqualTo(before + 1);
        // Polls go on, so that the connection is not idle.
        Awaitility.await().until(() -> send(poll, "p").head().contains(" 401 "));
        assertThat(Instant.now()).isAfterOrEqualTo(ends);
    }

    @Test
    void aTokenIsVerifiedAgainAfterItsCacheTime() {
        String poll = poll("ola", 200);
        learn(poll);
        double verified = recognized();
        // In five seconds it is parsed once more, which is not counted.
        for (int i = 0; i < 25; i++) {
            assertThat(send(poll, "p").body()).isEqualTo("ola p");
        }
        assertThat(recognized() - verified).isGreaterThan(0).isLessThan(25);
    }

    @Test
    void aPollThatWaitsDoesNotTimeOut() {
        String poll = poll("pam", 1200);
        learn(poll);
        assertThat(send(poll, "a").body()).isEqualTo("pam a");
        assertThat(send(poll, "b").body()).isEqualTo("pam b");
        assertThat(recognized()).isEqualTo(before + 2);
    }

    @Test
    void theIdleTimeStartsWithTheReply() {
        String poll = poll("kit", 1200);
        learn(poll);
        send(poll, "p");
        long answered = System.nanoTime();
        client.awaitClosed();
        assertThat(System.nanoTime() - answered)
                .as("closed too soon after the reply")
                .isGreaterThan(1_500_000_000);
    }

    @Test
    void aHeadAfterARecognizedPollTimesOut() {
        String poll = poll("pia", 0);
        learn(poll);
        send(poll, "p");
        double slowBefore = slowHeads();
        client.send("GET /plain/who HTTP/1.1\r\n");
        client.awaitClosed();
        assertThat(slowHeads()).isEqualTo(slowBefore + 1);
    }

    @Test
    void theMemoryOfRecognizedPollsIsLimited() {
        String big = poll("quy", 0, "X-Long: " + "x".repeat(6000));
        learn(big);
        assertThat(reservedBytes()).isGreaterThan(6000);
        try (Raw other = new Raw(base.getPort())) {
            for (int i = 0; i < 3; i++) {
                other.send(big.formatted("p" + i));
                assertThat(other.whole().body()).isEqualTo("quy p" + i);
            }
        }
        assertThat(recognized()).as("a second poll exceeds the memory").isEqualTo(before);
        assertThat(reservedBytes()).isLessThan(8192);
        assertThat(send(big, "p").body()).isEqualTo("quy p");
        assertThat(recognized()).isEqualTo(before + 1);
    }

    private double slowHeads() {
        return registry.get("liveline.edge.slow.closed")
                .tag("of", "head")
                .counter()
                .count();
    }
}
