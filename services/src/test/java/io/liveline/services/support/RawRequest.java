package io.liveline.services.support;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/** Mutable request, which may be invalid. */
public final class RawRequest {

    public String method;
    public String path;
    public final List<String> query = new ArrayList<>();
    public final List<String> headers = new ArrayList<>();
    public String version = "HTTP/1.1";
    /** Content of the request; null if it has none. */
    public byte[] body;
    /** True if the body is sent in chunks. */
    public boolean chunked;

    private RawRequest(String method, String path) {
        this.method = method;
        this.path = path;
        headers.add("Host: localhost");
    }

    /** Creates a request to a path that OpenAPI does not describe: pages, health, the WebSocket. */
    public static RawRequest to(String path) {
        RawRequest request = new RawRequest("GET", path);
        if (path.equals("/chat")) {
            request.query.add("name=eve");
            request.headers.add("Upgrade: websocket");
            request.headers.add("Connection: Upgrade");
            request.headers.add("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
            request.headers.add("Sec-WebSocket-Version: 13");
        }
        return request;
    }

    /** Creates a request from the examples in the OpenAPI document. It waits for at most one second. */
    public static RawRequest of(DocumentedOperation operation) {
        RawRequest request = new RawRequest(operation.method().toUpperCase(), operation.path());
        request.query.add("name=ann");
        for (JsonObject parameter : operation.parameters()) {
            String name = parameter.getString("name");
            String documented = DocumentedOperation.example(parameter);
            String example = name.equals("Prefer") ? "wait=1" : documented == null ? "1" : documented;
            switch (parameter.getString("in")) {
                case "path" -> request.path = request.path.replace("{" + name + "}", example);
                case "query" -> request.query.add(name + "=" + encoded(example));
                default -> request.headers.add(name + ": " + example);
            }
        }
        JsonObject body = operation.body();
        if (body != null) {
            JsonObject json = body.getJsonObject("content").getJsonObject("application/json");
            request.headers.add("Content-Type: application/json");
            request.body = json.getJsonObject("example").encode().getBytes(StandardCharsets.UTF_8);
        }
        return request;
    }

    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    public byte[] bytes() {
        StringBuilder head = new StringBuilder(method).append(' ').append(path);
        if (!query.isEmpty()) {
            head.append('?').append(String.join("&", query));
        }
        head.append(' ').append(version).append("\r\n");
        headers.forEach(header -> head.append(header).append("\r\n"));
        if (body == null) {
            return bytes(head.append("\r\n"));
        }
        if (!chunked) {
            head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
            return Buffer.buffer(bytes(head)).appendBytes(body).getBytes();
        }
        head.append("Transfer-Encoding: chunked\r\n\r\n");
        if (body.length > 0) {
            head.append(Integer.toHexString(body.length)).append("\r\n");
        }
        return Buffer.buffer(bytes(head))
                .appendBytes(body)
                .appendString(body.length > 0 ? "\r\n0\r\n\r\n" : "0\r\n\r\n")
                .getBytes();
    }

    /** Encodes each character as one byte, so that headers can contain any byte. */
    private static byte[] bytes(StringBuilder head) {
        return head.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
