package io.liveline.edge.auth;

import io.vertx.core.net.HostAndPort;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class AllowedOriginsTest {

    /** The default port of a scheme may be present or absent on either side (RFC 9110, section 4.2.3). */
    @ParameterizedTest
    @CsvSource({
        "http://page.test, page.test, true",
        "http://page.test, page.test:80, true",
        "http://page.test:80, page.test, true",
        "https://page.test, page.test:443, true",
        "https://page.test:443, page.test, true",
        "http://page.test:8080, page.test:8080, true",
        "http://[::1], [::1]:80, true",
        "http://page.test, page.test:443, false",
        "https://page.test, page.test:80, false",
        "http://page.test:8080, page.test, false",
        "http://page.test.evil.test, page.test, false",
        "null, page.test, false",
        "http://, page.test, false",
    })
    void theOwnOriginIsDecidedByHostAndPort(String origin, String host, boolean own) {
        assertThat(AllowedOrigins.isOwn(origin, HostAndPort.parseAuthority(host, -1)))
                .isEqualTo(own);
    }
}
