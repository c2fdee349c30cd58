package io.liveline.services.proxy;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.microsoft.playwright.Page;
import io.liveline.services.browser.Browsers;
import io.liveline.services.support.Nginx;
import io.liveline.services.support.Service;
import io.liveline.services.support.TestCertificate;
import io.liveline.testing.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.liveline.services.browser.Browsers.message;
import static io.liveline.services.browser.Browsers.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Test of the page behind nginx with TLS as in docs, on another port than 443, at the root and below a path. */
@Tag("long")
class TlsProxiedIT {

    private static RedisServer redis;
    private static Map<String, Service> services;
    private static Nginx nginx;
    private static Browsers chromium;
    private static HttpClient http;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        assumeTrue(Nginx.executable().isPresent(), "nginx is not installed: the tests behind it are skipped");
        chromium = Browsers.start();
        redis = RedisServer.launch();
        Map<String, String> settings = Map.of(
                "quarkus.redis.hosts", redis.url(),
                "quarkus.http.proxy.proxy-address-forwarding", "true",
                "quarkus.http.proxy.trusted-proxies", "127.0.0.1");
        services = Map.of(
                "chat", Service.begin("chat-service", settings),
                "dashboard", Service.begin("dashboard-service", settings),
                "presence", Service.begin("presence-service", settings));
        services.values().forEach(Service::awaitListening);
        services.values().forEach(service -> await().until(
                        () -> service.get("/q/health/ready").statusCode() == 200));
        TestCertificate certificate = TestCertificate.make(folder);
        Map<Integer, Service> places = Map.of(
                8081, services.get("chat"),
                8091, services.get("chat"),
                8082, services.get("dashboard"),
                8092, services.get("dashboard"),
                8083, services.get("presence"),
                8093, services.get("presence"));
        nginx = Nginx.before(places, certificate);
        http = HttpClient.newBuilder().sslContext(certificate.trusted()).build();
    }

    @AfterAll
    static void stop() {
        if (nginx != null) {
            nginx.close();
        }
        if (services != null) {
            services.values().forEach(Service::close);
            redis.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    @AfterEach
    void leave() {
        assertThat(chromium.leave()).as("errors in the console of the browser").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/realtime/"})
    void everythingOnThePageIsLive(String base) {
        Page ann = chromium.enter(chromium.person(), nginx.at(base), "ann", "tls");
        Page bob = chromium.enter(chromium.person(), nginx.at(base), "bob", "tls");

        say(ann, "Hello from below " + base);
        ann.locator("#text").pressSequentially("and");

        assertThat(message(bob, "Hello from below " + base)).hasCount(1);
        assertThat(bob.locator("#people li")).hasCount(2);
        assertThat(bob.locator("#typing")).containsText("ann is typing");
        for (String line : new String[] {"chat", "counters", "presence"}) {
            assertThat(bob.locator("[data-line='" + line + "']")).hasAttribute("data-state", "live");
        }
        assertThat(bob.locator("[data-line='chat'] + dd")).hasAttribute("data-transport", "websocket");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/lab", "/realtime/lab"})
    void theLabMeasuresEveryTransport(String address) {
        Page lab = chromium.tab(chromium.person());
        lab.navigate(nginx.at(address).toString());
        assertThat(lab.locator("#verdict-check")).containsText("Measured here");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/q/metrics",
                "/q/health/ready",
                "/realtime/q/metrics",
                "/realtime/q/health",
                "/realtime/x/../q/metrics"
            })
    void healthAndMetricsAreNotExposed(String path) throws Exception {
        assertThat(status(path)).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/realtime"})
    void thePathOfARequestIsForwardedUnchanged(String base) throws Exception {
        for (String path : List.of("/rooms/caf%C3%A9/messages", "/rooms/caf%C3%A9/presence", "/counters?names=a,b.*")) {
            assertThat(status(base + path)).as(path).isEqualTo(200);
        }
    }

    private static int status(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(nginx.at(path)).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
