package io.liveline.edge.gate;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;

import io.liveline.edge.Raw;
import io.liveline.testing.TestTokens;
import io.quarkus.test.common.http.TestHTTPResource;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;

import static org.assertj.core.api.Assertions.assertThat;

/** Application and client of the tests of the request gate. All of them share one application. */
abstract class RequestGateFixture {

    /** Small limits, and one address of trusted proxies. */
    public static final class Profile extends TestTokens {

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

    static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TestHTTPResource
    URI base;

    /** Sends a first request, because connections are watched only from the first one on. */
    @BeforeEach
    void watchConnections() {
        try (Raw client = new Raw(base.getPort())) {
            client.head("GET /q/health/live HTTP/1.1").status();
        }
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + base.getPort() + path));
    }

    HttpResponse<String> get(String path, String token) throws Exception {
        return send(request(path).header("Authorization", "Bearer " + token));
    }

    HttpResponse<String> post(String path, String token, String body) throws Exception {
        return send(request(path)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    static void assertProblem(int status, String code, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).isEqualTo("application/problem+json");
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo(code);
    }
}
