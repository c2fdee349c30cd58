package io.liveline.edge.gate;

import java.net.http.HttpResponse;

import io.liveline.edge.Raw;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Addresses that need no token, and those that must not be reachable without one. */
@QuarkusTest
@TestProfile(RequestGateFixture.Profile.class)
class PublicAddressesTest extends RequestGateFixture {

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
    void noSpellingOfAnAddressBypassesAuthentication(String path) {
        try (Raw client = new Raw(base.getPort())) {
            int status = client.head("GET " + path + " HTTP/1.1").status();
            assertTrue(status == 401 || status == 404 || status == 400, path + " returns " + status);
        }
    }

    @Test
    void thePageAndHealthArePublic() throws Exception {
        HttpResponse<String> services = send(request("/liveline.json"));
        assertEquals(200, services.statusCode());
        assertTrue(services.body().contains("\"auth\":\"jwt\""), services.body());
        assertEquals(200, send(request("/q/health/live")).statusCode());
        assertEquals(404, send(request("/no-such-file.js")).statusCode());
        assertEquals(404, send(request("/vendor/uplot/no-such-file.js")).statusCode());
    }

    /**
     * Proxy patterns that are not anchored match them: {@code /q/metrics/chat} ends like an address of chat.
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

    /** A proxy may add a path prefix that the service does not know. */
    @Test
    void theLabRedirectIsRelative() throws Exception {
        HttpResponse<String> answer = send(request("/lab"));
        assertEquals(302, answer.statusCode());
        assertEquals("lab/", answer.headers().firstValue("Location").orElseThrow());
    }
}
