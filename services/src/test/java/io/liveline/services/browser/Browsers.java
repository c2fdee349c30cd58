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

/** Process of the installed Chromium, and its users, each with a separate profile. */
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
    private final List<String> consoleErrors = new ArrayList<>();

    private Browsers(Path chromium) {
        playwright = Playwright.create();
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium)
                        .setArgs(FLAGS));
        PlaywrightAssertions.setDefaultAssertionTimeout(20_000);
    }

    /** Starts Chromium. Skips the tests if it is not installed. */
    public static Browsers start() {
        Optional<Path> chromium = Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
        if (chromium.isEmpty()) {
            // JUnit does not report a class with nested tests only as skipped.
            System.err.println("No Chromium on the PATH: tests of the page are skipped");
        }
        assumeTrue(chromium.isPresent(), "No Chromium on the PATH: tests of the page are skipped");
        return new Browsers(chromium.get());
    }

    /** Creates a browser context of a new user. */
    public BrowserContext person(Browser.NewContextOptions options) {
        // No browser trusts the certificates of tests.
        BrowserContext context = browser.newContext(options.setIgnoreHTTPSErrors(true));
        contexts.add(context);
        return context;
    }

    public BrowserContext person() {
        return person(new Browser.NewContextOptions());
    }

    /** Opens a tab, and collects the errors of its console. */
    public Page tab(BrowserContext person) {
        Page page = person.newPage();
        page.onConsoleMessage(message -> {
            // The browser reports connections that a test cuts on purpose.
            if (message.type().equals("error") && !message.text().contains("net::ERR_")) {
                consoleErrors.add(message.text());
            }
        });
        page.onPageError(consoleErrors::add);
        return page;
    }

    /** Opens a tab, joins a room, and waits until it is live. */
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

    /** Finds a message with its controls by a part of its text. */
    static Locator article(Page page, String text) {
        return page.locator("#messages article").filter(new Locator.FilterOptions().setHasText(text));
    }

    /** Records every connection state that the page shows from now on. @return reader of the recorded states */
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
     * Suspends a tab: no script and no timer runs in it, as in a frozen tab or on a sleeping laptop. It uses the
     * debugger, as Chromium freezes no page under Playwright, which makes every page visible.
     *
     * @param meanwhile action that must cause an event in the tab, at which the debugger suspends it
     */
    static void suspend(Page page, Runnable meanwhile) {
        CDPSession debugger = page.context().newCDPSession(page);
        AtomicBoolean suspended = new AtomicBoolean();
        debugger.on("Debugger.paused", event -> suspended.set(true));
        debugger.send("Debugger.enable");
        debugger.send("Debugger.pause");
        meanwhile.run();
        assertThat(suspended).as("the tab was suspended").isTrue();
        debugger.send("Debugger.resume");
        debugger.detach();
    }

    /** Returns the serious and critical findings of axe-core in a page. */
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

    /** Closes all tabs. @return errors of their consoles: of scripts, and violations of the page's policy */
    public List<String> leave() {
        contexts.forEach(BrowserContext::close);
        contexts.clear();
        List<String> errors = List.copyOf(consoleErrors);
        consoleErrors.clear();
        return errors;
    }

    @Override
    public void close() {
        playwright.close();
    }
}
