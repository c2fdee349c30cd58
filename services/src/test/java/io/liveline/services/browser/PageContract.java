package io.liveline.services.browser;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.RequestOptions;
import io.liveline.services.support.BlockingProxy;
import io.liveline.services.support.Deployment;
import io.liveline.services.support.Service;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.liveline.services.browser.Browsers.article;
import static io.liveline.services.browser.Browsers.message;
import static io.liveline.services.browser.Browsers.say;
import static io.liveline.services.browser.Browsers.states;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

/** Tests of the page in a real browser, with two users, on any deployment. */
public abstract class PageContract {

    private final Deployment deployment;
    private final Browsers browsers;

    public PageContract(Deployment deployment, Browsers browsers) {
        this.deployment = deployment;
        this.browsers = browsers;
    }

    @AfterEach
    void leave() {
        assertThat(browsers.leave()).as("errors in the console of the browser").isEmpty();
    }

    private Page open(String name, String room) {
        return browsers.enter(browsers.person(), deployment.at("/"), name, room);
    }

    @Test
    void aMessageAppearsInTheOtherBrowser() {
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
        assertThat(counter).hasText(Pattern.compile("\\d+"));
        int before = Integer.parseInt(counter.textContent().replaceAll("\\D", ""));

        IntStream.range(0, 3).forEach(i -> say(ann, "tick " + i));

        assertThat(counter).hasText(String.valueOf(before + 3));
    }

    @Test
    void anEditOrDeletionAppearsInTheOtherBrowser() {
        Page ann = open("ann", "changes");
        Page bob = open("bob", "changes");
        say(ann, "a slip");
        say(ann, "a draft");
        assertThat(message(ann, "a draft")).hasCount(1);
        assertThat(message(bob, "a draft")).hasCount(1);

        ann.locator("#text").press("ArrowUp");
        assertThat(ann.locator("#text")).hasValue("a draft");
        say(ann, "a text");
        article(ann, "a slip").getByLabel("Delete message").click();
        article(ann, "a slip").getByLabel("Really delete message").click();

        for (Page page : List.of(ann, bob)) {
            assertThat(message(page, "a text (edited)")).hasCount(1);
            assertThat(message(page, "Message deleted")).hasCount(1);
            assertThat(page.locator("#messages article")).hasCount(2);
        }
    }

    @Test
    void onlyOwnMessagesCanBeChanged() {
        Page ann = open("ann", "own");
        Page bob = open("bob", "own");
        say(ann, "mine");
        Locator mine = article(bob, "mine");
        assertThat(mine).hasCount(1);

        assertThat(article(ann, "mine").getByRole(AriaRole.BUTTON)).hasCount(2);
        assertThat(mine.getByRole(AriaRole.BUTTON)).hasCount(0);
        bob.locator("#text").press("ArrowUp");
        assertThat(bob.locator("#editing")).isHidden();
        String address = deployment
                .at("/rooms/own/messages/" + mine.getAttribute("data-cursor"))
                .toString();
        RequestOptions edit = RequestOptions.create().setData(Map.of("text", "yours"));
        assertThat(bob.request().patch(address + "?name=bob", edit).status()).isEqualTo(403);
        assertThat(bob.request().delete(address + "?name=bob").status()).isEqualTo(403);
        say(bob, "as it was");
        assertThat(message(ann, "as it was")).hasCount(1);
        assertThat(message(ann, "mine")).hasCount(1);
    }

    @Test
    void aTypedMessageIsShownByItsTextWithItsDataFolded() {
        Page ann = open("ann", "typed");
        Map<String, Object> data = Map.of("sum", 12.5, "note", "<b>no markup</b>");
        RequestOptions post = RequestOptions.create()
                .setHeader("Idempotency-Key", "1")
                .setData(Map.of("text", "Order 7 is paid", "kind", "order.paid", "data", data));
        String address = deployment.at("/rooms/typed/messages").toString();
        String message = ann.request().post(address + "?name=bob", post).text();

        Locator paid = article(ann, "Order 7 is paid");
        assertThat(paid.locator("summary")).hasText("order.paid");
        assertThat(paid.locator("pre")).isHidden();
        paid.locator("summary").click();
        assertThat(paid.locator("pre")).containsText("\"sum\": 12.5");
        assertThat(paid.locator("pre")).containsText("<b>no markup</b>");

        String cursor = message.replaceAll(".*\"cursor\":\"([^\"]+)\".*", "$1");
        RequestOptions edit = RequestOptions.create().setData(Map.of("data", Map.of("sum", 13)));
        ann.request().patch(address + "/" + cursor + "?name=bob", edit);
        assertThat(paid.locator("pre")).containsText("\"sum\": 13");
        ann.request().delete(address + "/" + cursor + "?name=bob");
        assertThat(message(ann, "Message deleted")).hasCount(1);
        assertThat(ann.locator("#messages details")).isHidden();
    }

