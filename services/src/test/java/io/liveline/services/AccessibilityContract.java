package io.liveline.services;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.liveline.services.Browsers.serious;
import static org.assertj.core.api.Assertions.assertThat;

/** What axe-core finds in the pages, light and dark, and what their security policy forbids them. */
abstract class AccessibilityContract {

    private final World world;
    private final Browsers browsers;

    AccessibilityContract(World world, Browsers browsers) {
        this.world = world;
        this.browsers = browsers;
    }

    @AfterEach
    void nothingIsForbidden() {
        assertThat(browsers.leave()).as("policy violations and errors").isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"LIGHT", "DARK"})
    void nothingSeriousInTheApp(ColorScheme scheme) {
        Page page = tab(scheme);
        page.navigate(world.at("/").toString());
        assertThat(page.locator("#join")).isVisible();
        assertThat(serious(page)).as("welcome").isEmpty();

        page.navigate(world.at("/?name=ann&room=axe-" + scheme).toString());
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
    void nothingSeriousInTheLab(ColorScheme scheme) {
        Page page = tab(scheme);
        page.navigate(world.at("/lab/").toString());
        assertThat(page.locator("#verdict-name")).hasText("SSE");
        assertThat(serious(page)).isEmpty();
    }

    private Page tab(ColorScheme scheme) {
        return browsers.tab(browsers.person(
                new Browser.NewContextOptions().setColorScheme(scheme).setReducedMotion(ReducedMotion.REDUCE)));
    }
}
