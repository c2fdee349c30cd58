package io.liveline.edge.gate;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
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
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.jwt.build.Jwt;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Authentication of requests and upgrades by tokens. */
@QuarkusTest
@TestProfile(RequestGateFixture.Profile.class)
class RequestAuthenticationTest extends RequestGateFixture {

    @ParameterizedTest
    @ValueSource(strings = {"/who", "/plain/who"})
    void aTokenAuthenticatesRestAndOtherRoutes(String path) throws Exception {
        String token = TestTokens.claims("ann", TestTokens.MEMBER)
                .claim("name", "Ann Ash")
                .sign(TestTokens.privateKey());
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> answer = get(path, token);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("Ann Ash");
        }
    }

    /** Names with a zero-width non-joiner and a zero-width joiner, which are invisible here. */
    @ParameterizedTest
    @ValueSource(strings = {"\u0639\u0644\u06CC\u200C\u0631\u0636\u0627", "Ann \uD83D\uDC69\u200D\uD83D\uDCBB"})
    void aPersonWhoseNameContainsJoinersIsShownByItAndNotByTheSub(String name) throws Exception {
        for (String claim : List.of("name", "preferred_username")) {
            String token = TestTokens.claims("joined", TestTokens.MEMBER)
                    .claim(claim, name)
                    .sign(TestTokens.privateKey());
            HttpResponse<String> answer = get("/plain/who", token);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/who", "/plain/who", "/plain/who?name=ann", "/nowhere"})
    void aRequestWithoutATokenIsRejected(String path) throws Exception {
        HttpResponse<String> answer = send(request(path));
        assertProblem(401, "unauthorized", answer);
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                .isEqualTo("Bearer");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anInvalidTokenIsRejected(String kind) throws Exception {
        String token = badTokens().get(kind);
        for (String path : List.of("/who", "/plain/who")) {
            HttpResponse<String> answer = get(path, token);
            assertProblem(401, "unauthorized", answer);
            assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .contains("error=\"invalid_token\"");
            if (token.length() > 10) {
                assertThat(answer.body()).as("the response quotes the token").doesNotContain(token.substring(0, 10));
            }
        }
    }

    static java.util.stream.Stream<String> kinds() throws GeneralSecurityException {
        return badTokens().keySet().stream();
    }

    @Test
    void anExpiredTokenIsRejectedAsExpired() throws Exception {
        String token = TestTokens.of("ann", TestTokens.MEMBER, Instant.now().minusSeconds(60));
        HttpResponse<String> answer = get("/who", token);
        assertProblem(401, "token_expired", answer);
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("expired");
    }

    @Test
    void aCachedTokenExpiresOnTime() throws Exception {
        String token = TestTokens.of("ann", TestTokens.MEMBER, Instant.now().plusSeconds(1));
        assertThat(get("/who", token).statusCode()).isEqualTo(200);
        org.awaitility.Awaitility.await().until(() -> get("/who", token).statusCode() == 401);
        assertProblem(401, "token_expired", get("/who", token));
    }

    @Test
    void credentialsOfAnotherKindOrSeveralAreRejected() throws Exception {
        String token = TestTokens.of("ann", TestTokens.MEMBER);
        assertProblem(401, "unauthorized", send(request("/who").header("Authorization", "Basic YW5uOmFubg==")));
        assertProblem(401, "unauthorized", send(request("/who").header("Authorization", token)));
        assertProblem(
                401,
                "unauthorized",
                send(request("/who")
                        .header("Authorization", "Bearer " + token)
                        .header("Authorization", "Bearer " + TestTokens.of("bob", TestTokens.MEMBER))));
        assertThat(send(request("/who").header("Authorization", "bearer " + token))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"access_token", "token", "Authorization", "bearer"})
    void aTokenInTheAddressIsNotAccepted(String parameter) throws Exception {
        String token = TestTokens.of("ann", TestTokens.MEMBER);
        assertProblem(401, "unauthorized", send(request("/who?" + parameter + "=" + token)));
    }

    @Test
    void aTokenInACookieIsNotAccepted() throws Exception {
        String token = TestTokens.of("ann", TestTokens.MEMBER);
        assertProblem(401, "unauthorized", send(request("/who").header("Cookie", "Authorization=" + token)));
    }

    @Test
    void onAnUpgradeTheSubprotocolCarriesTheToken() {
        String token = TestTokens.of("ann", TestTokens.MEMBER);
        String carrier =
                URLEncoder.encode("quarkus-http-upgrade#Authorization#Bearer " + token, StandardCharsets.UTF_8);
        for (String encoded : List.of(carrier, carrier.replace("+", "%20"))) {
            assertThat(upgrade("Sec-WebSocket-Protocol: liveline.v1, " + encoded))
                    .isEqualTo(200);
        }
        assertThat(upgrade("Sec-WebSocket-Protocol: liveline.v1")).isEqualTo(401);
        assertThat(upgrade("Sec-WebSocket-Protocol: liveline.v1, " + carrier + "x"))
                .isEqualTo(401);
        assertThat(upgrade("Sec-WebSocket-Protocol: liveline.v1, " + carrier + ", " + carrier))
                .isEqualTo(401);
        assertThat(upgrade("Sec-WebSocket-Protocol: %zz")).isEqualTo(401);
        try (Raw plain = new Raw(base.getPort())) {
            plain.head("GET /plain/upgrade HTTP/1.1", "Sec-WebSocket-Protocol: " + carrier);
            assertThat(plain.status())
                    .as("only an upgrade may carry a token in a subprotocol")
                    .isEqualTo(401);
        }
    }

    @Test
    void noTokenIsInALogOrAMetric() throws Exception {
        Queue<String> logged = new ConcurrentLinkedQueue<>();
        Handler recorder = new Handler() {
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
        Logger.getLogger("").addHandler(recorder);
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
            Logger.getLogger("").removeHandler(recorder);
        }
        String metrics = send(request("/q/metrics")).body();
        assertThat(metrics).contains("liveline_edge_tokens_refused_total");
        assertThat(metrics).contains("liveline_edge_tokens_verifying");
        assertThat(logged).as("nothing was logged").isNotEmpty();
        for (String token : tokens.values()) {
            if (token.length() > 20) {
                String payload = token.contains(".") ? token.split("\\.")[1] : token;
                assertThat(metrics).doesNotContain(payload);
                logged.forEach(line -> assertThat(line).doesNotContain(payload));
            }
        }
    }

    @Test
    void permissionsComeFromTheClaim() throws Exception {
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
        assertThat(may("lobby", token)).isEqualTo(may(true, true, false, false));
        assertThat(may("team-a", token)).isEqualTo(may(true, false, true, false));
        assertThat(may("team-b", token)).isEqualTo(may(true, false, false, false));
        assertThat(may("team", token)).isEqualTo(may(false, false, false, false));
        assertThat(may("orders.eu", token)).isEqualTo(may(false, false, false, true));
        assertThat(may("any", TestTokens.of("root", Map.of("admin", true)))).isEqualTo(may(true, true, true, true));
        assertThat(may("any", TestTokens.of("eve", Map.of()))).isEqualTo(may(false, false, false, false));
        String without = Jwt.issuer(TestTokens.ISSUER)
                .audience(TestTokens.AUDIENCE)
                .subject("eve")
                .sign(TestTokens.privateKey());
        assertThat(may("any", without)).isEqualTo(may(false, false, false, false));
    }

    private int upgrade(String protocol) {
        try (Raw client = new Raw(base.getPort())) {
            client.head("GET /plain/upgrade HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade", protocol);
            return client.status();
        }
    }

    private JsonObject may(String room, String token) throws Exception {
        HttpResponse<String> answer = get("/who/rooms/" + room, token);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonObject(answer.body());
    }

    private static JsonObject may(boolean join, boolean post, boolean moderate, boolean write) {
        return new JsonObject()
                .put("join", join)
                .put("post", post)
                .put("moderate", moderate)
                .put("write", write);
    }

    private static String stack(Throwable thrown) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            text.append(cause);
        }
        return text.toString();
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
        bad.put("declared as not signed", TestTokens.encoded("{\"alg\":\"none\"}") + '.' + body + '.' + parts[2]);
        bad.put("signed with the public key as a secret", hmac + '.' + mac(hmac));
        bad.put("changed", parts[0] + '.' + TestTokens.encoded(claims.replace("\"ann\"", "\"root\"")) + '.' + parts[2]);
        bad.put("without its signature", parts[0] + '.' + body + '.');
        bad.put("cut off", good.substring(0, good.length() - 20));
        bad.put("garbage", "garbage");
        bad.put("nothing", "");
        bad.put("three dots", "...");
        bad.put("too long", good + "x".repeat(12_000));
        bad.put("with a sub that is not a name", TestTokens.of("a".repeat(129), TestTokens.MEMBER));
        bad.put(
                "with rights that are not an object",
                claims().claim("liveline", "admin").sign(TestTokens.privateKey()));
        bad.put("with a right that does not exist", TestTokens.of("ann", Map.of("everything", true)));
        bad.put("with rights that are not a list", TestTokens.of("ann", Map.of("join", "*")));
        bad.put("with an invalid pattern", TestTokens.of("ann", Map.of("join", List.of("a*b"))));
        bad.put("with a pattern that is not a string", TestTokens.of("ann", Map.of("join", List.of(1))));
        bad.put("with an administrator by number", TestTokens.of("ann", Map.of("admin", 1)));
        return bad;
    }

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
}
