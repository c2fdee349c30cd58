package io.liveline.services.http;

import java.util.List;

/**
 * Rule of HTTP, with a request and its expected answer.
 *
 * @param rule section of the RFC, and its rule
 * @param request lines of the request; version and {@code Host} are added
 * @param expected status; headers as {@code name: value}, as {@code name} for any value, or as {@code !name} for
 *     none; {@code code=} of a problem
 */
record HttpRule(String rule, String request, String... expected) {

    private static final String LONG = "x".repeat(5_000);
    private static final String ZIPPED = "|Accept-Encoding: gzip";
    private static final String HANDSHAKE =
            "GET /chat?name=eve|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Version: 13|";

    static List<HttpRule> all() {
        String poll = "GET /rooms/quiet/presence|If-None-Match: *|Prefer: ";
        String chatPoll = "GET /rooms/full/messages?after=${full}|Prefer: ";
        return List.of(
                // -- HEAD
                new HttpRule(
                        "9110 9.3.2, HEAD is GET", "HEAD /rooms/a/presence", "200", "content-type: application/json"),
                new HttpRule(
                        "9110 9.3.2, HEAD is GET", "HEAD /counters/stream", "200", "content-type: text/event-stream"),
                new HttpRule(
                        "9110 9.3.2, HEAD is GET",
                        "HEAD /rooms/a/messages|Accept: text/event-stream",
                        "200",
                        "content-type: text/event-stream",
                        "x-accel-buffering: no"),
                new HttpRule(
                        "9110 9.3.2, HEAD is GET", "HEAD /rooms/a/messages", "200", "content-type: application/json"),
                new HttpRule("9110 9.3.2, HEAD is GET", "HEAD /chat", "426", "upgrade: websocket"),
                // -- other methods
                new HttpRule("9110 15.5.6, 405 has Allow", "DELETE /counters", "405", "allow: GET, HEAD, OPTIONS"),
                new HttpRule(
                        "9110 15.5.6, 405 has Allow",
                        "PATCH /rooms/a/presence",
                        "405",
                        "allow: GET, PUT, DELETE, HEAD, OPTIONS",
                        "code=method_not_allowed"),
                new HttpRule("9110 15.5.6, 405 has Allow", "GET /rooms/a/typing", "405", "allow: PUT, DELETE, OPTIONS"),
                new HttpRule("9110 15.5.6, 405 has Allow", "PUT /chat", "405", "allow: GET, HEAD, OPTIONS"),
                new HttpRule(
                        "9110 15.5.6, 405 has Allow",
                        "DELETE /counters/stream",
                        "405",
                        "allow: GET, PUT, HEAD, OPTIONS"),
                new HttpRule("9110 15.5.6, 405 has Allow", "GET /counters/orders", "405", "allow: PUT, OPTIONS"),
                new HttpRule("9110 15.5.6, 405 has Allow", "DELETE /liveline.json", "405", "allow: GET, HEAD, OPTIONS"),
                new HttpRule("9110 15.5.6, 405 has Allow", "PUT /openapi.json", "405", "allow: GET, HEAD, OPTIONS"),
                new HttpRule("9110 15.5.6, 405 has Allow", "PUT /asyncapi.yaml", "405", "allow: GET, HEAD, OPTIONS"),
                new HttpRule("9110 15.5.6, 405 has Allow", "DELETE /liveline.js", "405", "allow: GET, HEAD, OPTIONS"),
                new HttpRule("9110 15.5.6, 405 has Allow", "TRACE /", "405", "allow: GET, HEAD, OPTIONS"),
                new HttpRule(
                        "9110 9.3.7, OPTIONS of a file", "OPTIONS /liveline.js", "204", "allow: GET, HEAD, OPTIONS"),
                new HttpRule("9110 9.3.7, OPTIONS of nothing", "OPTIONS /nowhere", "404", "!allow", "code=not_found"),
                new HttpRule("9110 9.3.7, OPTIONS of nothing", "OPTIONS /rooms/a/nowhere", "404", "!allow"),
                new HttpRule("9110 9.3.7, OPTIONS of nothing", "OPTIONS /no-such-file.js", "404", "!allow"),
                new HttpRule("9110 9.3.7, OPTIONS of nothing", "OPTIONS *", "404", "!allow"),
                // -- Prefer
                new HttpRule("7240 2, names have no case", poll + "Wait=0", "304", "preference-applied: wait=0"),
                new HttpRule(
                        "7240 2, several lines",
                        poll + "respond-async|Prefer: wait=0",
                        "304",
                        "preference-applied: wait=0"),
                new HttpRule("7240 2, the first counts", poll + "wait=0, wait=9", "304", "preference-applied: wait=0"),
                new HttpRule(
                        "7240 2, quoted commas", poll + "a=\"b, wait=9\", wait=0", "304", "preference-applied: wait=0"),
                new HttpRule(
                        "7240 2, quoted quotes",
                        poll + "a=\"\\\", wait=9\", wait=0",
                        "304",
                        "preference-applied: wait=0"),
                new HttpRule(
                        "7240 2, blanks, parameters", poll + "wait = \"0\" ; x=y", "304", "preference-applied: wait=0"),
                new HttpRule("9110 5.6.1, empty elements", poll + ", ,wait=0,", "304", "preference-applied: wait=0"),
                new HttpRule("7240 2, other names", poll + "waiting=9, x-wait=9", "304", "!preference-applied"),
                new HttpRule("7240 2, names have no case", chatPoll + "Wait=7", "200", "preference-applied: wait=7"),
                new HttpRule(
                        "7240 2, several lines",
                        chatPoll + "respond-async|Prefer: wait=7",
                        "200",
                        "preference-applied: wait=7"),
                new HttpRule(
                        "7240 2, the first counts",
                        chatPoll + "wait=7|Prefer: wait=9",
                        "200",
                        "preference-applied: wait=7"),
                new HttpRule(
                        "7240 2, quoted commas",
                        chatPoll + "a=\"b, wait=9\", wait=7",
                        "200",
                        "preference-applied: wait=7"),
                // -- compression
                new HttpRule(
                        "9110 12.5.3, counters are compressed",
                        "GET /counters" + ZIPPED,
                        "200",
                        "content-encoding: gzip"),
                new HttpRule(
                        "9110 12.5.3, documents are compressed",
                        "GET /openapi.json" + ZIPPED,
                        "200",
                        "content-encoding: gzip"),
                new HttpRule(
                        "9110 12.5.3, messages are compressed",
                        "GET /rooms/full/messages" + ZIPPED,
                        "200",
                        "content-encoding: gzip"),
                new HttpRule(
                        "polls are not compressed",
                        chatPoll + "wait=9" + ZIPPED,
                        "200",
                        "preference-applied: wait=9",
                        "!content-encoding"),
                new HttpRule(
                        "presence is not compressed", "GET /rooms/full/presence" + ZIPPED, "200", "!content-encoding"),
                new HttpRule(
                        "streams are not compressed",
                        "GET /counters/stream" + ZIPPED,
                        "200",
                        "content-type: text/event-stream",
                        "!content-encoding"),
                new HttpRule(
                        "streams are not compressed",
                        "GET /rooms/full/messages|Accept: text/event-stream" + ZIPPED,
                        "200",
                        "content-type: text/event-stream",
                        "!content-encoding"),
                new HttpRule(
                        "7692 5, an offered extension may be declined",
                        HANDSHAKE
                                + "Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
                        "101",
                        "!sec-websocket-extensions"),
                // -- lists in several lines
                new HttpRule(
                        "9110 5.3, If-None-Match in two lines",
                        "GET /rooms/a/presence|If-None-Match: \"x\"|If-None-Match: ${presence}",
                        "304",
                        "etag: ${presence}"),
                new HttpRule(
                        "9110 5.3, If-None-Match in two lines",
                        "GET /counters?names=steady|If-None-Match: \"x\"|If-None-Match: ${counters}",
                        "304",
                        "etag: ${counters}"),
                new HttpRule(
                        "9110 5.3, Connection in two lines",
                        HANDSHAKE + "Upgrade: websocket|Connection: keep-alive|Connection: Upgrade",
                        "101"),
                new HttpRule(
                        "9110 7.8, Upgrade is a list",
                        HANDSHAKE + "Upgrade: websocket, h2c|Connection: Upgrade",
                        "101",
                        "upgrade: websocket"),
                new HttpRule(
                        "6455 4.2.1, Upgrade has no case", HANDSHAKE + "Upgrade: WebSocket|Connection: upgrade", "101"),
                new HttpRule(
                        "9110 7.8, Upgrade holds names",
                        HANDSHAKE + "Upgrade: not-websocket|Connection: Upgrade",
                        "426"),
                new HttpRule(
                        "9110 7.6.1, Connection holds names",
                        HANDSHAKE + "Upgrade: websocket|Connection: no-upgrade",
                        "400"),
                new HttpRule(
                        "6455 11.3.4, Sec-WebSocket-Protocol in two lines",
                        HANDSHAKE
                                + "Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Protocol: other|Sec-WebSocket-Protocol: liveline.v1",
                        "101",
                        "sec-websocket-protocol: liveline.v1"),
                // -- origins
                new HttpRule(
                        "9110 4.2.3, the scheme's port",
                        HANDSHAKE
                                + "Upgrade: websocket|Connection: Upgrade|Host: page.test:80|Origin: http://page.test",
                        "101"),
                new HttpRule(
                        "9110 4.2.3, the scheme's port",
                        HANDSHAKE
                                + "Upgrade: websocket|Connection: Upgrade|Host: page.test|Origin: http://page.test:80",
                        "101"),
                new HttpRule(
                        "9110 4.2.3, the scheme's port",
                        HANDSHAKE
                                + "Upgrade: websocket|Connection: Upgrade|Host: page.test:443|Origin: https://page.test",
                        "101"),
                new HttpRule(
                        "9110 4.2.3, the scheme's port",
                        HANDSHAKE
                                + "Upgrade: websocket|Connection: Upgrade|Host: page.test|Origin: https://page.test:443",
                        "101"),
                new HttpRule(
                        "9110 4.2.3, another port",
                        HANDSHAKE
                                + "Upgrade: websocket|Connection: Upgrade|Host: page.test:443|Origin: http://page.test",
                        "403"),
                new HttpRule(
                        "9110 4.2.3, the scheme's port",
                        "GET /counters|Host: page.test:80|Origin: http://page.test",
                        "200"),
                new HttpRule(
                        "a page of another origin is allowed why",
                        "GET /counters|Origin: http://evil.test",
                        "403",
                        "code=forbidden_origin",
                        "!access-control-allow-origin"),
                // -- positions
                new HttpRule(
                        "an empty Last-Event-ID is none",
                        "GET /counters/stream?after=nonsense|Last-Event-ID:",
                        "400",
                        "code=bad_cursor"),
                new HttpRule(
                        "an empty Last-Event-ID is none",
                        "GET /rooms/a/messages?after=nonsense|Accept: text/event-stream|Last-Event-ID:",
                        "400",
                        "code=bad_cursor"),
                new HttpRule(
                        "a position that is not used is checked all the same",
                        "GET /counters/stream?after=nonsense|Last-Event-ID: a-1",
                        "400",
                        "code=bad_cursor"),
                // -- addresses
                new HttpRule("3986 2.1, percent-encoding", "GET /%zz", "400", "code=bad_request"),
                new HttpRule("3986 2.1, percent-encoding", "GET /rooms/%zz/messages", "400", "code=bad_request"),
                new HttpRule("3986 2.1, percent-encoding", "GET /counters?names=%zz", "400", "code=bad_request"),
                new HttpRule("3629 3, UTF-8 has no surrogates", "GET /rooms/%ED%A0%80/messages", "400"),
                new HttpRule("3629 3, UTF-8 has no surrogates", "GET /rooms/%ED%A0%80/presence", "400"),
                new HttpRule("3629 3, UTF-8 has no surrogates", "GET /counters/%ED%A0%80/history", "400"),
                new HttpRule("3629 3, UTF-8 has no surrogates", "GET /counters?names=%ED%A0%80", "400"),
                new HttpRule("3629 3, UTF-8 has no surrogates", "GET /counters/stream?names=%ED%A0%80", "400"),
                new HttpRule("3629 3, UTF-8 has no surrogates", "PUT /rooms/a/typing?name=%ED%A0%80", "400"),
                new HttpRule(
                        "3629 3, UTF-8 has no surrogates",
                        HANDSHAKE.replace("eve", "%ED%A0%80") + "Upgrade: websocket|Connection: Upgrade",
                        "400"),
                new HttpRule(
                        "3986 3.3, . and .. are no names",
                        "PUT /presence?name=eve|Content-Type: application/json||{\"rooms\":[\".\"]}",
                        "400",
                        "code=bad_room"),
                new HttpRule(
                        "3986 3.3, . and .. are no names",
                        "PUT /presence?name=eve|Content-Type: application/json||{\"rooms\":[\"..\"]}",
                        "400",
                        "code=bad_room"),
                new HttpRule("9110 15.5.15, too long an address", "GET /" + LONG, "414", "code=uri_too_long"),
                new HttpRule(
                        "6585 5, too large a head",
                        "GET /counters|X-Long: " + LONG + LONG + LONG + LONG,
                        "431",
                        "code=head_too_large"),
                // -- mandatory headers of a response
                new HttpRule(
                        "9110 11.6.1, 401 has a challenge",
                        "PUT /rooms/a/typing",
                        "401",
                        "www-authenticate: Guest parameter=\"name\"",
                        "code=who_are_you"),
                new HttpRule(
                        "9110 15.5.22, 426 has Upgrade",
                        "GET /chat?name=eve",
                        "426",
                        "upgrade: websocket",
                        "code=upgrade_required"),
                new HttpRule(
                        "9110 15.5.22, 426 has Upgrade",
                        "GET /chat?name=eve|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Version: 8",
                        "426",
                        "upgrade: websocket",
                        "sec-websocket-version: 13"),
                new HttpRule("9110 6.6.1, Date", "GET /counters", "200"),
                new HttpRule("9110 6.6.1, Date", "GET /liveline.js", "200"),
                new HttpRule("9110 6.6.1, Date", "GET /rooms/a/presence|Prefer: wait=0", "200"),
                new HttpRule("9110 6.6.1, Date", "GET /counters/stream", "200", "content-type: text/event-stream"),
                new HttpRule("9110 6.6.1, Date", "GET /nowhere", "404", "code=not_found"),
                new HttpRule("9110 6.6.1, Date", "GET /counters|Accept: nonsense", "400"),
                new HttpRule("9112 3, a line that is none", "GARBAGE", "400", "code=bad_request"));
    }

    @Override
    public String toString() {
        return rule + ": " + request.substring(0, Math.min(100, request.length()));
    }
}