    @Test
    void recoveryIsShownUntilItIsComplete() {
        Page ann = open("ann", "states");
        Supplier<List<?>> states = states(ann);

        ann.context().setOffline(true);
        assertThat(ann.locator("#state-text")).hasText("Offline, trying again…");
        ann.context().setOffline(false);

        assertThat(ann.locator("#state-text")).hasText("Live");
        assertThat(states.get()).asInstanceOf(LIST).containsSubsequence("offline", "connecting", "catching-up", "live");
    }

    @Test
    void aCutNetworkLosesNothing() {
        Page ann = open("ann", "lid");
        Page bob = open("bob", "lid");
        say(ann, "before");
        assertThat(message(bob, "before")).hasCount(1);

        BrowserContext lid = bob.context();
        lid.setOffline(true);
        IntStream.range(0, 20).forEach(i -> say(ann, "missed " + i));
        say(bob, "written offline");
        assertThat(bob.locator("#state")).not().hasAttribute("data-state", "live");
        assertThat(message(ann, "missed 19")).hasCount(1);
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
    void tenTabsShareOneStreamAndOnePoll() {
        BrowserContext ann = browsers.person();
        List<Page> tabs = IntStream.range(0, 10)
                .mapToObj(i -> browsers.enter(ann, deployment.at("/"), "ann", "tabs"))
                .toList();

        say(tabs.get(0), "to all tabs");

        for (Page tab : tabs) {
            assertThat(message(tab, "to all tabs")).hasCount(1);
            assertThat(tab.locator("[data-line='counters']")).hasAttribute("data-state", "live");
            assertThat(tab.locator("[data-line='presence']")).hasAttribute("data-state", "live");
            assertThat(tab.locator("#people").getByText("ann")).isVisible();
        }
        Locator streams = tabs.get(9).locator("[data-transport='sse']");
        assertThat(streams).hasText("SSE · 1 open");

        tabs.get(0).close();
        say(tabs.get(1), "after the first has gone");
        for (Page tab : tabs.subList(1, 10)) {
            assertThat(message(tab, "after the first has gone")).hasCount(1);
            assertThat(tab.locator("[data-line='counters']")).hasAttribute("data-state", "live");
        }
    }

    @Test
    void aUserWhoClosesOneOfTwoTabsIsThereAllTheTime() {
        BrowserContext ann = browsers.person();
        Page first = browsers.enter(ann, deployment.at("/"), "ann", "two-tabs");
        Page second = browsers.enter(ann, deployment.at("/"), "ann", "two-tabs");
        Page phone = open("ann", "two-tabs");
        Page bob = open("bob", "two-tabs");
        assertThat(bob.locator("#people").getByText("ann")).isVisible();
        bob.evaluate("""
                () => {
                  const people = document.getElementById('people');
                  window.gone = 0;
                  new MutationObserver(() => { window.gone += people.textContent.includes('ann') ? 0 : 1; })
                      .observe(people, { childList: true, subtree: true, characterData: true });
                }""");

        second.waitForResponse(response -> response.request().method().equals("DELETE"), () -> {
            second.locator("#room-name").fill("elsewhere");
            second.locator("#room-name").press("Enter");
        });
        phone.navigate("about:blank");
        // What the server tells after both have left.
        first.locator("#text").pressSequentially("I am wri");
        assertThat(bob.locator("#typing")).containsText("ann is typing");

        assertThat(bob.evaluate("window.gone")).isEqualTo(0);
        assertThat(bob.locator("#people").getByText("ann")).isVisible();
    }

    @Test
    void aBrowserThatRefusesLocksIsLive() {
        BrowserContext strict = browsers.person();
        strict.addInitScript("""
                window.asked = 0;
                LockManager.prototype.request = async () => {
                  window.asked++;
                  throw new DOMException('Access to the Locks API is denied in this context.', 'SecurityError');
                };""");
        Page ann = browsers.enter(strict, deployment.at("/"), "ann", "no-locks");
        assertThat(ann.locator("[data-line='counters']")).hasAttribute("data-state", "live");
        assertThat(ann.locator("[data-line='presence']")).hasAttribute("data-state", "live");
        assertThat((int) ann.evaluate("window.asked")).isLessThan(5);
    }

    @Test
    void aChartLibraryThatFailsLeavesThePageWhole() {
        BrowserContext person = browsers.person();
        person.route(
                "**/uPlot.esm.js",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("text/javascript")
                        .setBody("throw new RangeError('Incorrect locale information provided');")));
        Page ann = browsers.enter(person, deployment.at("/"), "ann", "no-chart");
        say(ann, "all the same");
        assertThat(message(ann, "all the same")).hasCount(1);
        assertThat(ann.locator("#rate-chart .curve")).hasCount(1);
    }

