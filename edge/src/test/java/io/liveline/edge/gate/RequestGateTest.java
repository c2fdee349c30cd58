package io.liveline.edge.gate;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.liveline.edge.Raw;
import io.liveline.testing.TestTokens;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.jwt.build.Jwt;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

@QuarkusTest
@TestProfile(RequestGateTest.Settings.class)
class RequestGateTest {

    /** Small limits, and proxies that are trusted at one address only. */
    public static final class Settings extends TestTokens {

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
            settings.put("liveline.edge.rate.person.burst", "100");
            settings.put("liveline.edge.rate.person.per-second", "1");
            settings.put("liveline.edge.rate.address.burst", "200");
            settings.put("liveline.edge.rate.address.per-second", "1");
            settings.put("liveline.edge.max-connections", "60");
            settings.put("liveline.edge.head-timeout", "1s");
            settings.put("liveline.edge.body-timeout", "4s");
            settings.put("quarkus.http.proxy.proxy-address-forwarding", "true");
            settings.put("quarkus.http.proxy.trusted-proxies", "127.0.0.9");
            settings.put("quarkus.http.cors.origins", "https://friend.test");
            settings.put("quarkus.log.category.\"io.smallrye.jwt\".level", "DEBUG");
            settings.put("quarkus.log.category.\"io.liveline\".level", "DEBUG");
            return settings;
        }
    }

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TestHTTPResource
    URI base;

    // -- who is let in

    @ParameterizedTest
    @ValueSource(strings = {"/who", "/plain/who"})
    void aTokenSaysWhoAsksToRestAndToRoutesOfTheirOwn(String path) throws Exception {
        String token = TestTokens.claims("ann", TestTokens.MEMBER)
                .claim("name", "Ann Ash")
                .sign(TestTokens.privateKey());
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> answer = get(path, token);
            assertEquals(200, answer.statusCode(), answer.body());
            assertEquals("Ann Ash", answer.body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/who", "/plain/who", "/plain/who?name=ann", "/nowhere"})
    void nobodyIsLetInWithoutAToken(String path) throws Exception {
        HttpResponse<String> answer = send(request(path));
        assertProblem(401, "unauthorized", answer);
        assertEquals("Bearer", answer.headers().firstValue("WWW-Authenticate").orElseThrow());
    }

    static Map<String, String> badTokens() throws GeneralSecurityException {
        String good = TestTokens.of("ann", TestTokens.MEMBER);
        String[] parts = good.split("\\.");
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        String body = parts[1];
        String hmac = TestTokens.encoded("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + '.' + body;
        var other = TestTokens.otherKeys().getPrivate();
        Map<String, String> bad = new HashMap<>();
        bad.put("of another issuer", claims().issuer("https://evil.test").sign(TestTokens.privateKey()));
        bad.put("for another audience", claims().audience("payroll").sign(TestTokens.privateKey()));
        bad.put("without audience", Jwt.issuer(TestTokens.ISSUER).subject("ann").sign(TestTokens.privateKey()));
        bad.put(
                "not valid yet",
                claims().claim("nbf", Instant.now().plusSeconds(600).getEpochSecond())
                        .sign(TestTokens.privateKey()));
        bad.put("signed with another key", claims().sign(other));
        bad.put("expired and signed with another key", claims().expiresAt(1).sign(other));
        bad.put("not signed", TestTokens.encoded("{\"alg\":\"none\"}") + '.' + body + '.');
        bad.put("said not to be signed", TestTokens.encoded("{\"alg\":\"none\"}") + '.' + body + '.' + parts[2]);
        bad.put("signed with the public key as a secret", hmac + '.' + mac(hmac));
        bad.put("changed", parts[0] + '.' + TestTokens.encoded(claims.replace("\"ann\"", "\"root\"")) + '.' + parts[2]);
        bad.put("without its signature", parts[0] + '.' + body + '.');
        bad.put("cut off", good.substring(0, good.length() - 20));
        bad.put("garbage", "garbage");
        bad.put("nothing", "");
        bad.put("three dots", "...");
        bad.put("too long", good + "x".repeat(12_000));
        bad.put("whose sub is no name", TestTokens.of("a".repeat(65), TestTokens.MEMBER));
        bad.put(
                "whose rights are no object",
                claims().claim("liveline", "admin").sign(TestTokens.privateKey()));
        bad.put("with a right that does not exist", TestTokens.of("ann", Map.of("everything", true)));
        bad.put("with rights that are no list", TestTokens.of("ann", Map.of("join", "*")));
        bad.put("with a pattern that cannot be one", TestTokens.of("ann", Map.of("join", List.of("a*b"))));
        bad.put("with a pattern that is no text", TestTokens.of("ann", Map.of("join", List.of(1))));
        bad.put("with an administrator by number", TestTokens.of("ann", Map.of("admin", 1)));
        return bad;
    }

    static java.util.stream.Stream<String> kinds() throws GeneralSecurityException {
        return badTokens().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void nobodyIsLetInWithATokenThatIs(String kind) throws Exception {
        String token = badTokens().get(kind);
        for (String path : List.of("/who", "/plain/who")) {
            HttpResponse<String> answer = get(path, token);
            assertProblem(401, "unauthorized", answer);
            assertTrue(answer.headers()
                    .firstValue("WWW-Authenticate")
                    .orElseThrow()
                    .contains("error=\"invalid_token\""));
            if (token.length() > 10) {
                assertFalse(answer.body().contains(token.substring(0, 10)), "the answer quotes the token");
            }
        }
    }

    @Test
    void whoseTokenHasExpiredIsToldSo() throws Exception {
        String token = TestTokens.of("ann", TestTokens.MEMBER, Instant.now().minusSeconds(60));
        HttpResponse<String> answer = get("/who", token);
        assertProblem(401, "token_expired", answer);
        assertTrue(answer.headers().firstValue("WWW-Authenticate").orElseThrow().contains("expired"));
    }

    @Test
    void aTokenThatIsKnownEndsAllTheSameWhenItsTimeIsUp() throws Exception {
        String token = TestTokens.of("ann", TestTokens.MEMBER, Instant.now().plusSeconds(1));
        assertEquals(200, get("/who", token).statusCode());
        org.awaitility.Awaitility.await().until(() -> get("/who", token).statusCode() == 401);
        assertProblem(401, "token_expired", get("/who", token));
    }

    @Test
    void credentialsOfAnotherKindOrTwiceAreNotTaken() throws Exception {
        String token = TestTokens.of("ann", TestTokens.MEMBER);
        assertProblem(401, "unauthorized", send(request("/who").header("Authorization", "Basic YW5uOmFubg==")));
        assertProblem(401, "unauthorized", send(request("/who").header("Authorization", token)));
        assertProblem(
                401,
                "unauthorized",
                send(request("/who")
                        .header("Authorization", "Bearer " + token)
                        .header("Authorization", "Bearer " + TestTokens.of("bob", TestTokens.MEMBER))));
        assertEquals(
                200,
                send(request("/who").header("Authorization", "bearer " + token)).statusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"access_token", "token", "Authorization", "bearer"})
    void aTokenInTheAddressIsNotTaken(String parameter) throws Exception {
        String token = TestTokens.of("ann", TestTokens.MEMBER);
        assertProblem(401, "unauthorized", send(request("/who?" + parameter + "=" + token)));
    }

    @Test
    void aTokenInACookieIsNotTaken() throws Exception {
        String token = TestTokens.of("ann", TestTokens.MEMBER);
        assertProblem(401, "unauthorized", send(request("/who").header("Cookie", "Authorization=" + token)));
    }

    @Test
    void onAnUpgradeTheSubprotocolCarriesTheToken() {
        String token = TestTokens.of("ann", TestTokens.MEMBER);
        String carrier =
                URLEncoder.encode("quarkus-http-upgrade#Authorization#Bearer " + token, StandardCharsets.UTF_8);
        for (String encoded : List.of(carrier, carrier.replace("+", "%20"))) {
            assertEquals(200, upgrade("Sec-WebSocket-Protocol: liveline.v1, " + encoded));
        }
        assertEquals(401, upgrade("Sec-WebSocket-Protocol: liveline.v1"));
        assertEquals(401, upgrade("Sec-WebSocket-Protocol: liveline.v1, " + carrier + "x"));
        assertEquals(401, upgrade("Sec-WebSocket-Protocol: liveline.v1, " + carrier + ", " + carrier));
        assertEquals(401, upgrade("Sec-WebSocket-Protocol: %zz"));
        try (Raw plain = new Raw(base.getPort())) {
            plain.head("GET /plain/upgrade HTTP/1.1", "Sec-WebSocket-Protocol: " + carrier);
            assertEquals(401, plain.status(), "only an upgrade may carry it so");
        }
    }

    private int upgrade(String protocol) {
        try (Raw client = new Raw(base.getPort())) {
            client.head("GET /plain/upgrade HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade", protocol);
            return client.status();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/app/../who",
        "/app/%2e%2e/who",
        "//who",
        "/./who",
        "/who/",
        "/%77ho",
        "/x/..;/who",
        "/who;a.js",
        "/app/..%2fwho",
        "/who?a.js",
        "/who%00.js",
        "/who/a.js",
        "/app/a.js/../../plain/who",
        "/plain/who/.js"
    })
    void noSpellingOfAnAddressLeadsPastTheDoor(String path) {
        try (Raw client = new Raw(base.getPort())) {
            int status = client.head("GET " + path + " HTTP/1.1").status();
            assertTrue(status == 401 || status == 404 || status == 400, path + " gives " + status);
        }
    }

    @Test
    void thePageAndHealthAreForEverybody() throws Exception {
        HttpResponse<String> services = send(request("/liveline.json"));
        assertEquals(200, services.statusCode());
        assertTrue(services.body().contains("\"auth\":\"jwt\""), services.body());
        assertEquals(200, send(request("/q/health/live")).statusCode());
        assertEquals(404, send(request("/no-such-file.js")).statusCode());
        assertEquals(404, send(request("/vendor/uplot/no-such-file.js")).statusCode());
    }

    /**
     * A proxy whose patterns are not anchored would lead there: {@code /q/metrics/chat} ends like an address of ours.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/q/metrics/chat",
                "/q/metrics/index.html",
                "/q/metrics/",
                "/q/metrics//chat",
                "/q/metrics/x/../chat",
                "/q/%6Detrics/chat",
                "/q/health/group/chat",
                "/q/health/live/chat",
                "/q/health/chat"
            })
    void nothingIsAnsweredBelowHealthAndMetrics(String path) throws Exception {
        try (Raw client = new Raw(base.getPort())) {
            assertEquals(404, client.head("GET " + path + " HTTP/1.1").status());
        }
    }

    @Test
    void noTokenIsInALogOrAMetric() throws Exception {
        Queue<String> logged = new ConcurrentLinkedQueue<>();
        Handler listening = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(entry.getMessage()
                        + List.of(entry.getParameters() == null ? new Object[0] : entry.getParameters())
                        + stack(entry.getThrown()));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger.getLogger("").addHandler(listening);
        Map<String, String> tokens = new HashMap<>(badTokens());
        tokens.put("good", TestTokens.of("ann", TestTokens.MEMBER));
        tokens.put(
                "expired", TestTokens.of("ann", TestTokens.MEMBER, Instant.now().minusSeconds(60)));
        try {
            for (String token : tokens.values()) {
                get("/who", token);
                upgrade("Sec-WebSocket-Protocol: quarkus-http-upgrade%23Authorization%23Bearer%20" + token);
            }
        } finally {
            Logger.getLogger("").removeHandler(listening);
        }
        String metrics = send(request("/q/metrics")).body();
        assertTrue(metrics.contains("liveline_edge_tokens_refused_total"), metrics);
        assertTrue(metrics.contains("liveline_edge_tokens_verifying"), metrics);
        assertFalse(logged.isEmpty(), "nothing was listened to");
        for (String token : tokens.values()) {
            if (token.length() > 20) {
                String payload = token.contains(".") ? token.split("\\.")[1] : token;
                assertFalse(metrics.contains(payload));
                logged.forEach(line -> assertFalse(line.contains(payload), line));
            }
        }
    }

    @Test
    void connectionsAreCountedAndKeepNoTimerEach() throws Exception {
        String metrics = send(request("/q/metrics")).body();
        assertTrue(metrics.contains("liveline_edge_connections"), metrics);
        assertFalse(metrics.contains("http_server_connections"), metrics);
        assertFalse(metrics.contains("http_server_websocket_connections"), metrics);
    }

    private static String stack(Throwable thrown) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            text.append(cause);
        }
        return text.toString();
    }

    // -- what they may do

    @Test
    void rightsAreThoseOfTheClaim() throws Exception {
        Map<String, Object> rights = Map.of(
                "join",
                List.of("lobby", "team-*"),
                "post",
                List.of("lobby"),
                "moderate",
                List.of("team-a"),
                "counters",
                List.of("orders*"));
        String token = TestTokens.of("ann", rights);
        assertEquals(may(true, true, false, false), may("lobby", token));
        assertEquals(may(true, false, true, false), may("team-a", token));
        assertEquals(may(true, false, false, false), may("team-b", token));
        assertEquals(may(false, false, false, false), may("team", token));
        assertEquals(may(false, false, false, true), may("orders.eu", token));
        assertEquals(may(true, true, true, true), may("any", TestTokens.of("root", Map.of("admin", true))));
        assertEquals(may(false, false, false, false), may("any", TestTokens.of("eve", Map.of())));
        String without = Jwt.issuer(TestTokens.ISSUER)
                .audience(TestTokens.AUDIENCE)
                .subject("eve")
                .sign(TestTokens.privateKey());
        assertEquals(may(false, false, false, false), may("any", without));
    }

    private JsonObject may(String room, String token) throws Exception {
        HttpResponse<String> answer = get("/who/rooms/" + room, token);
        assertEquals(200, answer.statusCode(), answer.body());
        return new JsonObject(answer.body());
    }

    private static JsonObject may(boolean join, boolean post, boolean moderate, boolean write) {
        return new JsonObject()
                .put("join", join)
                .put("post", post)
                .put("moderate", moderate)
                .put("write", write);
    }

    // -- limits

    @Test
    void onePersonsRateIsOneOverAllRequestsAndConnectionsAndNotThatOfOthers() throws Exception {
        String token = TestTokens.of("greedy", TestTokens.MEMBER);
        String another = TestTokens.of("greedy", Map.of());
        int taken = 0;
        HttpResponse<String> answer = get("/who", token);
        while (answer.statusCode() == 200 && taken < 300) {
            taken++;
            answer = switch (taken % 3) {
                case 0 -> get("/plain/who", token);
                case 1 -> get("/who", another);
                default -> post("/who", token, "{\"text\":1}");
            };
        }
        assertProblem(429, "rate_limited", answer);
        assertTrue(taken >= 100 && taken < 200, "taken: " + taken);
        assertEquals("1", answer.headers().firstValue("Retry-After").orElseThrow());
        assertEquals(
                200, get("/who", TestTokens.of("modest", TestTokens.MEMBER)).statusCode());
    }

    @Test
    void strangersAreLimitedByTheirAddressAndBearersOfTokensDoNotUseItUp() {
        assertTrue(answered("127.0.0.7", null, 250, 401) < 250, "a stranger is not limited");
        assertEquals(1, answered("127.0.0.6", null, 1, 401), "another address is");
        for (int i = 0; i < 5; i++) {
            String token = TestTokens.of("office" + i, TestTokens.MEMBER);
            assertEquals(90, answered("127.0.0.5", token, 90, 200), "an office of people is limited as one");
        }
    }

    /** How many of so many requests get this answer; the others have to be 429. */
    private int answered(String from, String token, int requests, int status, String... headers) {
        int found = 0;
        try (Raw client = new Raw(base.getPort(), from)) {
            for (int i = 0; i < requests; i++) {
                client.send("GET /who HTTP/1.1\r\n");
                for (String header : headers) {
                    client.send(header.replace("{i}", String.valueOf(i % 250)) + "\r\n");
                }
                client.head(token == null ? "Accept: */*" : "Authorization: Bearer " + token);
                int got = client.status();
                assertTrue(got == status || got == 429, "got " + got);
                found += got == status ? 1 : 0;
            }
        }
        return found;
    }

    @Test
    void whereARequestComesFromIsForATrustedProxyToSay() {
        assertTrue(
                answered("127.0.0.4", null, 250, 401, "X-Forwarded-For: 10.0.0.{i}") < 250,
                "anybody may say that they are somebody else");
        assertEquals(
                250,
                answered("127.0.0.9", null, 250, 401, "X-Forwarded-For: 10.0.1.{i}"),
                "a trusted proxy's clients are limited as one");
        assertTrue(
                answered("127.0.0.9", null, 250, 401, "X-Forwarded-For: 10.0.2.1") < 250,
                "a client behind a trusted proxy is not limited");
    }

    @Test
    void aHeadThatDoesNotComeToItsEndIsNotWaitedForForEver() {
        warmUp();
        try (Raw silent = new Raw(base.getPort());
                Raw halted = new Raw(base.getPort());
                Raw second = new Raw(base.getPort());
                Raw patient = new Raw(base.getPort())) {
            halted.send("GET /who HTTP/1.1\r\nHost: test\r\nX-A: a");
            second.head("GET /q/health/live HTTP/1.1").status();
            second.send("GET /who HTTP/1.1\r\nX-B");
            patient.head("GET /q/health/live HTTP/1.1").status();
            silent.awaitClosed();
            halted.awaitClosed();
            second.awaitClosed();
            assertEquals(200, patient.head("GET /q/health/live HTTP/1.1").status(), "a kept connection may rest");
        }
    }

    @Test
    void aHeadThatComesByteByByteIsNotWaitedForEither() {
        warmUp();
        try (Raw slow = new Raw(base.getPort())) {
            slow.send("GET /who HTTP/1.1\r\nHost: test\r\n");
            org.awaitility.Awaitility.await()
                    .pollInterval(java.time.Duration.ofMillis(50))
                    .until(() -> {
                        try {
                            slow.send("X: y\r\n");
                            return false;
                        } catch (java.io.UncheckedIOException closed) {
                            return true;
                        }
                    });
        }
    }

    @Test
    void aBodyThatDoesNotComeToItsEndIsNotWaitedForForEver() {
        String token = TestTokens.of("slow", TestTokens.MEMBER);
        try (Raw slow = new Raw(base.getPort())) {
            slow.head(
                    "POST /who HTTP/1.1",
                    "Content-Type: application/json",
                    "Authorization: Bearer " + token,
                    "Content-Length: 100");
            slow.send("{\"te");
            slow.awaitClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 8000000", "Transfer-Encoding: chunked"})
    void whoSendsTooMuchIsToldSoHoweverMuchItIs(String length) {
        String token = TestTokens.of("big", TestTokens.MEMBER);
        boolean chunked = length.endsWith("chunked");
        try (Raw big = new Raw(base.getPort())) {
            big.head("POST /who HTTP/1.1", "Content-Type: application/json", "Authorization: Bearer " + token, length);
            String megabyte = "x".repeat(1_000_000);
            for (int i = 0; i < 8; i++) {
                big.send(chunked ? Integer.toHexString(megabyte.length()) + "\r\n" + megabyte + "\r\n" : megabyte);
            }
            big.send(chunked ? "0\r\n\r\n" : "");
            assertEquals(413, big.status());
            big.awaitClosed();
        }
    }

    @Test
    void aBodyThatWasRefusedIsNotWaitedForForEverEither() {
        String token = TestTokens.of("big", TestTokens.MEMBER);
        try (Raw slow = new Raw(base.getPort())) {
            slow.head(
                    "POST /who HTTP/1.1",
                    "Content-Type: application/json",
                    "Authorization: Bearer " + token,
                    "Content-Length: 8000000");
            assertEquals(413, slow.status());
            slow.awaitClosed();
        }
    }

    @Test
    void oneConnectionTooManyIsClosedAndRoomIsMadeByThoseThatGo() {
        warmUp();
        List<Raw> all = new ArrayList<>();
        String token = TestTokens.of("many", TestTokens.MEMBER);
        try {
            // Streams, so that they stay.
            int opened = 0;
            while (opened < 80 && stays(token, all)) {
                opened++;
            }
            assertTrue(opened > 30 && opened <= 60, "opened: " + opened);
            all.remove(0).close();
            org.awaitility.Awaitility.await().until(() -> stays(token, all));
        } finally {
            all.forEach(Raw::close);
        }
    }

    private boolean stays(String token, List<Raw> all) {
        Raw one = new Raw(base.getPort());
        all.add(one);
        try {
            one.head("GET /plain/forever HTTP/1.1", "Authorization: Bearer " + token)
                    .readUntil("begun");
            return true;
        } catch (AssertionError | java.io.UncheckedIOException closed) {
            return false;
        }
    }

    @Test
    void aStreamThatHasBegunIsNotClosedForAnyOfThis() {
        String token = TestTokens.of("viewer", TestTokens.MEMBER);
        warmUp();
        try (Raw viewer = new Raw(base.getPort());
                Raw silent = new Raw(base.getPort())) {
            viewer.head("GET /plain/forever HTTP/1.1", "Authorization: Bearer " + token);
            viewer.readUntil("begun");
            silent.awaitClosed();
            try (Raw later = new Raw(base.getPort())) {
                later.awaitClosed();
            }
            // Still there, though older than those: a write to a closed one would fail, at the latest with the second.
            viewer.send("GET /q/health/live HTTP/1.1\r\n").send("Host: test\r\n\r\n");
            viewer.close();
        }
    }

    @Test
    void whoIsHeldOverHttp2IsNotTakenForABodyThatDoesNotCome() throws Exception {
        String token = TestTokens.of("held", TestTokens.MEMBER);
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        for (String path : List.of("/who", "/plain/held?millis=5000")) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(base.resolve(path))
                            .header("Authorization", "Bearer " + token)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(HttpClient.Version.HTTP_2, answer.version());
            assertEquals("held", answer.body());
        }
    }

    /** The first request has connections watched. */
    private void warmUp() {
        try (Raw client = new Raw(base.getPort())) {
            client.head("GET /q/health/live HTTP/1.1").status();
        }
    }

    @Test
    void aBodyOfAStrangerIsNotReadAndTheNextRequestIsFoundBehindIt() {
        String token = TestTokens.of("next", TestTokens.MEMBER);
        try (Raw client = new Raw(base.getPort())) {
            client.head("POST /who HTTP/1.1", "Content-Type: application/json", "Content-Length: 50000");
            assertEquals(401, client.status());
            client.send("x".repeat(50_000));
            client.head("GET /who HTTP/1.1", "Authorization: Bearer " + token);
            assertEquals(200, client.status());
        }
    }

    @Test
    void aBodyIsThereForWhoeverWasAdmittedAfterTheirTokenWasLookedAt() throws Exception {
        for (int i = 0; i < 20; i++) {
            // Each a token that was never seen: it is verified elsewhere while the body waits.
            String token = TestTokens.of("writer" + i, TestTokens.MEMBER);
            HttpResponse<String> answer = post("/who", token, "{\"text\":\"" + "x".repeat(40_000) + "\"}");
            assertEquals(200, answer.statusCode(), answer.body());
            assertTrue(answer.body().startsWith("[\"writer" + i));
        }
    }

    @Test
    void jsonMayBeNestedOnlySoDeep() throws Exception {
        String token = TestTokens.of("deep", TestTokens.MEMBER);
        assertEquals(200, post("/who", token, nested(10)).statusCode());
        assertProblem(400, "bad_json", post("/who", token, nested(20)));
        assertProblem(400, "bad_json", post("/who", token, nested(5_000)));
    }

    private static String nested(int depth) {
        return "{\"text\":" + "[".repeat(depth) + "]".repeat(depth) + "}";
    }

    // -- browsers

    @Test
    void aPageOfAnotherSiteGetsNoAnswerToRead() throws Exception {
        String token = TestTokens.of("page", TestTokens.MEMBER);
        Raw.Answer friend = ask("GET", "https://friend.test", token);
        assertEquals(200, friend.status());
        assertTrue(friend.head().contains("access-control-allow-origin: https://friend.test"), friend.head());
        assertFalse(friend.head().contains("access-control-allow-credentials: true"), friend.head());
        for (String evil :
                List.of("https://evil.test", "https://friend.test.evil.test", "null", "http://friend.test")) {
            Raw.Answer answer = ask("GET", evil, token);
            assertEquals(403, answer.status(), evil);
            assertFalse(answer.head().contains("access-control-allow-origin"), answer.head());
            assertEquals(403, ask("POST", evil, token).status(), evil);
            assertEquals(403, ask("OPTIONS", evil, token).status(), evil);
        }
        assertEquals(200, ask("OPTIONS", "https://friend.test", null).status());
    }

    @ParameterizedTest
    @CsvSource({
        // Quarkus takes the port off Host where a proxy names the scheme alone.
        "https://test:8443, test:8443, https, 200",
        "http://test:30080, test:30080, http, 200",
        "https://TEST:8443, test:8443, https, 200",
        "https://test, test, https, 200",
        "https://test, test:443, https, 200",
        "http://test:80, test, http, 200",
        "http://[::1]:30080, [::1]:30080, http, 200",
        "https://test:8444, test:8443, https, 403",
        "https://test:8443, test, https, 403",
        "https://evil.test:8443, test:8443, https, 403",
        "null, test:8443, https, 403"
    })
    void thePagesOwnOriginIsTheHostAndPortThatItsBrowserAsksFor(String origin, String host, String scheme, int status) {
        String head = "GET /liveline.json HTTP/1.1\r\nHost: " + host + "\r\nOrigin: " + origin + "\r\n";
        try (Raw direct = new Raw(base.getPort());
                Raw proxied = new Raw(base.getPort(), "127.0.0.9")) {
            assertEquals(status, direct.send(head + "\r\n").status());
            assertEquals(
                    status,
                    proxied.send(head + "X-Forwarded-Proto: " + scheme + "\r\n\r\n")
                            .status());
        }
    }

    private Raw.Answer ask(String method, String origin, String token) {
        try (Raw client = new Raw(base.getPort())) {
            client.head(
                    method + " /who HTTP/1.1",
                    "Origin: " + origin,
                    "Access-Control-Request-Method: GET",
                    token == null ? "Accept: */*" : "Authorization: Bearer " + token);
            return client.answer();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", ""})
    void aFormOfAnotherSiteIsNotListenedTo(String type) {
        String token = TestTokens.of("form", TestTokens.MEMBER);
        try (Raw client = new Raw(base.getPort())) {
            client.head(
                    "POST /who HTTP/1.1",
                    type.isEmpty() ? "Accept: */*" : "Content-Type: " + type,
                    "Authorization: Bearer " + token,
                    "Content-Length: 10");
            client.send("{\"text\":1}");
            assertEquals(415, client.status());
        }
    }

    /** A proxy may have everything below a path, and the service does not know of it. */
    @Test
    void theLabIsFoundWithoutItsSlashWhereverTheServiceIs() throws Exception {
        HttpResponse<String> answer = send(request("/lab"));
        assertEquals(302, answer.statusCode());
        assertEquals("lab/", answer.headers().firstValue("Location").orElseThrow());
    }

    @Test
    void everyAnswerTellsBrowsersHowFarToTrustIt() throws Exception {
        String token = TestTokens.of("headers", TestTokens.MEMBER);
        for (HttpResponse<String> answer : List.of(
                get("/who", token), get("/who", "bad"), send(request("/liveline.json")), send(request("/no.js")))) {
            Map<String, List<String>> headers = answer.headers().map();
            assertEquals(List.of("nosniff"), headers.get("x-content-type-options"));
            assertEquals(List.of("no-referrer"), headers.get("referrer-policy"));
            assertTrue(headers.get("content-security-policy").get(0).contains("default-src 'self'"));
            assertTrue(headers.get("content-security-policy").get(0).contains("frame-ancestors 'none'"));
            assertTrue(headers.get("vary").contains("Origin"));
        }
        assertEquals(List.of("no-store"), get("/who", "bad").headers().map().get("cache-control"));
    }

    // --

    private static io.smallrye.jwt.build.JwtClaimsBuilder claims() {
        return TestTokens.claims("ann", TestTokens.MEMBER);
    }

    private static String mac(String signed) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(TestTokens.publicKey().getEncoded(), "HmacSHA256"));
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + base.getPort() + path));
    }

    private HttpResponse<String> get(String path, String token) throws Exception {
        return send(request(path).header("Authorization", "Bearer " + token));
    }

    private HttpResponse<String> post(String path, String token, String body) throws Exception {
        return send(request(path)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static void assertProblem(int status, String code, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(code, new JsonObject(answer.body()).getString("code"));
    }
}
