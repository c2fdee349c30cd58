package io.liveline.services.proxy;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import io.liveline.services.browser.AccessibilityContract;
import io.liveline.services.browser.Browsers;
import io.liveline.services.browser.LadderContract;
import io.liveline.services.browser.PageContract;
import io.liveline.services.browser.ReadmeContract;
import io.liveline.services.browser.ReadmePage;
import io.liveline.services.support.Replicated;
import io.liveline.services.support.Service;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.liveline.services.browser.Browsers.message;
import static io.liveline.services.browser.Browsers.say;
import static org.assertj.core.api.Assertions.assertThat;

/** Test of the page on two replicas of each service and one Redis, behind nginx without sticky sessions. */
@Tag("long")
class ProxiedIT {

    private static final LocatorAssertions.HasAttributeOptions SOON =
            new LocatorAssertions.HasAttributeOptions().setTimeout(60_000);

    private static ReadmePage readme;
    private static Replicated replicated;
    private static Browsers chromium;

    @BeforeAll
    static void start() {
        chromium = Browsers.start();
        readme = ReadmePage.serve();
        replicated = Replicated.start(Map.of("liveline.edge.origins", readme.origin()));
    }

    @AfterAll
    static void stop() {
        if (replicated != null) {
            replicated.close();
        }
        if (chromium != null) {
            readme.close();
            chromium.close();
        }
    }

    private static Page enter(String name, String room) {
        return chromium.enter(chromium.person(), replicated.at("/"), name, room);
    }

    /** Tests that need more than one replica. */
    @Nested
    class Replicas {

        @AfterEach
        void leave() {
            chromium.leave();
        }

        @Test
        void fourUsersOnAnyReplicasSeeTheSame() {
            List<Page> pages =
                    List.of(enter("ann", "all"), enter("bob", "all"), enter("cy", "all"), enter("dee", "all"));

            IntStream.range(0, 4).forEach(i -> say(pages.get(i), "from " + i));
            pages.get(0).locator("#text").pressSequentially("and");

            for (Page page : pages) {
                IntStream.range(0, 4)
                        .forEach(i -> assertThat(message(page, "from " + i)).hasCount(1));
                assertThat(page.locator("#people li")).hasCount(4);
                assertThat(page.locator("[data-room='all'] .count")).hasText("4");
                assertThat(page.locator("[data-line='counters']")).hasAttribute("data-state", "live");
            }
            assertThat(pages.get(3).locator("#typing")).containsText("ann is typing");
        }

        @Test
        void clientsOfStoppedReplicasContinueAtTheOthersAndLoseNothing() {
            Page ann = enter("ann", "going");
            Page bob = enter("bob", "going");
            say(ann, "before");
            assertThat(message(bob, "before")).hasCount(1);

            replicated.withoutSecondOnes(() -> {
                IntStream.range(0, 10).forEach(i -> {
                    say(ann, "ann " + i);
                    say(bob, "bob " + i);
                });
                List.of(ann, bob).forEach(this::isLiveAndHasAll);
            });
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "/q",
                    "/q/metrics",
                    "/q/health",
                    "/q/health/ready",
                    "/x/../q/metrics",
                    "//q/metrics",
                    "/%71/metrics"
                })
        void healthAndMetricsAreNotExposed(String path) throws Exception {
            assertThat(Service.HTTP
                            .send(
                                    HttpRequest.newBuilder(replicated.at(path)).build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(404);
        }

        private void isLiveAndHasAll(Page page) {
            assertThat(page.locator("#state")).hasAttribute("data-state", "live", SOON);
            assertThat(page.locator("[data-line='counters']")).hasAttribute("data-state", "live", SOON);
            assertThat(page.locator("[data-line='presence']")).hasAttribute("data-state", "live", SOON);
            IntStream.range(0, 10).forEach(i -> {
                assertThat(message(page, "ann " + i)).hasCount(1);
                assertThat(message(page, "bob " + i)).hasCount(1);
            });
        }
    }

    @Nested
    class ThePage extends PageContract {
        ThePage() {
            super(replicated, chromium);
        }
    }

    @Nested
    class TheLadder extends LadderContract {
        TheLadder() {
            super(replicated, replicated.redis(), chromium);
        }
    }

    @Nested
    class ForEverybody extends AccessibilityContract {
        ForEverybody() {
            super(replicated, chromium);
        }
    }

    @Nested
    class TheReadme extends ReadmeContract {
        TheReadme() {
            super(replicated, chromium, readme);
        }
    }
}
