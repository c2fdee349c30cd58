package io.liveline.services;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import io.liveline.bus.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.liveline.services.Browsers.message;
import static io.liveline.services.Browsers.say;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The page against two replicas of each service on one Redis, behind nginx without sticky sessions. */
@Tag("long")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ProxiedIT {

    private static final LocatorAssertions.HasAttributeOptions SOON =
            new LocatorAssertions.HasAttributeOptions().setTimeout(60_000);

    private static final Map<Integer, String> PLACES = new TreeMap<>(Map.of(
            8081, "chat-service",
            8091, "chat-service",
            8082, "dashboard-service",
            8092, "dashboard-service",
            8083, "presence-service",
            8093, "presence-service"));

    private static RedisServer redis;
    private static final Map<Integer, Service> REPLICAS = new TreeMap<>();
    private static Nginx nginx;
    private static Browsers browsers;

    @BeforeAll
    static void start() {
        assumeTrue(Nginx.executable().isPresent(), "No nginx is installed: the page is not tested behind one here");
        browsers = Browsers.start();
        redis = RedisServer.launch();
        PLACES.forEach((port, module) ->
                REPLICAS.put(port, Service.begin(module, Map.of("quarkus.redis.hosts", redis.url()))));
        REPLICAS.values().forEach(Service::awaitListening);
        REPLICAS.values().forEach(replica -> await().until(
                        () -> replica.get("/q/health/ready").statusCode() == 200));
        nginx = Nginx.before(REPLICAS);
    }

    @AfterAll
    static void stop() {
        List<AutoCloseable> all = new ArrayList<>();
        if (nginx != null) {
            all.add(nginx);
        }
        all.addAll(REPLICAS.values());
        if (redis != null) {
            all.add(redis);
            all.add(browsers);
        }
        all.forEach(one ->
                org.assertj.core.api.Assertions.assertThatCode(one::close).doesNotThrowAnyException());
    }

    @AfterEach
    void leave() {
        browsers.leave();
    }

    private static Page enter(String name, String room) {
        return browsers.enter(browsers.person(), nginx.at("/"), name, room);
    }

    @Test
    @Order(1)
    void fourPeopleOnAnyReplicasSeeTheSame() {
        List<Page> pages = List.of(enter("ann", "all"), enter("bob", "all"), enter("cy", "all"), enter("dee", "all"));

        IntStream.range(0, 4).forEach(i -> say(pages.get(i), "from " + i));
        pages.get(0).locator("#text").pressSequentially("and");

        for (Page page : pages) {
            IntStream.range(0, 4)
                    .forEach(i -> assertThat(message(page, "from " + i)).hasCount(1));
            assertThat(page.locator("#people li")).hasCount(4);
            assertThat(page.locator("[data-counter='chat.messages']")).hasText("4");
            assertThat(page.locator("[data-line='counters']")).hasAttribute("data-state", "live");
        }
        assertThat(pages.get(3).locator("#typing")).containsText("ann is typing");
    }

    @Test
    @Order(2)
    void replicasThatGoAreReplacedByTheOthersAndNothingIsLost() {
        Page ann = enter("ann", "going");
        Page bob = enter("bob", "going");
        say(ann, "before");
        assertThat(message(bob, "before")).hasCount(1);

        List.of(8091, 8092, 8093).forEach(port -> REPLICAS.get(port).close());
        IntStream.range(0, 10).forEach(i -> {
            say(ann, "ann " + i);
            say(bob, "bob " + i);
        });

        for (Page page : List.of(ann, bob)) {
            assertThat(page.locator("#state")).hasAttribute("data-state", "live", SOON);
            assertThat(page.locator("[data-line='counters']")).hasAttribute("data-state", "live", SOON);
            assertThat(page.locator("[data-line='presence']")).hasAttribute("data-state", "live", SOON);
            IntStream.range(0, 10).forEach(i -> {
                assertThat(message(page, "ann " + i)).hasCount(1);
                assertThat(message(page, "bob " + i)).hasCount(1);
            });
        }
    }
}
