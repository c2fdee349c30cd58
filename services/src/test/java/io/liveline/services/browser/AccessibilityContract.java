package io.liveline.services.browser;

import java.util.List;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import io.liveline.services.support.Deployment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.liveline.services.browser.Browsers.serious;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the accessibility of the pages with axe-core, light and dark, of keyboard use, and of their security policy.
 */
public abstract class AccessibilityContract {

    private final Deployment deployment;
    private final Browsers browsers;

    public AccessibilityContract(Deployment deployment, Browsers browsers) {
        this.deployment = deployment;
        this.browsers = browsers;
    }

    @AfterEach
    void noPolicyIsViolated() {
        assertThat(browsers.leave()).as("policy violations and errors").isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"LIGHT", "DARK"})
    void theAppIsAccessible(ColorScheme scheme) {
        Page page = tab(scheme);
        page.navigate(deployment.at("/").toString());
        assertThat(page.locator("#join")).isVisible();
        assertThat(serious(page)).as("welcome").isEmpty();

        page.navigate(deployment.at("/?name=ann&room=axe-" + scheme).toString());
        assertThat(page.locator("#state")).hasAttribute("data-state", "live");
        Browsers.say(page, "hello");
        assertThat(Browsers.message(page, "hello")).hasCount(1);
        assertThat(serious(page)).as("room").isEmpty();

        page.setViewportSize(390, 844);
        page.locator("#show-info").click();
        assertThat(page.locator("#info")).isVisible();
        assertThat(serious(page)).as("phone, with the drawer open").isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"LIGHT", "DARK"})
    void theLabIsAccessible(ColorScheme scheme) {
        Page page = tab(scheme);
        page.navigate(deployment.at("/lab/").toString());
        assertThat(page.locator("#verdict-name")).hasText("SSE");
        assertThat(serious(page)).isEmpty();
    }

    @Test
    void aKeyboardIsEnoughAndAScreenReaderAnnouncesNewMessages() {
        Page page = tab(ColorScheme.LIGHT);
        page.navigate(deployment.at("/?room=keys").toString());
        assertThat(page.getByLabel("Your name")).isFocused();
        page.keyboard().type("ann");
        page.keyboard().press("Enter");
        assertThat(page.getByRole(AriaRole.STATUS).getByText("Live")).isVisible();
        assertThat(page.locator("#app").getByLabel("Message", exactly())).isFocused();

        page.keyboard().type("by keys alone");
        page.keyboard().press("Enter");
        Locator log = page.getByRole(AriaRole.LOG);
        assertThat(log).hasAttribute("aria-live", "polite");
        assertThat(log.getByText("by keys alone")).hasCount(1);

        page.keyboard().press("Shift+Tab");
        assertThat(log.getByLabel("Delete message: by keys alone", exactly())).isFocused();
        page.keyboard().press("Enter");
        assertThat(log.getByLabel("Really delete message: by keys alone", exactly()))
                .isFocused();
        page.keyboard().press("Enter");
        assertThat(log.getByText("Message deleted")).hasCount(1);
    }

    @Test
    void aKeyboardOnATouchScreenKeepsTheFocus() {
        Page page = browsers.tab(browsers.person(new Browser.NewContextOptions()
                .setHasTouch(true)
                .setIsMobile(true)
                .setViewportSize(820, 1180)));
        page.navigate(deployment.at("/?room=touch").toString());
        assertThat(page.getByLabel("Your name")).isFocused();
        page.keyboard().type("ann");
        page.keyboard().press("Enter");
        assertThat(page.locator("#text")).isFocused();

        page.reload();
        assertThat(page.locator("#state")).hasAttribute("data-state", "live");
        assertThat(page.locator("#text")).not().isFocused();
    }

    private static Locator.GetByLabelOptions exactly() {
        return new Locator.GetByLabelOptions().setExact(true);
    }

    @Test
    void anInjectedScriptDoesNotRun() {
        Page page = tab(ColorScheme.LIGHT);
        for (String path : List.of("/", "/lab/")) {
            page.navigate(deployment.at(path).toString());
            page.evaluate("""
                    () => {
                      const script = document.createElement('script');
                      script.textContent = 'window.ran = true';
                      document.head.append(script);
                    }""");
            assertThat(page.evaluate("window.ran"))
                    .as("script that ran in " + path)
                    .isNull();
        }
        assertThat(browsers.leave()).hasSize(2).allMatch(complaint -> complaint.contains("Content Security Policy"));
    }

    private Page tab(ColorScheme scheme) {
        return browsers.tab(browsers.person(
                new Browser.NewContextOptions().setColorScheme(scheme).setReducedMotion(ReducedMotion.REDUCE)));
    }
}
