package io.liveline.services.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import io.liveline.services.support.DocumentedOperation;
import io.liveline.services.support.RawRequest;

/** Generator of invalid requests to all endpoints; the same seed gives the same requests. */
final class HttpFuzz {

    private static final List<DocumentedOperation> DOCUMENTED = DocumentedOperation.all();
    private static final List<String> OTHERS =
            List.of("/chat", "/chat", "/", "/liveline.js", "/liveline.json", "/lab", "/nothing", "/q/health/ready");

    private static final List<String> METHODS =
            List.of("PATCH", "TRACE", "OPTIONS", "HEAD", "DELETE", "PUT", "POST", "GET", "get", "PROPFIND", "M-SEARCH");

    private static final List<String> HEADERS = List.of(
            "If-None-Match",
            "If-Match",
            "If-Modified-Since",
            "Prefer",
            "Last-Event-ID",
            "Idempotency-Key",
            "Content-Type",
            "Accept",
            "Accept-Encoding",
            "Accept-Language",
            "Authorization",
            "Origin",
            "Access-Control-Request-Method",
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "Forwarded",
            "Range",
            "Content-Encoding",
            "Cookie",
            "Connection",
            "X-HTTP-Method-Override",
            "Sec-WebSocket-Protocol",
            "Sec-WebSocket-Extensions",
            "Sec-WebSocket-Key",
            "Sec-WebSocket-Version",
            "HTTP2-Settings");

    /**
     * Invalid request.
     *
     * @param whole true if it is complete HTTP, which has to be answered
     * @param cutOff true if its sender closes the connection after it
     * @param bodyless true if its answer has no body
     */
    record Attack(byte[] bytes, boolean whole, boolean cutOff, boolean bodyless) {

        @Override
        public String toString() {
            String text = new String(bytes, 0, Math.min(bytes.length, 1500), StandardCharsets.ISO_8859_1);
            StringBuilder shown = new StringBuilder();
            text.chars().forEach(c -> shown.append(c < ' ' || c > '~' ? String.format("\\x%02x", c) : "" + (char) c));
            return bytes.length + " bytes: " + shown;
        }
    }

    private final Random random;

    HttpFuzz(long seed) {
        this.random = new Random(seed);
    }

    Attack draw() {
        RawRequest request = target();
        boolean wellFormed = random.nextInt(3) > 0;
        if (!wellFormed) {
            return broken(request);
        }
        for (int times = 1 + random.nextInt(2); times > 0; times--) {
            mistake(request);
        }
        return new Attack(request.bytes(), true, false, request.method.equals("HEAD"));
    }

    private RawRequest target() {
        int which = random.nextInt(DOCUMENTED.size() + OTHERS.size());
        return which < DOCUMENTED.size()
                ? RawRequest.of(DOCUMENTED.get(which))
                : RawRequest.to(OTHERS.get(which - DOCUMENTED.size()));
    }

    // -- valid HTTP with invalid content

    private void mistake(RawRequest request) {
        switch (random.nextInt(9)) {
            case 0, 1 -> segment(request);
            case 2, 3 -> parameter(request);
            case 4, 5 -> header(request);
            case 6 -> request.method = one(METHODS);
            default -> body(request);
        }
    }

    private void segment(RawRequest request) {
        String[] segments = request.path.split("/");
        if (segments.length > 1) {
            segments[1 + random.nextInt(segments.length - 1)] = RawRequest.encoded(HostileInput.text(random));
            request.path = String.join("/", segments);
        }
    }

    private void parameter(RawRequest request) {
        String name = request.query.isEmpty() || random.nextInt(5) == 0
                ? one(List.of("name", "after", "before", "limit", "names", "rate", "tab", "wait", "nothing", "", "%00"))
                : one(request.query).split("=")[0];
        String value = RawRequest.encoded(HostileInput.text(random));
        if (random.nextInt(3) > 0) {
            request.query.removeIf(one -> one.startsWith(name + "="));
        }
        request.query.add(random.nextInt(10) == 0 ? name : name + "=" + value);
    }

    private void header(RawRequest request) {
        String name = one(HEADERS);
        if (random.nextInt(3) > 0) {
            request.headers.removeIf(header -> header.startsWith(name + ":"));
        }
        // RFC 9110, section 5.5: a header may contain anything but control characters.
        String value = HostileInput.text(random)
                .chars()
                .filter(c -> c >= ' ' && c != 0x7f && c < 256)
                .collect(StringBuilder::new, (text, c) -> text.append((char) c), StringBuilder::append)
                .toString();
        request.headers.add(name + ": " + (name.equals("Prefer") && random.nextBoolean() ? "wait=" : "") + value);
    }

