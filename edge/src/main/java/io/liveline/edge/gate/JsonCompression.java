package io.liveline.edge.gate;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;

import io.liveline.edge.http.ContentCodingNegotiation;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Compression of the text responses of REST resources: pages of messages, counters, documents. Streams, WebSockets and
 * held polls are not compressed: their messages are small, or shared by many clients that would each need a copy.
 */
public final class JsonCompression {

    /** Minimum size in bytes: below it, compression saves less than a packet. */
    private static final int SMALLEST = 1024;

    /** Maximum size in bytes that an event loop compresses within a few milliseconds. */
    private static final int LARGEST = 256 * 1024;

    private static final String ACCEPT_ENCODING = "Accept-Encoding";

    private final CurrentVertxRequest current;

    JsonCompression(CurrentVertxRequest current) {
        this.current = current;
    }

    @ServerResponseFilter
    void compress(ContainerRequestContext request, ContainerResponseContext response) throws IOException {
        if (!request.getMethod().equals("GET")
                || response.getStatus() != 200
                || !(response.getEntity() instanceof String text)) {
            return;
        }
        // Not through JAX-RS, which would replace the header of CommonHeaders.
        current.getCurrent().response().headers().add(HttpHeaders.VARY, ACCEPT_ENCODING);
        List<String> accepted = request.getHeaders().getOrDefault(ACCEPT_ENCODING, List.of());
        if (!ContentCodingNegotiation.best(accepted, List.of(ContentCodingNegotiation.GZIP))
                .equals(ContentCodingNegotiation.GZIP)) {
            return;
        }
        byte[] json = text.getBytes(StandardCharsets.UTF_8);
        if (json.length < SMALLEST || json.length > LARGEST) {
            return;
        }
        response.setEntity(gzip(json));
        response.getHeaders().putSingle(HttpHeaders.CONTENT_ENCODING, ContentCodingNegotiation.GZIP);
        Object tag = response.getHeaders().getFirst(HttpHeaders.ETAG);
        if (tag != null) {
            // Weak: the same counters in different bytes.
            response.getHeaders().putSingle(HttpHeaders.ETAG, "W/" + tag);
        }
    }

    private static byte[] gzip(byte[] json) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(json.length / 2);
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes) {
            {
                def.setLevel(Deflater.BEST_SPEED);
            }
        }) {
            gzip.write(json);
        }
        return bytes.toByteArray();
    }
}
