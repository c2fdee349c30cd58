package io.liveline.services.http;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import io.liveline.services.browser.Browsers;
import io.liveline.services.support.Deployment;
import io.liveline.services.support.Suite;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.liveline.services.browser.Browsers.message;
import static io.liveline.services.browser.Browsers.say;
import static io.liveline.services.browser.Browsers.serious;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** Test of the page on services that require a token. */
class TokenIT {

    /** Timeout below one minute, the default clock skew: the services must apply the skew of zero. */
    private static final LocatorAssertions.ContainsTextOptions SOON =
            new LocatorAssertions.ContainsTextOptions().setTimeout(40_000);

    private static PrivateKey key;
    private static Deployment suite;
    private static Browsers browsers;

    @BeforeAll
    static void start() throws Exception {
        browsers = Browsers.start();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair keys = generator.generateKeyPair();
        key = keys.getPrivate();
        suite = Suite.start(Map.of(
                "liveline.auth", "jwt",
                "mp.jwt.verify.issuer", "https://issuer.test",
                "mp.jwt.verify.audiences", "liveline",
                "mp.jwt.verify.clock.skew", "0",
                "mp.jwt.verify.publickey",
                        Base64.getEncoder().encodeToString(keys.getPublic().getEncoded())));
    }

    @AfterAll
    static void stop() {
        if (browsers != null) {
            browsers.close();
            suite.close();
        }
    }

    @AfterEach
    void leave() {
        // The console is not checked: the browser reports every rejected request.
        browsers.leave();
    }

    /** Opens a tab and enters a token in its form. */
    private static Page enter(String token) {
        Page page = browsers.tab(browsers.person());
        page.navigate(suite.at("/?room=lobby").toString());
        enterToken(page, token);
        return page;
    }

    private static void enterToken(Page page, String token) {
        assertThat(page.getByLabel("Your token")).isVisible();
        page.getByLabel("Your token").fill(token);
        page.locator("#join").click();
    }

    @Test
    void aTokenIdentifiesItsUserWhoCanPostAndIsPresent() throws Exception {
        Page ann = enter(token("u-1", "Ann Ash", 600));
        Page bob = enter(token("u-2", "Bob Böll", 600));

        assertThat(ann.locator("#my-name")).hasText("Ann Ash");
        for (Page page : new Page[] {ann, bob}) {
            assertThat(page.locator("#state")).hasAttribute("data-state", "live");
            assertThat(page.locator("[data-line='counters']")).hasAttribute("data-state", "live");
        }
        say(ann, "hello");
        assertThat(message(bob, "hello")).hasCount(1);
        assertThat(ann.locator("[data-user='u-2']")).containsText("Bob Böll");
        assertThat(ann.locator("[data-user='u-1']")).containsText("you");

        ann.reload();
        assertThat(ann.locator("#state")).hasAttribute("data-state", "live");
        assertThat(ann.evaluate("Object.keys(localStorage).join()").toString()).doesNotContain("token");
        ann.getByText("Sign out").click();
        assertThat(ann.getByLabel("Your token")).isVisible();
    }

    @ParameterizedTest
    @EnumSource(names = {"LIGHT", "DARK"})
    void theTokenFormAndItsErrorAreAccessible(ColorScheme scheme) {
        Page page = browsers.tab(browsers.person(
                new Browser.NewContextOptions().setColorScheme(scheme).setReducedMotion(ReducedMotion.REDUCE)));
        page.navigate(suite.at("/?room=lobby").toString());
        assertThat(page.getByLabel("Your token")).isVisible();
        assertThat(serious(page)).as("the form").isEmpty();

        enterToken(page, "not a token");
        assertThat(page.locator("#welcome-error")).containsText("not a token");
        assertThat(serious(page)).as("the form with an error").isEmpty();
    }

    @Test
    void aRejectedTokenIsReported() throws Exception {
        Page ann = enter("not a token");
        assertThat(ann.getByRole(AriaRole.ALERT)).containsText("not a token");

        enterToken(ann, token("u-1", "Ann", 600) + "x");
        assertThat(ann.locator("#welcome-error")).containsText("refused");
        assertThat(ann.locator("#app")).isHidden();

        enterToken(ann, token("u-1", "Ann", 600));
        assertThat(ann.locator("#state")).hasAttribute("data-state", "live");
    }

    @Test
    void anExpiredTokenIsRequestedAgainAndNothingIsLost() throws Exception {
        Page bob = enter(token("u-2", "Bob", 600));
        Page ann = enter(token("u-1", "Ann", 10));
        say(ann, "before");
        assertThat(message(bob, "before")).hasCount(1);
        ann.locator("#text").fill("half a sentence");

        assertThat(ann.locator("#welcome-error")).containsText("expired", SOON);
        say(bob, "meanwhile");
        enterToken(ann, token("u-1", "Ann", 600));

        assertThat(ann.locator("#text")).hasValue("half a sentence");
        assertThat(ann.locator("#text")).isFocused();
        assertThat(message(ann, "meanwhile")).hasCount(1);
        assertThat(message(ann, "before")).hasCount(1);
        say(ann, "after");
        assertThat(message(bob, "after")).hasCount(1);
    }

    @Test
    void theLabMeasuresWithTheTokenOfItsTab() throws Exception {
        Page page = browsers.tab(browsers.person());
        page.navigate(suite.at("/lab/").toString());
        assertThat(page.locator("#status")).containsText("want a token");

        page.navigate(suite.at("/?room=lobby").toString());
        enterToken(page, token("u-1", "Ann", 600));
        assertThat(page.locator("#state")).hasAttribute("data-state", "live");
        page.navigate(suite.at("/lab/").toString());
        assertThat(page.locator("tr[data-transport] [data-state='live']")).hasCount(4);
        assertThat(page.locator("#verdict-check")).containsText("Measured here");
    }

    private static String token(String user, String name, int seconds) throws Exception {
        long now = Instant.now().getEpochSecond();
        String claims = """
                {"iss":"https://issuer.test","aud":"liveline","sub":"%s","name":"%s","iat":%d,"exp":%d,
                "liveline":{"join":["lobby","lab-*"],"post":["lobby","lab-*"]}}""".formatted(user, name, now, now + seconds);
        String signed =
                encoded("{\"alg\":\"RS256\",\"typ\":\"JWT\"}".getBytes(UTF_8)) + '.' + encoded(claims.getBytes(UTF_8));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(key);
        signature.update(signed.getBytes(UTF_8));
        return signed + '.' + encoded(signature.sign());
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
