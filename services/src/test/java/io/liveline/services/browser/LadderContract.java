package io.liveline.services.browser;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import io.liveline.services.support.BlockingProxy;
import io.liveline.services.support.Deployment;
import io.liveline.testing.RedisServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.liveline.services.browser.Browsers.message;
import static io.liveline.services.browser.Browsers.say;

/** Tests of the page with blocked WebSockets, and with a server that restarts. */
public abstract class LadderContract {

    private static final LocatorAssertions.HasAttributeOptions SOON =
            new LocatorAssertions.HasAttributeOptions().setTimeout(60_000);

    private BlockingProxy proxy;
    private final Deployment deployment;
    private final RedisServer redis;
    private final Browsers browsers;

    /** @param redis Redis of the deployment */
    public LadderContract(Deployment deployment, RedisServer redis, Browsers browsers) {
        this.deployment = deployment;
        this.redis = redis;
        this.browsers = browsers;
    }

    @BeforeEach
    void putProxy() {
        proxy = new BlockingProxy(deployment.port());
    }

    @AfterEach
    void leave() throws IOException {
        proxy.close();
        // The console is not checked: the browser reports every blocked attempt.
        browsers.leave();
    }

    private static void isOver(Page page, String... transports) {
        assertThat(page.locator("#lines dd").first())
                .hasAttribute("data-transport", Pattern.compile(String.join("|", transports)), SOON);
        assertThat(page.locator("#state")).hasAttribute("data-state", "live", SOON);
    }

    private static void bothSee(Page one, Page other, String text) {
        assertThat(message(one, text)).hasCount(1);
        assertThat(message(other, text)).hasCount(1);
    }

    @Test
    void aBlockedWebSocketFallsDownTheLadderAndNothingIsLost() {
        proxy.block();
        Page ann = browsers.enter(browsers.person(), proxy.at("/"), "ann", "blocked");
        Page bob = browsers.enter(browsers.person(), deployment.at("/"), "bob", "blocked");
        isOver(ann, "sse");

        IntStream.range(0, 10).forEach(i -> {
            say(bob, "from bob " + i);
            say(ann, "from ann " + i);
        });

        IntStream.range(0, 10).forEach(i -> {
            bothSee(ann, bob, "from bob " + i);
            bothSee(ann, bob, "from ann " + i);
        });
    }

    @Test
    void aWebSocketThatIsCutInMidSessionLosesNothingOnTheWayDownAndUp() {
        Page ann = browsers.enter(browsers.person(), proxy.at("/"), "ann", "cut");
        Page bob = browsers.enter(browsers.person(), deployment.at("/"), "bob", "cut");
        isOver(ann, "websocket");
        say(bob, "before");
        bothSee(ann, bob, "before");

        proxy.block();
        say(bob, "meanwhile");
        say(ann, "said meanwhile");
        isOver(ann, "sse");
        bothSee(ann, bob, "meanwhile");
        bothSee(ann, bob, "said meanwhile");

        proxy.unblock();
        isOver(ann, "websocket");
        say(bob, "after");
        bothSee(ann, bob, "after");
        assertThat(message(ann, "meanwhile")).hasCount(1);
    }

    @Test
    void aServerThatRestartsLosesNothing() {
        Page ann = browsers.enter(browsers.person(), deployment.at("/"), "ann", "restart");
        Page bob = browsers.enter(browsers.person(), deployment.at("/"), "bob", "restart");
        say(ann, "before");
        bothSee(ann, bob, "before");

        deployment.restart(() -> {
            assertThat(ann.locator("#state")).hasAttribute("data-state", Pattern.compile("connecting|offline"), SOON);
            say(ann, "while it was away");
        });

        assertThat(ann.locator("#state")).hasAttribute("data-state", "live", SOON);
        assertThat(bob.locator("#state")).hasAttribute("data-state", "live", SOON);
        say(bob, "after");
        for (String text : List.of("before", "while it was away", "after")) {
            bothSee(ann, bob, text);
        }
    }

    @Test
    void anUnavailableRedisIsShownAndLosesNothing() {
        Page ann = browsers.enter(browsers.person(), deployment.at("/"), "ann", "degraded");
        Page bob = browsers.enter(browsers.person(), deployment.at("/"), "bob", "degraded");
        say(ann, "before");
        bothSee(ann, bob, "before");

        redis.kill();
        try {
            assertThat(ann.locator("#state")).hasAttribute("data-state", "degraded", SOON);
            assertThat(ann.locator("#state-text")).hasText("Degraded: messages may be late");
            say(ann, "while it was away");
            assertThat(ann.locator("#pending [data-fate='sending']")).hasCount(1);
        } finally {
            redis.start();
        }

        assertThat(ann.locator("#state")).hasAttribute("data-state", "live", SOON);
        assertThat(bob.locator("#state")).hasAttribute("data-state", "live", SOON);
        bothSee(ann, bob, "while it was away");
        bothSee(ann, bob, "before");
    }

    @Test
    void aSuspendedTabMissesAndRepeatsNothing() {
        Page ann = browsers.enter(browsers.person(), deployment.at("/"), "ann", "still");
        Page bob = browsers.enter(browsers.person(), proxy.at("/"), "bob", "still");

        Browsers.suspend(bob, () -> sayAndSee(ann, "nodded off"));
        Browsers.suspend(bob, () -> {
            // Suspended until its connection is closed.
            proxy.block();
            proxy.unblock();
            sayAndSee(ann, "fast asleep");
        });

        assertThat(bob.locator("#state")).hasAttribute("data-state", "live", SOON);
        for (int i = 0; i < 10; i++) {
            assertThat(message(bob, "nodded off " + i)).hasCount(1);
            assertThat(message(bob, "fast asleep " + i)).hasCount(1);
        }
        say(bob, "awake");
        bothSee(ann, bob, "awake");
    }

    private static void sayAndSee(Page page, String text) {
        IntStream.range(0, 10).forEach(i -> say(page, text + " " + i));
        assertThat(message(page, text + " 9")).hasCount(1);
    }
}
