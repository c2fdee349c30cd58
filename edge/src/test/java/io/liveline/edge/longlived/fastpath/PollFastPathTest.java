package io.liveline.edge.longlived.fastpath;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
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
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

@QuarkusTest
@TestProfile(PollFastPathTest.Settings.class)
class PollFastPathTest {

    /** Small limits. */
    public static final class Settings extends TestTokens {

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

    /** Of a request that goes on with whatever comes next. */
    private static final String BEGUN = "GET /plain/who HTTP/1.1\r\nX-Within: ";

    private static final Map<String, String> TOKENS = new HashMap<>();

    @TestHTTPResource
    URI base;

    @Inject
    MeterRegistry registry;

    @Inject
    PlainPolls polls;

    private Raw client;
    private double before;

    @BeforeEach
    void connect() {
        // The first takes its time.
        authorization("zoe");
        // Behind one that was let in, as connections are watched from the first request on.
        awaitRead();
        client = new Raw(base.getPort());
        before = asked();
    }

    @AfterEach
    void nothingIsKnownOfWhoHasGone() {
        client.close();
        Awaitility.await().until(() -> known() == 0);
    }

    @Test
    void whatIsAskedAgainIsAnsweredAsBefore() {
        String poll = poll("amy", 0, "Origin: https://friend.test", "X-Other: a,  b", "x-other: c");
        learn(poll);
        Raw.Whole parsed = ask(poll, "p3");
        assertEquals(before + 1, asked(), "known");
        client.close();
        client = new Raw(base.getPort());
        Raw.Whole known = ask(poll, "p3");
        assertEquals(before + 1, asked(), "parsed");
        assertEquals("amy p3", known.body());
        assertEquals(parsed.body(), known.body());
        assertEquals(lines(parsed), lines(known));
        assertTrue(lines(known).contains("access-control-allow-origin: https://friend.test"), known.head());
        assertTrue(lines(known).contains("preference-applied: wait=7"), known.head());
        assertTrue(lines(known).contains("etag: \"p3\""), known.head());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20})
    void eachIsAnsweredForItsOwnPosition(int millis) {
        String poll = poll("bea" + millis, millis);
        learn(poll);
        for (int i = 0; i < 10; i++) {
            assertEquals("bea" + millis + " q" + i, ask(poll, "q" + i).body());
        }
        assertEquals(before + 10, asked());
    }

    @Test
    void whatTheClientHasIsToldByAStatusWithoutABody() {
        String poll = poll("cat", 0);
        learn(poll);
        client.send(poll.formatted("same"));
        Raw.Answer same = client.answer();
        assertEquals(304, same.status());
        assertTrue(same.head().contains("etag: \"same\"\r\n"), same.head());
        assertEquals("cat next", ask(poll, "next").body());
        assertEquals(before + 2, asked());
    }

    @Test
    void anotherPersonOverTheSameConnectionIsAnother() {
        String dan = poll("dan", 0);
        learn(dan);
        assertEquals("eve p", ask(poll("eve", 0), "p").body());
        assertEquals("dan p", ask(dan, "p").body());
        assertEquals(before, asked(), "neither was the one before");
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
    void whatMayMeanAnotherRequestIsParsed(String position) {
        String poll = poll("fay", 0);
        learn(poll);
        client.send(poll.formatted(position));
        client.answer();
        assertEquals(before, asked());
    }

    @Test
    void whatLooksLikeAPollWithinAnotherRequestIsNone() {
        String poll = poll("gus", 0);
        learn(poll);
        client.send(BEGUN);
        awaitRead();
        assertEquals("gus", ask(poll, "p").body());
        assertEquals(before, asked());
    }

    @Test
    void noneIsLearnedThatAnotherRequestIsBehindOf() {
        String poll = poll("gil", 0);
        ask(poll, "p");
        assertEquals("gil p", client.send(poll.formatted("p") + BEGUN).whole().body());
        assertEquals("gil", ask(poll, "p").body());
        assertEquals(before, asked());
    }

    @Test
    void noneIsLearnedThatAnotherRequestCameBehindOfWhileItWaited() {
        String poll = poll("gwen", 100);
        ask(poll, "p");
        client.send(poll.formatted("p"));
        awaitRead();
        assertEquals("gwen p", client.send(BEGUN).whole().body());
        assertEquals("gwen", ask(poll, "p").body());
        assertEquals(before, asked());
    }

    @Test
    void thoseSentWhileOneWaitsAreAnsweredInTheirOrder() {
        String poll = poll("hal", 500);
        learn(poll);
        client.send(poll.formatted("a"));
        awaitAsked(1);
        client.send(poll.formatted("b") + poll.formatted("c") + BEGUN);
        client.send("x\r\nHost: test\r\n" + authorization("hal") + "\r\n\r\n");
        for (String body : List.of("hal a", "hal b", "hal c", "hal")) {
            assertEquals(body, client.whole().body());
        }
        assertEquals(before + 1, asked());
    }

    @Test
    void oneThatIsSentWhileAnotherWaitsIsKnownToo() {
        String poll = poll("hat", 500);
        learn(poll);
        client.send(poll.formatted("a"));
        awaitAsked(1);
        client.send(poll.formatted("b"));
        assertEquals("hat a", client.whole().body());
        assertEquals("hat b", client.whole().body());
        assertEquals("hat c", ask(poll, "c").body());
        assertEquals(before + 3, asked());
    }

    @Test
    void whoGoesAwayWithMoreBehindIsToldToo() {
        String poll = poll("hay", 0);
        learn(poll);
        int goneBefore = polls.gone.get();
        client.send(poll.formatted("never"));
        awaitAsked(1);
        client.send(poll.formatted("p"));
        awaitRead();
        client.close();
        Awaitility.await().until(() -> polls.gone.get() == goneBefore + 1);
    }

    @Test
    void noneIsLearnedThatHasABody() {
        ask(poll("gus", 0), "p1");
        int size = poll("gus", 0, "Content-Length: 123").formatted("p1").length();
        String poll = poll("gus", 0, "Content-Length: " + size);
        assertEquals("gus p1", ask(poll, "p1").body(), "answered before its body has come");
        // Which looks like itself.
        client.send(poll.formatted("p2"));
        awaitRead();
        client.send(BEGUN + "\r\nHost: test\r\n" + authorization("gus") + "\r\n\r\n");
        assertEquals("gus", client.whole().body());
        assertEquals(before, asked());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Expect: 100-continue",
                "Upgrade: something",
                "Connection: keep-alive\r\nConnection: upgrade",
                "Sec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2"
            })
    void noneIsLearnedBehindWhichSomethingElseMayCome(String line) {
        ask(poll("gus", 0), "p1");
        client.send(poll("gus", 0, line).formatted("p2"));
        client.readUntil("gus p2");
        assertEquals(0, known());
    }

