package io.liveline.services.browser;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.sun.net.httpserver.HttpServer;
import io.liveline.services.support.Deployment;

import static org.assertj.core.api.Assertions.assertThat;

/** Server of the page in the README, on another origin than the services. */
public final class ReadmePage implements AutoCloseable {

    private static final Pattern PAGE = Pattern.compile("```html\n(<!doctype html>.*?)```", Pattern.DOTALL);
    private static final Pattern SCRIPT = Pattern.compile("```js\n(const socket .*?)```", Pattern.DOTALL);

    private final HttpServer server;
    private final String page;
    private volatile String services = "";

    private ReadmePage() throws IOException {
        page = page();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean isPage = exchange.getRequestURI().equals(URI.create("/"));
            byte[] body = page.replace("http://localhost:8080", services).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
            exchange.sendResponseHeaders(isPage ? 200 : 204, isPage ? body.length : -1);
            if (isPage) {
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(body);
                }
            }
            exchange.close();
        });
        server.start();
    }

    public static ReadmePage serve() {
        try {
            return new ReadmePage();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String page() throws IOException {
        Matcher html = PAGE.matcher(Files.readString(Path.of("..", "README.md")));
        assertThat(html.find()).as("a page in the README").isTrue();
        assertThat(html.group(1).lines()).hasSizeLessThanOrEqualTo(15);
        return html.group(1);
    }

    /** Returns the script of the README for the console of a browser, for a room of these services. */
    static String script(Deployment deployment, String room) {
        try {
            Matcher script = SCRIPT.matcher(Files.readString(Path.of("..", "README.md")));
            assertThat(script.find()).as("a script in the README").isTrue();
            return script.group(1)
                    .replace("localhost:8080", deployment.at("").getAuthority())
                    .replace("'lobby'", '\'' + room + '\'');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String origin() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** Sets the services that the page calls. */
    void calls(Deployment deployment) {
        services = deployment.at("").toString();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
