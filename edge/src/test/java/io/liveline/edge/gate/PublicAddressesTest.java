package io.liveline.edge.gate;

import java.net.http.HttpResponse;

import io.liveline.edge.Raw;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

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
            assertThat(status).as(path).isIn(400, 401, 404);
        }
    }

    @Test
    void thePageAndHealthArePublic() throws Exception {
        HttpResponse<String> services = send(request("/liveline.json"));
        assertThat(services.statusCode()).isEqualTo(200);
        assertThat(services.body()).contains("\"auth\":\"jwt\"");
        assertThat(send(request("/q/health/live")).statusCode()).isEqualTo(200);
        assertThat(send(request("/no-such-file.js")).statusCode()).isEqualTo(404);
        assertThat(send(request("/vendor/uplot/no-such-file.js")).statusCode()).isEqualTo(404);
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
            assertThat(client.head("GET " + path + " HTTP/1.1").status()).isEqualTo(404);
        }
    }

    /** A proxy may add a path prefix that the service does not know. */
    @Test
    void theLabRedirectIsRelative() throws Exception {
        HttpResponse<String> answer = send(request("/lab"));
        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location").orElseThrow()).isEqualTo("lab/");
    }
}
