package io.liveline.services.browser;

import java.util.regex.Pattern;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.liveline.services.support.Deployment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/** Tests of the page of fifteen lines in the README, served from another origin. */
public abstract class ReadmeContract {

    private final Deployment deployment;
    private final Browsers browsers;
    private final ReadmePage readme;

    public ReadmeContract(Deployment deployment, Browsers browsers, ReadmePage readme) {
        this.deployment = deployment;
        this.browsers = browsers;
        this.readme = readme;
    }

    @AfterEach
    void leave() {
        assertThat(browsers.leave()).isEmpty();
    }

    @Test
    void theConsoleScriptJoinsAndPosts() {
        Page bob = browsers.enter(browsers.person(), deployment.at("/"), "bob", "pasted");
        Page console = browsers.tab(browsers.person());
        console.navigate(readme.origin());

        console.evaluate("() => {" + ReadmePage.script(deployment, "pasted") + "}");

        assertThat(Browsers.message(bob, "hello")).hasCount(1);
    }

    @Test
    void thePageOfFifteenLinesChatsCountsAndShowsWhoTypes() {
        readme.calls(deployment);
        Page ann = browsers.tab(browsers.person());
        ann.navigate(readme.origin());
        Page bob = browsers.enter(browsers.person(), deployment.at("/"), "bob", "lobby");
        Locator total = ann.locator("#total");
        assertThat(total).hasText(Pattern.compile("\\d+"));
        int before = Integer.parseInt(total.textContent());

        bob.locator("#text").pressSequentially("hel");
        assertThat(ann.locator("#typists")).hasText("bob is typing");
        Browsers.say(bob, "hello ann");
        assertThat(ann.locator("#log")).containsText("bob: hello ann");
        ann.locator("#text").fill("hello bob");
        ann.locator("#text").press("Enter");
        assertThat(Browsers.message(bob, "hello bob")).hasCount(1);
        assertThat(total).hasText(String.valueOf(before + 2));
    }
}
