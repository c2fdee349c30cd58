package io.liveline.edge.longlived;

import java.util.List;

import io.liveline.edge.Raw;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

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
        assertThat(same.status()).isEqualTo(304);
        assertThat(same.head()).contains("etag: \"same\"\r\n");
        assertThat(send(poll, "next").body()).isEqualTo("cat next");
        assertThat(recognized()).isEqualTo(before + 2);
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
            assertThat(client.whole().body()).isEqualTo(body);
        }
        assertThat(recognized()).isEqualTo(before + 1);
    }

    @Test
    void aPollSentWhileAnotherWaitsIsRecognized() {
        String poll = poll("hat", 500);
        learn(poll);
        client.send(poll.formatted("a"));
        awaitRecognized(1);
        client.send(poll.formatted("b"));
        assertThat(client.whole().body()).isEqualTo("hat a");
        assertThat(client.whole().body()).isEqualTo("hat b");
        assertThat(send(poll, "c").body()).isEqualTo("hat c");
        assertThat(recognized()).isEqualTo(before + 3);
    }

    @Test
    void aDisconnectIsReported() {
        String poll = poll("lea", 0);
        learn(poll);
        int goneBefore = polls.gone.get();
        client.send(poll.formatted("never"));
        awaitRecognized(1);
        assertThat(polls.gone.get()).isEqualTo(goneBefore);
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
        assertThat(parsed.head()).contains(" 503 Service Unavailable\r\n");
        send(poll, "p");
        Raw.Whole fast = send(poll, "refused");
        assertThat(recognized()).isEqualTo(before + 1);
        assertThat(lines(fast)).isEqualTo(lines(parsed));
        assertThat(fast.body()).isEqualTo(parsed.body());
        assertThat(send(poll, "again").body()).isEqualTo("joe again");
    }

    @Test
    void theLastReplyClosesTheConnection() {
        String poll = poll("kay", 0);
        learn(poll);
        Raw.Whole fast = send(poll, "last");
        assertThat(recognized()).isEqualTo(before + 1);
        assertThat(client.send(poll.formatted("p")).rest())
                .as("a request after the last reply was answered")
                .isEmpty();
        Raw.Whole parsed;
        try (Raw other = new Raw(base.getPort())) {
            parsed = other.send(poll.formatted("last")).whole();
            assertThat(other.send(poll.formatted("p")).rest())
                    .as("a request after the last reply was answered")
                    .isEmpty();
        }
        assertThat(lines(fast)).isEqualTo(lines(parsed));
        assertThat(fast.body()).isEqualTo("kay last");
        assertThat(lines(fast)).contains("connection: close");
    }

    @Test
    void aSecondOrLateReplyIsIgnored() {
        String poll = poll("kim", 0);
        learn(poll);
        // The second reply is attempted 300 ms later, while another poll waits.
        assertThat(send(poll, "twice").body()).isEqualTo("kim twice");
        assertThat(send(poll, "slow").body()).isEqualTo("kim slow");
        assertThat(send(poll, "p").body()).isEqualTo("kim p");
        assertThat(recognized()).isEqualTo(before + 3);
    }
}
