package io.liveline.edge.longlived.fastpath;

import java.util.List;

import io.liveline.edge.Raw;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Replies to recognized polls. */
@QuarkusTest
@TestProfile(PollFastPathFixture.Profile.class)
class PollFastReplyTest extends PollFastPathFixture {

    @Test
    void anUnchangedStateIsAnsweredWithoutABody() {
        String poll = poll("cat", 0);
        learn(poll);
        client.send(poll.formatted("same"));
        Raw.Answer same = client.answer();
        assertEquals(304, same.status());
        assertTrue(same.head().contains("etag: \"same\"\r\n"), same.head());
        assertEquals("cat next", send(poll, "next").body());
        assertEquals(before + 2, recognized());
    }

    @Test
    void requestsSentWhileAPollWaitsAreAnsweredInOrder() {
        String poll = poll("hal", 500);
        learn(poll);
        client.send(poll.formatted("a"));
        awaitRecognized(1);
        client.send(poll.formatted("b") + poll.formatted("c") + OPEN_REQUEST);
        client.send("x\r\nHost: test\r\n" + authorization("hal") + "\r\n\r\n");
        for (String body : List.of("hal a", "hal b", "hal c", "hal")) {
            assertEquals(body, client.whole().body());
        }
        assertEquals(before + 1, recognized());
    }

    @Test
    void aPollSentWhileAnotherWaitsIsRecognized() {
        String poll = poll("hat", 500);
        learn(poll);
        client.send(poll.formatted("a"));
        awaitRecognized(1);
        client.send(poll.formatted("b"));
        assertEquals("hat a", client.whole().body());
        assertEquals("hat b", client.whole().body());
        assertEquals("hat c", send(poll, "c").body());
        assertEquals(before + 3, recognized());
    }

    @Test
    void aDisconnectIsReported() {
        String poll = poll("lea", 0);
        learn(poll);
        int goneBefore = polls.gone.get();
        client.send(poll.formatted("never"));
        awaitRecognized(1);
        assertEquals(goneBefore, polls.gone.get());
        client.close();
        Awaitility.await().until(() -> polls.gone.get() == goneBefore + 1);
    }

    @Test
    void aDisconnectIsReportedAlsoWithUnreadRequests() {
        String poll = poll("hay", 0);
        learn(poll);
        int goneBefore = polls.gone.get();
        client.send(poll.formatted("never"));
        awaitRecognized(1);
        client.send(poll.formatted("p"));
        awaitRead();
        client.close();
        Awaitility.await().until(() -> polls.gone.get() == goneBefore + 1);
    }

    @Test
    void aRecognizedPollIsRejectedLikeAParsedOne() {
        String poll = poll("joe", 3, "Origin: https://friend.test");
        Raw.Whole parsed = send(poll, "refused");
        assertTrue(parsed.head().contains(" 503 Service Unavailable\r\n"), parsed.head());
        send(poll, "p");
        Raw.Whole fast = send(poll, "refused");
        assertEquals(before + 1, recognized());
        assertEquals(lines(parsed), lines(fast));
        assertEquals(parsed.body(), fast.body());
        assertEquals("joe again", send(poll, "again").body());
    }

    @Test
    void theLastReplyClosesTheConnection() {
        String poll = poll("kay", 0);
        learn(poll);
        Raw.Whole fast = send(poll, "last");
        assertEquals(before + 1, recognized());
        assertEquals("", client.send(poll.formatted("p")).rest(), "a request after the last reply was answered");
        Raw.Whole parsed;
        try (Raw other = new Raw(base.getPort())) {
            parsed = other.send(poll.formatted("last")).whole();
            assertEquals("", other.send(poll.formatted("p")).rest(), "a request after the last reply was answered");
        }
        assertEquals(lines(parsed), lines(fast));
        assertEquals("kay last", fast.body());
        assertTrue(lines(fast).contains("connection: close"), fast.head());
    }

    @Test
    void aSecondOrLateReplyIsIgnored() {
        String poll = poll("kim", 0);
        learn(poll);
        // The second reply is attempted 300 ms later, while another poll waits.
        assertEquals("kim twice", send(poll, "twice").body());
        assertEquals("kim slow", send(poll, "slow").body());
        assertEquals("kim p", send(poll, "p").body());
        assertEquals(before + 3, recognized());
    }
}
