package io.liveline.services;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The page in a real browser, two people at a time, against the suite in one process. */
class BrowserIT {

    private static final List<String> FLAGS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private static Service suite;
    private static Playwright playwright;
    private static Browser browser;

    private final List<BrowserContext> contexts = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();

    @BeforeAll
    static void start() {
        Optional<Path> chromium = chromium();
        assumeTrue(chromium.isPresent(), "No Chromium on the PATH: the page is not tested here");
        suite = Service.start("services", Map.of());
        playwright = Playwright.create();
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium.get())
                        .setArgs(FLAGS));
        PlaywrightAssertions.setDefaultAssertionTimeout(20_000);
    }

    @AfterAll
    static void stop() {
        if (playwright != null) {
            playwright.close();
            suite.close();
        }
    }

    @AfterEach
    void leave() {
        contexts.forEach(BrowserContext::close);
        assertThat(complaints).as("what the browser's console complains of").isEmpty();
    }

    private static Optional<Path> chromium() {
        return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** A person with a browser of their own, in a room. */
    private Page open(String name, String room) {
        BrowserContext context = browser.newContext();
        contexts.add(context);
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            // A network that is cut on purpose makes the browser complain, and rightly so.
            if (message.type().equals("error") && !message.text().contains("net::ERR_")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.navigate(suite.at("/?name=" + name + "&room=" + room).toString());
        assertThat(page.locator("#state")).hasAttribute("data-state", "live");
        return page;
    }

    private static void say(Page page, String text) {
        page.locator("#text").fill(text);
        page.locator("#text").press("Enter");
    }

    private static Locator message(Page page, String text) {
        return page.locator("#messages").getByText(text, new Locator.GetByTextOptions().setExact(true));
    }

    @Test
    void whatOneTypesAppearsInTheOther() {
        Page ann = open("ann", "hello");
        Page bob = open("bob", "hello");

        say(ann, "Hello Bob");
        say(bob, "Hello Ann");

        for (Page page : List.of(ann, bob)) {
            assertThat(message(page, "Hello Bob")).hasCount(1);
            assertThat(message(page, "Hello Ann")).hasCount(1);
        }
        assertThat(bob.locator("#people").getByText("ann")).isVisible();
    }

    @Test
    void theTypingLineShowsAndClears() {
        Page ann = open("ann", "typing");
        Page bob = open("bob", "typing");

        ann.locator("#text").pressSequentially("I am wri");
        assertThat(bob.locator("#typing")).containsText("ann is typing");
        assertThat(ann.locator("#typing")).not().containsText("ann");

        ann.locator("#text").press("Enter");
        assertThat(bob.locator("#typing")).not().containsText("typing");
        assertThat(message(bob, "I am wri")).hasCount(1);
    }

    @Test
    void theMessageCounterTicks() {
        Page ann = open("ann", "ticking");
        Locator counter = ann.locator("[data-counter='chat.messages']");
        assertThat(counter).hasText(java.util.regex.Pattern.compile("\\d+"));
        int before = Integer.parseInt(counter.textContent().replaceAll("\\D", ""));

        IntStream.range(0, 3).forEach(i -> say(ann, "tick " + i));

        assertThat(counter).hasText(String.valueOf(before + 3));
    }

    @Test
    void aNetworkThatIsCutForThirtySecondsLosesNothing() {
        Page ann = open("ann", "lid");
        Page bob = open("bob", "lid");
        say(ann, "before");
        assertThat(message(bob, "before")).hasCount(1);

        BrowserContext lid = bob.context();
        lid.setOffline(true);
        IntStream.range(0, 20).forEach(i -> say(ann, "missed " + i));
        say(bob, "written offline");
        assertThat(bob.locator("#state")).not().hasAttribute("data-state", "live");
        bob.waitForTimeout(30_000);
        lid.setOffline(false);

        assertThat(bob.locator("#state"))
                .hasAttribute("data-state", "live", new LocatorAssertions.HasAttributeOptions().setTimeout(30_000));
        for (Page page : List.of(ann, bob)) {
            assertThat(message(page, "written offline")).hasCount(1);
            for (int i = 0; i < 20; i++) {
                assertThat(message(page, "missed " + i)).hasCount(1);
            }
        }
    }

    @Test
    void textIsNeverMarkup() {
        Page ann = open("ann", "markup");
        Page bob = open("bob", "markup");
        String markup = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

        say(ann, markup);

        assertThat(message(bob, markup)).hasCount(1);
        assertThat(bob).not().hasTitle("owned");
    }

    @Test
    void theHistoryIsThereForWhoComesLater() {
        Page ann = open("ann", "later");
        say(ann, "early");
        assertThat(message(ann, "early")).hasCount(1);

        Page bob = open("bob", "later");

        assertThat(message(bob, "early")).hasCount(1);
    }
}