    @Test
    void whatComesInPiecesIsParsed() {
        String poll = poll("ida", 0);
        learn(poll);
        String whole = poll.formatted("p");
        client.send(whole.substring(0, 40));
        client.send(whole.substring(40));
        assertEquals("ida p", client.whole().body());
        assertEquals("ida q", ask(poll, "q").body());
    }

    @Test
    void whatCannotBeAskedSoIsAskedTheLongWay() {
        String poll = poll("jim", 3);
        learn(poll);
        client.send(poll.formatted("bad"));
        assertEquals(400, client.status());
        learn(poll);
        assertEquals("jim again", ask(poll, "again").body());
    }

    @Test
    void itIsRefusedAsEver() {
        String poll = poll("joe", 3, "Origin: https://friend.test");
        Raw.Whole parsed = ask(poll, "refused");
        assertTrue(parsed.head().contains(" 503 Service Unavailable\r\n"), parsed.head());
        ask(poll, "p");
        Raw.Whole known = ask(poll, "refused");
        assertEquals(before + 1, asked());
        assertEquals(lines(parsed), lines(known));
        assertEquals(parsed.body(), known.body());
        assertEquals("joe again", ask(poll, "again").body());
    }

    @Test
    void theLastOneTellsSo() {
        String poll = poll("kay", 0);
        learn(poll);
        Raw.Whole known = ask(poll, "last");
        assertEquals(before + 1, asked());
        assertEquals("", client.send(poll.formatted("p")).rest(), "nothing is answered behind it");
        Raw.Whole parsed;
        try (Raw other = new Raw(base.getPort())) {
            parsed = other.send(poll.formatted("last")).whole();
            assertEquals("", other.send(poll.formatted("p")).rest(), "nothing is answered behind it");
        }
        assertEquals(lines(parsed), lines(known));
        assertEquals("kay last", known.body());
        assertTrue(lines(known).contains("connection: close"), known.head());
    }

    @Test
    void whatIsSaidTwiceOrTooLateIsSaidOnce() {
        String poll = poll("kim", 0);
        learn(poll);
        // It is said again 300 ms later, when another waits.
        assertEquals("kim twice", ask(poll, "twice").body());
        assertEquals("kim slow", ask(poll, "slow").body());
        assertEquals("kim p", ask(poll, "p").body());
        assertEquals(before + 3, asked());
    }

    @Test
    void itIsIdleOnlyFromItsAnswerOn() {
        String poll = poll("kit", 1200);
        learn(poll);
        ask(poll, "p");
        long answered = System.nanoTime();
        client.awaitClosed();
        assertTrue(System.nanoTime() - answered > 1_500_000_000, "closed too soon behind the answer");
    }

    @Test
    void whoGoesAwayIsTold() {
        String poll = poll("lea", 0);
        learn(poll);
        int goneBefore = polls.gone.get();
        client.send(poll.formatted("never"));
        awaitAsked(1);
        assertEquals(goneBefore, polls.gone.get());
        client.close();
        Awaitility.await().until(() -> polls.gone.get() == goneBefore + 1);
    }

