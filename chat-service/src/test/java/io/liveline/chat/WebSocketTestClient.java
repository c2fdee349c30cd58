package io.liveline.chat;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import io.vertx.core.json.JsonObject;

import static org.awaitility.Awaitility.await;

/** WebSocket client of one person, which records all frames from the server in order. */
public final class WebSocketTestClient implements WebSocket.Listener, AutoCloseable {

    static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final List<JsonObject> frames = new ArrayList<>();
    private final StringBuilder partial = new StringBuilder();
    private WebSocket socket;
    private volatile int closeCode = -1;

    public static WebSocketTestClient connect(URI base, String name) {
        return connect(base, "/chat?name=" + name, new String[0]);
    }

    /** Connects as a browser does, with the token in an offered subprotocol. */
    static WebSocketTestClient withToken(URI base, String token) {
        String carrier = "quarkus-http-upgrade#Authorization#Bearer " + token;
        return connect(
                base,
                "/chat",
                URLEncoder.encode(carrier, StandardCharsets.UTF_8).replace("+", "%20"));
    }

    private static WebSocketTestClient connect(URI base, String path, String... furtherSubprotocols) {
        WebSocketTestClient client = new WebSocketTestClient();
        client.socket = HTTP.newWebSocketBuilder()
                .subprotocols("liveline.v1", furtherSubprotocols)
                .buildAsync(URI.create("ws://127.0.0.1:" + base.getPort() + path), client)
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
        client.await1("welcome");
        return client;
    }

    String subprotocol() {
        return socket.getSubprotocol();
    }

    static HttpResponse<String> http(URI base, String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(Duration.ofSeconds(60))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    static HttpResponse<String> get(URI base, String path, String... headers) {
        return http(base, "GET", path, null, headers);
    }

    public WebSocketTestClient join(String room, String after) {
        JsonObject frame = new JsonObject().put("type", "join").put("room", room);
        int before = all("joined").size();
        send(after == null ? frame : frame.put("after", after));
        until(() -> all("joined").size() > before);
        return this;
    }

    public void post(String room, String id, String text) {
        send(new JsonObject()
                .put("type", "post")
                .put("room", room)
                .put("id", id)
                .put("text", text));
    }

    public void send(JsonObject frame) {
        send(frame.encode());
    }

    public synchronized void send(String text) {
        socket.sendText(text, true).orTimeout(30, TimeUnit.SECONDS).join();
    }

    List<JsonObject> all() {
        synchronized (frames) {
            return List.copyOf(frames);
        }
    }

    public List<JsonObject> all(String type) {
        return all().stream()
                .filter(frame -> type.equals(frame.getString("type")))
                .toList();
    }

    List<String> texts() {
        return all("message").stream().map(message -> message.getString("text")).toList();
    }

    public JsonObject await1(String type) {
        until(() -> !all(type).isEmpty());
        return all(type).get(0);
    }

    JsonObject awaitFrame(String type, Predicate<JsonObject> condition) {
        until(() -> all(type).stream().anyMatch(condition));
        return all(type).stream().filter(condition).findFirst().orElseThrow();
    }

    public void awaitText(String text) {
        until(() -> texts().contains(text));
    }

    int awaitClosed() {
        until(() -> closeCode >= 0);
        return closeCode;
    }

    public boolean isOpen() {
        return closeCode < 0;
    }

    public static void until(java.util.concurrent.Callable<Boolean> condition) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(60))
                .until(condition);
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            synchronized (frames) {
                partial.toString().lines().map(JsonObject::new).forEach(frames::add);
            }
            partial.setLength(0);
        }
        webSocket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        closeCode = statusCode;
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        closeCode = 1006;
    }

    /** Aborts the connection without a close frame, like a network failure. */
    @Override
    public void close() {
        socket.abort();
    }
}