    @Test
    void aCutEventSourceResumesByItself() throws Exception {
        set("source.a", 1);
        try (BlockingProxy proxy = new BlockingProxy(deployment.port())) {
            Page page = browsers.tab(browsers.person());
            // The page joins no room: the browser would report a handshake that is cut.
            page.navigate(proxy.at("/").toString());
            page.evaluate("""
                    () => {
                      const body = document.body;
                      body.dataset.seen = '';
                      const source = new EventSource('/counters/stream?names=source.*');
                      for (const type of ['snapshot', 'change']) {
                        source.addEventListener(type, event => {
                          const counters = Object.entries(JSON.parse(event.data).counters);
                          const values = counters.map(([name, counter]) => name + '=' + counter.value);
                          body.dataset.seen += [type, ...values, ''].join(' ');
                        });
                      }
                    }""");
            set("source.b", 1);
            Locator body = page.locator("body");
            assertThat(body).hasAttribute("data-seen", Pattern.compile("(?=.*source.a=1)(?=.*source.b=1)"));
            page.evaluate("() => { document.body.dataset.seen = ''; }");

            proxy.cutAll();
            set("source.b", 2);

            assertThat(body).hasAttribute("data-seen", "change source.b=2 ");
        }
    }

    private void set(String counter, long value) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(deployment.at("/counters/" + counter))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString("{\"value\":" + value + "}"))
                .build();
        assertThat(Service.HTTP
                        .send(request, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void theLabGivesAVerdict() {
        Page lab = browsers.tab(browsers.person());
        lab.navigate(deployment.at("/lab").toString());
        Locator verdict = lab.locator("#verdict-name");
        assertThat(verdict).hasText("SSE");

        lab.getByLabel("Often: once a second, or more").check();
        assertThat(verdict).hasText("WebSocket");
        assertThat(lab.locator("#verdict-check")).containsText("Measured here");

        lab.locator("#block").click();
        assertThat(lab.locator("#verdict-check")).containsText("does not get through");
        lab.locator("#block").click();
        assertThat(lab.locator("#verdict-check")).containsText("Measured here");
    }

    @Test
    void theLabsSlidersChooseAnotherTransport() {
        Page lab = browsers.tab(browsers.person());
        lab.navigate(deployment.at("/lab").toString());
        Locator verdict = lab.locator("#verdict-name");
        assertThat(verdict).hasText("SSE");

        lab.locator("#rate").fill("0");
        assertThat(lab.locator("#rate-out")).hasText("2 a minute");
        assertThat(verdict).hasText("Long-poll");
        lab.locator("#rate").fill("4");
        assertThat(verdict).hasText("SSE");
        lab.locator("#idle").fill("60");
        assertThat(lab.locator("#idle-out")).hasText("60 min");
        assertThat(verdict).hasText("Long-poll");
        lab.locator("#stale").fill("4");
        assertThat(lab.locator("#stale-out")).hasText("10 s");
        assertThat(verdict).hasText("Poll");
        lab.locator("#poll").fill("1");
        assertThat(lab.locator("#poll-out")).hasText("1 s");
    }

    @Test
    void aCutNetworkInTheLabDelaysEventsAndLosesNone() {
        Page lab = browsers.tab(browsers.person());
        lab.navigate(deployment.at("/lab").toString());
        lab.locator("#rate").fill("7");
        Locator live = lab.locator("tr[data-transport] [data-state='live']");
        assertThat(live).hasCount(4);

        lab.locator("#cut").click();
        assertThat(lab.locator("#status")).containsText("network cut");
        assertThat(live).hasCount(0);
        assertThat(lab.locator("#cut")).isEnabled();
        assertThat(live).hasCount(4);
        // Gives the last event time to arrive.
        lab.locator("#rate").fill("0");

        for (String transport : List.of("poll", "longpoll", "sse", "websocket")) {
            Locator row = lab.locator("tr[data-transport='" + transport + "']");
            assertThat(row.locator("td.some").first()).hasText(Pattern.compile("[1-9]\\d* %"));
            assertThat(row).hasAttribute("title", Pattern.compile("^([\\d,]{2,}) of \\1 events are here$"));
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
    void aLateJoinerReceivesTheHistory() {
        Page ann = open("ann", "later");
        assertThat(ann.locator("#beginning")).hasText("Nobody has said anything here yet.");
        say(ann, "early");
        assertThat(message(ann, "early")).hasCount(1);

        Page bob = open("bob", "later");

        assertThat(message(bob, "early")).hasCount(1);
        for (Page page : List.of(ann, bob)) {
            assertThat(page.locator("#beginning")).hasText("This is where it begins.");
        }
    }
}
