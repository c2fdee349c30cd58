package io.liveline.services;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.CheckedNode;
import com.google.gson.JsonObject;
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
final class Browsers implements AutoCloseable {

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
    static Browsers start() {
        Optional<Path> chromium = Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(chromium.isPresent(), "No Chromium on the PATH: the page is not tested here");
        return new Browsers(chromium.get());
    }

    /** Somebody with a browser of their own. */
    BrowserContext person(Browser.NewContextOptions options) {
        BrowserContext context = browser.newContext(options);
        contexts.add(context);
        return context;
    }

    BrowserContext person() {
        return person(new Browser.NewContextOptions());
    }

    /** A tab whose complaints are collected. */
    Page tab(BrowserContext person) {
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
    Page enter(BrowserContext person, URI base, String name, String room) {
        Page page = tab(person);
        page.navigate(base.resolve("/?name=" + name + "&room=" + room).toString());
        assertThat(page.locator("#state")).hasAttribute("data-state", "live");
        return page;
    }

    static void say(Page page, String text) {
        page.locator("#text").fill(text);
        page.locator("#text").press("Enter");
    }

    static Locator message(Page page, String text) {
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
     * Freezes a tab as browsers do with those that nobody looks at: no script runs in it, and no timer.
     *
     * @param meanwhile is done before it is thawed
     */
    static void freeze(Page page, Runnable meanwhile) {
        page.evaluate("() => document.addEventListener('freeze', () => (window.froze = (window.froze ?? 0) + 1))");
        int before = froze(page);
        CDPSession devTools = page.context().newCDPSession(page);
        become(devTools, "frozen");
        meanwhile.run();
        become(devTools, "active");
        page.bringToFront();
        devTools.detach();
        assertThat(froze(page)).as("how often it froze").isGreaterThan(before);
    }

    private static int froze(Page page) {
        return (int) page.evaluate("window.froze ?? 0");
    }

    private static void become(CDPSession devTools, String state) {
        JsonObject argument = new JsonObject();
        argument.addProperty("state", state);
        devTools.send("Page.setWebLifecycleState", argument);
    }

    /** What axe-core finds in a page that keeps somebody from using it. */
    static List<String> serious(Page page) {
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
    List<String> leave() {
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
