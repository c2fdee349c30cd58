package io.liveline.chat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

import io.liveline.testing.TestTokens;
import io.quarkus.test.common.http.TestHTTPResource;
import io.vertx.core.json.JsonObject;

import static org.assertj.core.api.Assertions.assertThat;

/** Chat with token authentication. */
abstract class SecuredFixture {

    /** Settings with few frames at once, and hardly any refill. */
    public static final class Settings extends TestTokens {

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
            settings.put("liveline.edge.rate.limited", "true");
            settings.put("liveline.edge.rate.person.burst", "60");
            settings.put("liveline.edge.rate.person.per-second", "1");
            return settings;
        }
    }

    @TestHTTPResource
    URI base;

    static String expired(String user) {
        return TestTokens.of(user, TestTokens.MEMBER, Instant.now().minusSeconds(60));
    }

    static void assertProblem(int status, String code, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo(code);
    }
}
