package io.liveline.edge.longlived.fastpath;

import io.liveline.edge.Raw;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Recognition of polls: only the same poll from another position skips the parser. */
@QuarkusTest
@TestProfile(PollFastPathFixture.Profile.class)
class PollRecognitionTest extends PollFastPathFixture {

    @Test
    void aRecognizedPollIsAnsweredLikeAParsedOne() {
        String poll = poll("amy", 0, "Origin: https://friend.test", "X-Other: a,  b", "x-other: c");
        learn(poll);
        Raw.Whole fast = send(poll, "p3");
        assertEquals(before + 1, recognized(), "not recognized");
        client.close();
        client = new Raw(base.getPort());
        Raw.Whole parsed = send(poll, "p3");
        assertEquals(before + 1, recognized(), "not parsed");
        assertEquals("amy p3", fast.body());
        assertEquals(parsed.body(), fast.body());
        assertEquals(lines(parsed), lines(fast));
        assertTrue(lines(fast).contains("access-control-allow-origin: https://friend.test"), fast.head());
        assertTrue(lines(fast).contains("preference-applied: wait=7"), fast.head());
        assertTrue(lines(fast).contains("etag: \"p3\""), fast.head());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20})
    void eachPollIsAnsweredForItsOwnPosition(int millis) {
        String poll = poll("bea" + millis, millis);
        learn(poll);
        for (int i = 0; i < 10; i++) {
            assertEquals("bea" + millis + " q" + i, send(poll, "q" + i).body());
        }
        assertEquals(before + 10, recognized());
    }

    @Test
    void anotherPersonOverTheSameConnectionIsNotRecognized() {
        String dan = poll("dan", 0);
        learn(dan);
        assertEquals("eve p", send(poll("eve", 0), "p").body());
        assertEquals("dan p", send(dan, "p").body());
        assertEquals(before, recognized(), "a different poll was recognized");
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
        assertEquals(before, recognized());
    }

    @Test
    void bytesOfAPollWithinAnotherRequestAreNotRecognized() {
        String poll = poll("gus", 0);
        learn(poll);
        client.send(OPEN_REQUEST);
        awaitRead();
        assertEquals("gus", send(poll, "p").body());
        assertEquals(before, recognized());
    }

    @Test
    void aPollFollowedByAnotherRequestIsNotLearned() {
        String poll = poll("gil", 0);
        send(poll, "p");
        assertEquals(
                "gil p", client.send(poll.formatted("p") + OPEN_REQUEST).whole().body());
        assertEquals("gil", send(poll, "p").body());
        assertEquals(before, recognized());
    }

    @Test
    void aPollFollowedByAnotherRequestWhileItWaitsIsNotLearned() {
        String poll = poll("gwen", 100);
        send(poll, "p");
        client.send(poll.formatted("p"));
        awaitRead();
        assertEquals("gwen p", client.send(OPEN_REQUEST).whole().body());
        assertEquals("gwen", send(poll, "p").body());
        assertEquals(before, recognized());
    }

    @Test
    void aPollWithABodyIsNotLearned() {
        send(poll("gus", 0), "p1");
        int size = poll("gus", 0, "Content-Length: 123").formatted("p1").length();
        String poll = poll("gus", 0, "Content-Length: " + size);
        assertEquals("gus p1", send(poll, "p1").body(), "answered before its body has arrived");
        // The body has the bytes of the request.
        client.send(poll.formatted("p2"));
        awaitRead();
        client.send(OPEN_REQUEST + "\r\nHost: test\r\n" + authorization("gus") + "\r\n\r\n");
        assertEquals("gus", client.whole().body());
        assertEquals(before, recognized());
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
        assertEquals(0, reservedBytes());
    }

    @Test
    void aPollInPiecesIsParsed() {
        String poll = poll("ida", 0);
        learn(poll);
        String whole = poll.formatted("p");
        client.send(whole.substring(0, 40));
        client.send(whole.substring(40));
        assertEquals("ida p", client.whole().body());
        assertEquals("ida q", send(poll, "q").body());
    }

    @Test
    void aRejectedPositionIsParsed() {
        String poll = poll("jim", 3);
        learn(poll);
        client.send(poll.formatted("bad"));
        assertEquals(400, client.status());
        learn(poll);
        assertEquals("jim again", send(poll, "again").body());
    }

    @Test
    void aConnectionOfDifferentPollsLearnsNone() {
        for (int i = 0; i < 12; i++) {
            send(poll("rob", 0, "X-Request-Id: " + i), "p");
        }
        assertEquals(0, reservedBytes());
        String poll = poll("rob", 0);
        send(poll, "a");
        send(poll, "b");
        send(poll, "c");
        assertEquals(before, recognized());
    }
}
