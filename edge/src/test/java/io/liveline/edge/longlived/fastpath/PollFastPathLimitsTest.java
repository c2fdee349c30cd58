package io.liveline.edge.longlived.fastpath;

import java.time.Instant;

import io.liveline.edge.Raw;
import io.liveline.testing.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        assertEquals(429, status);
        assertTrue(recognized() > before, "no poll was recognized before");
    }

    @Test
    void anExpiredTokenIsRejected() {
        Instant ends = Instant.now().plusSeconds(1);
        String poll = poll("ned", 200)
                .replace(
                        authorization("ned"), "Authorization: Bearer " + TestTokens.of("ned", TestTokens.MEMBER, ends));
        learn(poll);
        send(poll, "p");
        assertEquals(before + 1, recognized());
        Awaitility.await()
                .until(() -> Instant.now().isAfter(ends.plus(TestTokens.SKEW).plusMillis(1)));
        client.send(poll.formatted("p"));
        assertEquals(401, client.status());
    }

    @Test
    void aTokenIsVerifiedAgainAfterItsCacheTime() {
        String poll = poll("ola", 200);
        learn(poll);
        double verified = recognized();
        // In five seconds it is parsed once more, which is not counted.
        for (int i = 0; i < 25; i++) {
            assertEquals("ola p", send(poll, "p").body());
        }
        assertTrue(recognized() > verified);
        assertTrue(recognized() < verified + 25, "recognized " + (recognized() - verified));
    }

    @Test
    void aPollThatWaitsDoesNotTimeOut() {
        String poll = poll("pam", 1200);
        learn(poll);
        assertEquals("pam a", send(poll, "a").body());
        assertEquals("pam b", send(poll, "b").body());
        assertEquals(before + 2, recognized());
    }

    @Test
    void theIdleTimeStartsWithTheReply() {
        String poll = poll("kit", 1200);
        learn(poll);
        send(poll, "p");
        long answered = System.nanoTime();
        client.awaitClosed();
        assertTrue(System.nanoTime() - answered > 1_500_000_000, "closed too soon after the reply");
    }

    @Test
    void aHeadAfterARecognizedPollTimesOut() {
        String poll = poll("pia", 0);
        learn(poll);
        send(poll, "p");
        double slowBefore = slowHeads();
        client.send("GET /plain/who HTTP/1.1\r\n");
        client.awaitClosed();
        assertEquals(slowBefore + 1, slowHeads());
    }

    @Test
    void theMemoryOfRecognizedPollsIsLimited() {
        String big = poll("quy", 0, "X-Long: " + "x".repeat(6000));
        learn(big);
        assertTrue(reservedBytes() > 6000);
        try (Raw other = new Raw(base.getPort())) {
            for (int i = 0; i < 3; i++) {
                other.send(big.formatted("p" + i));
                assertEquals("quy p" + i, other.whole().body());
            }
        }
        assertEquals(before, recognized(), "a second poll exceeds the memory");
        assertTrue(reservedBytes() < 8192);
        assertEquals("quy p", send(big, "p").body());
        assertEquals(before + 1, recognized());
    }

    private double slowHeads() {
        return registry.get("liveline.edge.slow.closed")
                .tag("of", "head")
                .counter()
                .count();
    }
}
