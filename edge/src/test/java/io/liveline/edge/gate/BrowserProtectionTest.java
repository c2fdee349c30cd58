package io.liveline.edge.gate;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;

import io.liveline.edge.Raw;
import io.liveline.testing.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Protection of browsers: origins, forms of other sites, security headers. */
@QuarkusTest
@TestProfile(RequestGateFixture.Profile.class)
class BrowserProtectionTest extends RequestGateFixture {

    @Test
    void aPageOfAnotherOriginIsRejected() throws Exception {
        String token = TestTokens.of("page", TestTokens.MEMBER);
        Raw.Answer friend = request("GET", "https://friend.test", token);
        assertThat(friend.status()).isEqualTo(200);
        assertThat(friend.head()).contains("access-control-allow-origin: https://friend.test");
        assertThat(friend.head()).doesNotContain("access-control-allow-credentials: true");
        for (String evil :
                List.of("https://evil.test", "https://friend.test.evil.test", "null", "http://friend.test")) {
            Raw.Answer answer = request("GET", evil, token);
            assertThat(answer.status()).as(evil).isEqualTo(403);
            assertThat(answer.head()).doesNotContain("access-control-allow-origin");
            assertThat(request("POST", evil, token).status()).as(evil).isEqualTo(403);
            assertThat(request("OPTIONS", evil, token).status()).as(evil).isEqualTo(403);
        }
        assertThat(request("OPTIONS", "https://friend.test", null).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        // Quarkus removes the port from Host if a proxy sets only the scheme.
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
    void theOwnOriginIsTheHostAndPortOfTheRequest(String origin, String host, String scheme, int status) {
        String head = "GET /liveline.json HTTP/1.1\r\nHost: " + host + "\r\nOrigin: " + origin + "\r\n";
        try (Raw direct = new Raw(base.getPort());
                Raw proxied = new Raw(base.getPort(), "127.0.0.9")) {
            assertThat(direct.send(head + "\r\n").status()).isEqualTo(status);
            assertThat(proxied.send(head + "X-Forwarded-Proto: " + scheme + "\r\n\r\n")
                            .status())
                    .isEqualTo(status);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", ""})
    void aFormOfAnotherSiteIsRejected(String type) {
        String token = TestTokens.of("form", TestTokens.MEMBER);
        try (Raw client = new Raw(base.getPort())) {
            client.head(
                    "POST /who HTTP/1.1",
                    type.isEmpty() ? "Accept: */*" : "Content-Type: " + type,
                    "Authorization: Bearer " + token,
                    "Content-Length: 10");
            client.send("{\"text\":1}");
            assertThat(client.status()).isEqualTo(415);
        }
    }

    @Test
    void everyResponseHasTheBrowserSecurityHeaders() throws Exception {
        String token = TestTokens.of("headers", TestTokens.MEMBER);
        for (HttpResponse<String> answer : List.of(
                get("/who", token), get("/who", "bad"), send(request("/liveline.json")), send(request("/no.js")))) {
            Map<String, List<String>> headers = answer.headers().map();
            assertThat(headers.get("x-content-type-options")).isEqualTo(List.of("nosniff"));
            assertThat(headers.get("referrer-policy")).isEqualTo(List.of("no-referrer"));
            assertThat(headers.get("content-security-policy").get(0)).contains("default-src 'self'");
            assertThat(headers.get("content-security-policy").get(0)).contains("frame-ancestors 'none'");
            assertThat(headers.get("vary")).contains("Origin");
        }
        assertThat(get("/who", "bad").headers().map().get("cache-control")).isEqualTo(List.of("no-store"));
    }

    private Raw.Answer request(String method, String origin, String token) {
        try (Raw client = new Raw(base.getPort())) {
            client.head(
                    method + " /who HTTP/1.1",
                    "Origin: " + origin,
                    "Access-Control-Request-Method: GET",
                    token == null ? "Accept: */*" : "Authorization: Bearer " + token);
            return client.answer();
        }
    }
}
