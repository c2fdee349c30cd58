package io.liveline.edge.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.bus.support.Digest;
import io.liveline.edge.http.ContentCodingNegotiation;
import io.liveline.edge.http.HeaderList;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Files of the page, compressed at build time, with an {@code ETag} of their content. Quarkus sends them uncompressed
 * and identifies versions by the modification time, which a reproducible build does not change.
 */
@Singleton
final class PageFiles {

    // After RequestGate, which has 95, and LabRedirect, which has 50.
    private static final int PRIORITY = 40;

    private static final String FILES = "META-INF/resources/";
    private static final String COMPRESSED = "io/liveline/web/";

    /** Suffixes of the compressed files, in order of preference. */
    private static final List<Map.Entry<String, String>> SUFFIXES =
            List.of(Map.entry(ContentCodingNegotiation.BROTLI, ".br"), Map.entry(ContentCodingNegotiation.GZIP, ".gz"));

    private static final Map<String, String> TYPES =
            Map.of("html", "text/html", "js", "text/javascript", "css", "text/css", "svg", "image/svg+xml");

    /** File in one content coding. */
    private record Representation(Buffer content, String tag) {}

    /** File in all of its content codings. */
    private record PageFile(String type, Map<String, Representation> codings) {}

    private final Vertx vertx;
    private final Set<String> names;
    private final Map<String, PageFile> loaded = new ConcurrentHashMap<>();

    PageFiles(Vertx vertx) {
        this.vertx = vertx;
        byte[] list = read(COMPRESSED + "files");
        this.names = list == null
                ? Set.of()
                : Set.copyOf(new String(list, StandardCharsets.UTF_8).lines().toList());
    }

    void add(@Observes Filters filters) {
        // In development, Quarkus serves the edited files.
        if (LaunchMode.current() != LaunchMode.DEVELOPMENT) {
            filters.register(this::serve, PRIORITY);
        }
    }

    private void serve(RoutingContext context) {
        HttpMethod method = context.request().method();
        String path = context.normalizedPath();
        String name = path.substring(1) + (path.endsWith("/") ? "index.html" : "");
        if ((method != HttpMethod.GET && method != HttpMethod.HEAD) || !names.contains(name)) {
            context.next();
            return;
        }
        PageFile file = loaded.get(name);
        if (file != null) {
            answer(context.request(), file);
            return;
        }
        vertx.executeBlocking(() -> loaded.computeIfAbsent(name, PageFiles::load), false)
                .onSuccess(first -> answer(context.request(), first))
                .onFailure(context::fail);
    }

    private static void answer(HttpServerRequest request, PageFile file) {
        List<String> accepted = request.headers().getAll(HttpHeaders.ACCEPT_ENCODING);
        String coding = ContentCodingNegotiation.best(accepted, file.codings.keySet());
        Representation chosen = file.codings.get(coding);
        HttpServerResponse response = request.response();
        MultiMap headers = response.headers();
        headers.set(HttpHeaders.ETAG, chosen.tag);
        // File names contain no version, so browsers revalidate each time and usually get a short 304.
        headers.set(HttpHeaders.CACHE_CONTROL, "no-cache");
        headers.add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        if (isKnown(request.headers(), chosen.tag)) {
            response.setStatusCode(304).end();
            return;
        }
        headers.set(HttpHeaders.CONTENT_TYPE, file.type);
        if (!coding.equals(ContentCodingNegotiation.IDENTITY)) {
            headers.set(HttpHeaders.CONTENT_ENCODING, coding);
        }
        if (request.method() == HttpMethod.HEAD) {
            headers.set(HttpHeaders.CONTENT_LENGTH, String.valueOf(chosen.content.length()));
            response.end();
        } else {
            response.end(chosen.content);
        }
    }

    /** Returns whether the client has this tag. A proxy that compresses makes tags weak. */
    private static boolean isKnown(MultiMap headers, String tag) {
        return HeaderList.of(headers, HttpHeaders.IF_NONE_MATCH).stream()
                .anyMatch(known -> known.equals("*") || known.equals(tag) || known.equals("W/" + tag));
    }

    private static PageFile load(String name) {
        Map<String, Representation> codings = new LinkedHashMap<>();
        SUFFIXES.forEach(coding -> {
            byte[] compressed = read(COMPRESSED + name + coding.getValue());
            if (compressed != null) {
                codings.put(coding.getKey(), representation(compressed));
            }
        });
        codings.put(ContentCodingNegotiation.IDENTITY, representation(read(FILES + name)));
        String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "text/plain");
        return new PageFile(type + ";charset=UTF-8", codings);
    }

    private static Representation representation(byte[] content) {
        return new Representation(Buffer.buffer(content), '"' + Digest.sha256(content, 16) + '"');
    }

    private static byte[] read(String resource) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        try (InputStream in = loader.getResourceAsStream(resource)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
