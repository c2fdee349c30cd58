package io.liveline.services;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.liveline.services.Browsers.message;
import static io.liveline.services.Browsers.say;

/** The page where WebSockets are blocked, and where the server goes and comes. */
abstract class LadderContract {

    private static final LocatorAssertions.HasAttributeOptions SOON =
            new LocatorAssertions.HasAttributeOptions().setTimeout(60_000);

    private BlockingProxy proxy;
    private final World world;
    private final Browsers browsers;

    LadderContract(World world, Browsers browsers) {
        this.world = world;
        this.browsers = browsers;
    }

    @BeforeEach
    void putProxy() {
        proxy = new BlockingProxy(world.port());
    }

    @AfterEach
    void leave() throws IOException {
        proxy.close();
        // Not asked for complaints: the browser speaks of every attempt that is blocked.
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
        Page bob = browsers.enter(browsers.person(), world.at("/"), "bob", "blocked");
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
        Page bob = browsers.enter(browsers.person(), world.at("/"), "bob", "cut");
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
        Page ann = browsers.enter(browsers.person(), world.at("/"), "ann", "restart");
        Page bob = browsers.enter(browsers.person(), world.at("/"), "bob", "restart");
        say(ann, "before");
        bothSee(ann, bob, "before");

        world.restart(() -> {
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
}
