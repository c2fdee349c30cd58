package io.liveline.edge.longlived;

import io.liveline.edge.Raw;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Recognition of polls: only the same poll from another position skips the parser. */
@QuarkusTest
@TestProfile(PollFastPathFixture.Profile.class)
class PollRecognitionTest extends PollFastPathFixture {

    @Test
    void aRecognizedPollIsAnsweredLikeAParsedOne() {
        String poll = poll("amy", 0, "Origin: https://friend.test", "X-Other: a,  b", "x-other: c");
        learn(poll);
        Raw.Whole fast = send(poll, "p3");
        assertThat(recognized()).as("not recognized").isEqualTo(before + 1);
        client.close();
        client = new Raw(base.getPort());
        Raw.Whole parsed = send(poll, "p3");
        assertThat(recognized()).as("not parsed").isEqualTo(before + 1);
        assertThat(fast.body()).isEqualTo("amy p3");
        assertThat(fast.body()).isEqualTo(parsed.body());
        assertThat(lines(fast)).isEqualTo(lines(parsed));
        assertThat(lines(fast)).contains("access-control-allow-origin: https://friend.test");
        assertThat(lines(fast)).contains("preference-applied: wait=7");
        assertThat(lines(fast)).contains("etag: \"p3\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20})
    void eachPollIsAnsweredForItsOwnPosition(int millis) {
        String poll = poll("bea" + millis, millis);
        learn(poll);
        for (int i = 0; i < 10; i++) {
            assertThat(send(poll, "q" + i).body()).isEqualTo("bea" + millis + " q" + i);
        }
        assertThat(recognized()).isEqualTo(before + 10);
    }

    @Test
    void anotherPersonOverTheSameConnectionIsNotRecognized() {
        String dan = poll("dan", 0);
        learn(dan);
        assertThat(send(poll("eve", 0), "p").body()).isEqualTo("eve p");
        assertThat(send(dan, "p").body()).isEqualTo("dan p");
        assertThat(recognized()).as("a different poll was recognized").isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "p2&name=x",
                "%70",
                "p 2",
                "a\r\nX-Other: b",
                "longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong"
            })
    void aPositionThatMayChangeTheRequestIsParsed(String position) {
        String poll = poll("fay", 0);
        learn(poll);
        client.send(poll.formatted(position));
        client.answer();
        assertThat(recognized()).isEqualTo(before);
    }

    @Test
    void bytesOfAPollWithinAnotherRequestAreNotRecognized() {
        String poll = poll("gus", 0);
        learn(poll);
        client.send(OPEN_REQUEST);
        awaitRead();
        assertThat(send(poll, "p").body()).isEqualTo("gus");
        assertThat(recognized()).isEqualTo(before);
    }

    @Test
    void aPollFollowedByAnotherRequestIsNotLearned() {
        String poll = poll("gil", 0);
        send(poll, "p");
        assertThat(client.send(poll.formatted("p") + OPEN_REQUEST).whole().body())
                .isEqualTo("gil p");
        assertThat(send(poll, "p").body()).isEqualTo("gil");
        assertThat(recognized()).isEqualTo(before);
    }

    @Test
    void aPollFollowedByAnotherRequestWhileItWaitsIsNotLearned() {
        String poll = poll("gwen", 100);
        send(poll, "p");
        client.send(poll.formatted("p"));
        awaitRead();
        assertThat(client.send(OPEN_REQUEST).whole().body()).isEqualTo("gwen p");
        assertThat(send(poll, "p").body()).isEqualTo("gwen");
        assertThat(recognized()).isEqualTo(before);
    }

    /** The client of JDK 17 sends this field with every GET. */
    @Test
    void aPollWithALengthOfZeroIsRecognized() {
        String poll = poll("hal", 0, "Content-Length: 0");
        learn(poll);
        assertThat(send(poll, "p").body()).isEqualTo("hal p");
        assertThat(recognized()).isEqualTo(before + 1);
    }

    @Test
    void aPollWithABodyIsNotLearned() {
        send(poll("gus", 0), "p1");
        int size = poll("gus", 0, "Content-Length: 123").formatted("p1").length();
        String poll = poll("gus", 0, "Content-Length: " + size);
        assertThat(send(poll, "p1").body())
                .as("answered before its body has arrived")
                .isEqualTo("gus p1");
        // The body has the bytes of the request.
        client.send(poll.formatted("p2"));
        awaitRead();
        client.send(OPEN_REQUEST + "\r\nHost: test\r\n" + authorization("gus") + "\r\n\r\n");
        assertThat(client.whole().body()).isEqualTo("gus");
        assertThat(recognized()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Expect: 100-continue",
                "Upgrade: something",
                "Connection: keep-alive\r\nConnection: upgrade",
                "Sec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2"
            })
    void aPollThatMayChangeTheProtocolIsNotLearned(String line) {
        send(poll("gus", 0), "p1");
        client.send(poll("gus", 0, line).formatted("p2"));
        client.readUntil("gus p2");
        assertThat(reservedBytes()).isEqualTo(0);
    }

    @Test
    void aPollInPiecesIsParsed() {
        String poll = poll("ida", 0);
        learn(poll);
        String whole = poll.formatted("p");
        client.send(whole.substring(0, 40));
        client.send(whole.substring(40));
        assertThat(client.whole().body()).isEqualTo("ida p");
        assertThat(send(poll, "q").body()).isEqualTo("ida q");
    }

    @Test
    void aRejectedPositionIsParsed() {
        String poll = poll("jim", 3);
        learn(poll);
        client.send(poll.formatted("bad"));
        assertThat(client.status()).isEqualTo(400);
        learn(poll);
        assertThat(send(poll, "again").body()).isEqualTo("jim again");
    }

    @Test
    void aConnectionOfDifferentPollsLearnsNone() {
        for (int i = 0; i < 12; i++) {
            send(poll("rob", 0, "X-Request-Id: " + i), "p");
        }
        assertThat(reservedBytes()).isEqualTo(0);
        String poll = poll("rob", 0);
        send(poll, "a");
        send(poll, "b");
        send(poll, "c");
        assertThat(recognized()).isEqualTo(before);
    }
}