    @Test
    void whoAsksTooOftenIsSentAway() {
        String poll = poll("moe", 0);
        learn(poll);
        int status = 200;
        for (int i = 0; i < 60 && status == 200; i++) {
            client.send(poll.formatted("p" + i));
            status = client.status();
        }
        assertEquals(429, status);
        assertTrue(asked() > before, "after some that were known");
    }

    @Test
    void aTokenThatEndsIsRefused() {
        Instant ends = Instant.now().plusSeconds(1);
        String poll = poll("ned", 200)
                .replace(
                        authorization("ned"), "Authorization: Bearer " + TestTokens.of("ned", TestTokens.MEMBER, ends));
        learn(poll);
        ask(poll, "p");
        assertEquals(before + 1, asked());
        Awaitility.await()
                .until(() -> Instant.now().isAfter(ends.plus(TestTokens.SKEW).plusMillis(1)));
        client.send(poll.formatted("p"));
        assertEquals(401, client.status());
    }

    @Test
    void aTokenIsVerifiedAnewWhenItWasForgotten() {
        String poll = poll("ola", 200);
        learn(poll);
        double verified = asked();
        // In five seconds it is parsed again once, and not counted.
        for (int i = 0; i < 25; i++) {
            assertEquals("ola p", ask(poll, "p").body());
        }
        assertTrue(asked() > verified);
        assertTrue(asked() < verified + 25, "asked " + (asked() - verified));
    }

    @Test
    void aPollThatWaitsIsNeitherIdleNorSlow() {
        String poll = poll("pam", 1200);
        learn(poll);
        assertEquals("pam a", ask(poll, "a").body());
        assertEquals("pam b", ask(poll, "b").body());
        assertEquals(before + 2, asked());
    }

    @Test
    void behindItAHeadMayTakeNoLongerThanAnyOther() {
        String poll = poll("pia", 0);
        learn(poll);
        ask(poll, "p");
        double slowBefore = slowHeads();
        client.send("GET /plain/who HTTP/1.1\r\n");
        client.awaitClosed();
        assertEquals(slowBefore + 1, slowHeads());
    }

    @Test
    void noMoreIsRememberedThanMayBe() {
        String big = poll("quy", 0, "X-Long: " + "x".repeat(6000));
        learn(big);
        assertTrue(known() > 6000);
        try (Raw other = new Raw(base.getPort())) {
            for (int i = 0; i < 3; i++) {
                other.send(big.formatted("p" + i));
                assertEquals("quy p" + i, other.whole().body());
            }
        }
        assertEquals(before, asked(), "there is no room for a second");
        assertTrue(known() < 8192);
        assertEquals("quy p", ask(big, "p").body());
        assertEquals(before + 1, asked());
    }

    @Test
    void whereAProxyMixesManyNobodyIsLearned() {
        for (int i = 0; i < 12; i++) {
            ask(poll("rob", 0, "X-Request-Id: " + i), "p");
        }
        assertEquals(0, known());
        String poll = poll("rob", 0);
        ask(poll, "a");
        ask(poll, "b");
        ask(poll, "c");
        assertEquals(before, asked());
    }

    private void awaitAsked(int more) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> asked() == before + more);
    }

    /** What was sent before this was read: a connection that is made, and whose request is answered, later than it. */
    private void awaitRead() {
        for (int i = 0; i < 4; i++) {
            try (Raw other = new Raw(base.getPort())) {
                other.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n").answer();
            }
        }
    }

    /** Asks twice, behind which it is known: the first is what gives the connection its shortcut. */
    private void learn(String poll) {
        ask(poll, "p1");
        ask(poll, "p2");
    }

    private Raw.Whole ask(String poll, String position) {
        return client.send(poll.formatted(position)).whole();
    }

    private static String poll(String person, int millis, String... lines) {
        String more =
                String.join("", Arrays.stream(lines).map(line -> line + "\r\n").toList());
        return "GET /plain/poll?after=%s&millis=" + millis + " HTTP/1.1\r\nHost: test\r\n" + authorization(person)
                + "\r\n" + more + "\r\n";
    }

    private static String authorization(String person) {
        return "Authorization: Bearer "
                + TOKENS.computeIfAbsent(person, name -> TestTokens.of(name, TestTokens.MEMBER));
    }

    private static List<String> lines(Raw.Whole answer) {
        List<String> lines = answer.head().toLowerCase().lines().sorted().toList();
        // It is there, and may be another.
        assertEquals(1, lines.stream().filter(line -> line.startsWith("date: ")).count(), answer.head());
        return lines.stream().filter(line -> !line.startsWith("date: ")).toList();
    }

    private double slowHeads() {
        return registry.get("liveline.edge.slow.closed")
                .tag("of", "head")
                .counter()
                .count();
    }

    private double asked() {
        return registry.get("liveline.edge.polls.known.asked").counter().count();
    }

    private double known() {
        return registry.get("liveline.edge.polls.known").gauge().value();
    }
}
