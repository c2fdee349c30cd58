package io.liveline.services;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.microsoft.playwright.Page;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.Test;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/** The page of fifteen lines in the README does what is said of it, from an origin of its own. */
class ReadmeIT {

    private static final Pattern PAGE = Pattern.compile("```html\n(<!doctype html>.*?)```", Pattern.DOTALL);

    @Test
    void thePageOfFifteenLinesChatsCountsAndShowsWhoTypes() throws IOException {
        try (Browsers browsers = Browsers.start()) {
            HttpServer own = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            String origin = "http://localhost:" + own.getAddress().getPort();
            try (Service suite = Service.start("services", Map.of("liveline.edge.origins", origin))) {
                serve(own, page().replace("http://localhost:8080", suite.at("").toString()));
                Page ann = browsers.tab(browsers.person());
                ann.navigate(origin);
                Page bob = browsers.enter(browsers.person(), suite.at("/"), "bob", "lobby");

                bob.locator("#text").pressSequentially("hel");
                assertThat(ann.locator("#typists")).hasText("bob is typing");
                Browsers.say(bob, "hello ann");
                assertThat(ann.locator("#log")).containsText("bob: hello ann");
                ann.locator("#text").fill("hello bob");
                ann.locator("#text").press("Enter");
                assertThat(Browsers.message(bob, "hello bob")).hasCount(1);
                assertThat(ann.locator("#total")).hasText("2");
                assertThat(browsers.leave()).isEmpty();
            } finally {
                own.stop(0);
            }
        }
    }

    private static String page() throws IOException {
        Matcher html = PAGE.matcher(Files.readString(Path.of("..", "README.md")));
        assertThat(html.find()).as("a page in the README").isTrue();
        assertThat(html.group(1).lines()).hasSizeLessThanOrEqualTo(15);
        return html.group(1);
    }

    private static void serve(HttpServer server, String page) {
        server.createContext("/", exchange -> {
            boolean isPage = exchange.getRequestURI().equals(URI.create("/"));
            byte[] body = (isPage ? page : "").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
            exchange.sendResponseHeaders(isPage ? 200 : 204, isPage ? body.length : -1);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
    }
}