    private void body(RawRequest request) {
        request.chunked = random.nextInt(4) == 0;
        boolean none = request.body == null;
        if (none) {
            request.headers.add("Content-Type: application/json");
        }
        byte[] good = none ? "{\"text\":\"hello\"}".getBytes(StandardCharsets.UTF_8) : request.body;
        request.body = switch (random.nextInt(7)) {
            case 0 -> HostileInput.json(random).getBytes(StandardCharsets.UTF_8);
            case 1 -> Arrays.copyOf(good, random.nextInt(good.length + 1));
            case 2 -> replaced(good);
            case 3 ->
                random.nextInt(10) == 0
                        ? HostileInput.bytes(random, 300_000)
                        : HostileInput.bytes(random, random.nextInt(300));
            case 6 ->
                ("{\"text\":\"a\",\"kind\":" + HostileInput.json(random) + ",\"data\":" + HostileInput.object(random)
                                + "}")
                        .getBytes(StandardCharsets.UTF_8);
            case 4 -> new String(good, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16);
            default -> HostileInput.mutated(good, random);
        };
    }

    /** Replaces one value of a JSON object. */
    private byte[] replaced(byte[] json) {
        String text = new String(json, StandardCharsets.UTF_8);
        int colon = text.lastIndexOf(':');
        String before = random.nextBoolean() ? text.substring(0, colon + 1) : "{\"" + HostileInput.text(random) + "\":";
        return (before + HostileInput.json(random) + "}").getBytes(StandardCharsets.UTF_8);
    }

    // -- invalid HTTP

    private Attack broken(RawRequest request) {
        byte[] bytes =
                switch (random.nextInt(12)) {
                    case 0, 1, 2 -> HostileInput.mutated(request.bytes(), random);
                    case 3 -> HostileInput.mutated(HostileInput.mutated(request.bytes(), random), random);
                    case 4, 5 -> Arrays.copyOf(request.bytes(), random.nextInt(request.bytes().length));
                    case 6 -> withHeader(request, one(lengths()));
                    case 7 -> withHeader(request, one(oddHeaders()));
                    case 8 -> withLine(request);
                    case 9 -> HostileInput.bytes(random, 1 + random.nextInt(2000));
                    case 10 -> preface();
                    default -> HostileInput.joined(request.bytes(), HostileInput.bytes(random, 200), request.bytes());
                };
        return new Attack(bytes, false, true, false);
    }

    private byte[] withHeader(RawRequest request, String header) {
        request.headers.add(header);
        return request.bytes();
    }

    private static List<String> lengths() {
        return List.of(
                "Content-Length: -1",
                "Content-Length: +5",
                "Content-Length: 5, 6",
                "Content-Length: 0x10",
                "Content-Length: 99999999999999999999",
                "Content-Length: 9223372036854775807",
                "Content-Length:",
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: nothing",
                "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello",
                "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhello",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
                "Expect: 100-continue\r\nContent-Length: 5",
                "Expect: something-else");
    }

    private List<String> oddHeaders() {
        return List.of(
                "no colon",
                ": no name",
                "Space : before",
                " Folded: header",
                "Nul: a\0b",
                "Name\0: a",
                "Bare: a\nb: c",
                "Return: a\rb",
                "Host: elsewhere",
                "Host:",
                "Large: " + "x".repeat(20_000),
                "Many: x\r\n".repeat(3_000),
                "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: " + HostileInput.text(random));
    }

    private byte[] withLine(RawRequest request) {
        switch (random.nextInt(3)) {
            case 0 ->
                request.version = one(List.of("HTTP/9.9", "HTTP/1.", "HTTP/1.0", "http/1.1", "HTTP/2.0", "", "X"));
            case 1 -> request.method = one(List.of("", "G\0T", "GET GET", "(", "x".repeat(9_000), "CONNECT"));
            default ->
                request.path = one(Stream.of(
                                "*",
                                "nothing",
                                "",
                                "http://elsewhere/counters",
                                "http://[::1",
                                "//",
                                "/%",
                                "/%zz",
                                "/counters?names=%",
                                "/rooms/%ff/messages",
                                "/rooms/%c0%ae/presence",
                                "/" + "x".repeat(9_000),
                                "/rooms/a b/messages",
                                "/../../etc/passwd",
                                "/q/../counters",
                                "/#/",
                                "/rooms/{}|^`/presence",
                                "localhost:80")
                        .toList());
        }
        return request.bytes();
    }

    /** Returns the first bytes of another protocol: HTTP/2, TLS, or others. */
    private byte[] preface() {
        byte[] http2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.UTF_8);
        byte[] settings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
        byte[] garbled = {0, 0, 20, 1, 5, 0, 0, 0, 1};
        return switch (random.nextInt(5)) {
            case 0 -> HostileInput.joined(http2, HostileInput.bytes(random, 100));
            case 1 -> HostileInput.joined(http2, settings, garbled, HostileInput.bytes(random, 20));
            case 2 ->
                HostileInput.joined(new byte[] {22, 3, 1, 2, 0, 1, 0, 1, -4, 3, 3}, HostileInput.bytes(random, 400));
            case 3 -> "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.UTF_8);
            default ->
                HostileInput.joined(Arrays.copyOf(http2, random.nextInt(http2.length)), HostileInput.bytes(random, 50));
        };
    }

    private <T> T one(List<T> many) {
        return many.get(random.nextInt(many.size()));
    }
}
