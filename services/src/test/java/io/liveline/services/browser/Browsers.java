package io.liveline.services.browser;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.CheckedNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The installed Chromium, and the people who use it, each with a profile of their own. */
public final class Browsers implements AutoCloseable {

    private static final List<String> FLAGS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private final Playwright playwright;
    private final Browser browser;
    private final List<BrowserContext> contexts = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();

    private Browsers(Path chromium) {
        playwright = Playwright.create();
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium)
                        .setArgs(FLAGS));
        PlaywrightAssertions.setDefaultAssertionTimeout(20_000);
    }

    /** Starts it; where there is none, the tests are skipped. */
    public static Browsers start() {
        Optional<Path> chromium = Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
        if (chromium.isEmpty()) {
            // A class whose tests are all nested is not reported as skipped.
            System.err.println("No Chromium on the PATH: tests of the page are skipped");
        }
        assumeTrue(chromium.isPresent(), "No Chromium on the PATH: the page is not tested here");
        return new Browsers(chromium.get());
    }

    /** Somebody with a browser of their own. */
    public BrowserContext person(Browser.NewContextOptions options) {
        // Certificates of tests are of no authority that a browser knows.
        BrowserContext context = browser.newContext(options.setIgnoreHTTPSErrors(true));
        contexts.add(context);
        return context;
    }

    public BrowserContext person() {
        return person(new Browser.NewContextOptions());
    }

    /** A tab whose complaints are collected. */
    public Page tab(BrowserContext person) {
        Page page = person.newPage();
        page.onConsoleMessage(message -> {
            // A network that is cut on purpose makes the browser complain, and rightly so.
            if (message.type().equals("error") && !message.text().contains("net::ERR_")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        return page;
    }

    /** A tab in a room, live. */
    public Page enter(BrowserContext person, URI base, String name, String room) {
        Page page = tab(person);
        page.navigate(base.resolve("?name=" + name + "&room=" + room).toString());
        assertThat(page.locator("#state")).hasAttribute("data-state", "live");
        return page;
    }

    public static void say(Page page, String text) {
        page.locator("#text").fill(text);
        page.locator("#text").press("Enter");
    }

    public static Locator message(Page page, String text) {
        return page.locator("#messages").getByText(text, new Locator.GetByTextOptions().setExact(true));
    }

    /** A message, with what belongs to it, found by a part of its text. */
    static Locator article(Page page, String text) {
        return page.locator("#messages article").filter(new Locator.FilterOptions().setHasText(text));
    }

    /** Each state of the chat's connection that the page shows from now on, in turn: what is returned reads them. */
    static Supplier<List<?>> states(Page page) {
        page.evaluate("""
                () => {
                  const state = document.getElementById('state');
                  window.states = [];
                  const note = () => window.states.at(-1) === state.dataset.state || window.states.push(state.dataset.state);
                  new MutationObserver(note).observe(state, { attributes: true });
                }""");
        return () -> (List<?>) page.evaluate("window.states");
    }

    /**
     * Holds a tab: no script runs in it, and no timer, as in one that the browser has frozen or on a laptop that
     * sleeps. By the debugger, since Chromium freezes no page while it pretends to Playwright's tests that each one is
     * looked at.
     *
     * @param meanwhile must make something happen in the tab: that is where it stands still
     */
    static void hold(Page page, Runnable meanwhile) {
        CDPSession debugger = page.context().newCDPSession(page);
        AtomicBoolean held = new AtomicBoolean();
        debugger.on("Debugger.paused", event -> held.set(true));
        debugger.send("Debugger.enable");
        debugger.send("Debugger.pause");
        meanwhile.run();
        assertThat(held).as("whether it stood still").isTrue();
        debugger.send("Debugger.resume");
        debugger.detach();
    }

    /** What axe-core finds in a page that keeps somebody from using it. */
    public static List<String> serious(Page page) {
        return new AxeBuilder(page)
                .analyze().getViolations().stream()
                        .filter(rule -> Set.of("serious", "critical").contains(rule.getImpact()))
                        .map(rule -> rule.getId() + ": "
                                + rule.getNodes().stream()
                                        .map(CheckedNode::getHtml)
                                        .toList())
                        .toList();
    }

    /** Closes all tabs. @return what the consoles complained of: scripts, and what the page's policy forbids */
    public List<String> leave() {
        contexts.forEach(BrowserContext::close);
        contexts.clear();
        List<String> said = List.copyOf(complaints);
        complaints.clear();
        return said;
    }

    @Override
    public void close() {
        playwright.close();
    }
}
