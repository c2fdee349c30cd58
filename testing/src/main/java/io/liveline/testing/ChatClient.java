package io.liveline.testing;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import io.vertx.core.json.JsonObject;
import org.awaitility.Awaitility;

/** Chat client on a WebSocket. It keeps every frame that it receives, in order. */
public final class ChatClient implements WebSocket.Listener, AutoCloseable {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final List<JsonObject> frames = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private final StringBuilder partial = new StringBuilder();
    private WebSocket socket;
    private volatile int closeCode = -1;

    /** Connects to a server, or to a proxy before it, by any of its addresses. */
    public static ChatClient connect(URI server, String name) {
        return connect(HTTP, server, name);
    }

    public static ChatClient connect(HttpClient http, URI server, String name) {
        return open(http, server.resolve("/chat?name=" + name));
    }

    /** Connects as a browser does, with the token in an offered subprotocol. */
    public static ChatClient withToken(URI server, String token) {
        String carrier = "quarkus-http-upgrade#Authorization#Bearer " + token;
        return open(
                HTTP,
                server.resolve("/chat"),
                URLEncoder.encode(carrier, StandardCharsets.UTF_8).replace("+", "%20"));
    }

    private static ChatClient open(HttpClient http, URI chat, String... furtherSubprotocols) {
        ChatClient client = new ChatClient();
        client.socket = http.newWebSocketBuilder()
                .subprotocols("liveline.v1", furtherSubprotocols)
                .buildAsync(URI.create("ws" + chat.toString().substring("http".length())), client)
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
        client.await("welcome");
        return client;
    }

    public String subprotocol() {
        return socket.getSubprotocol();
    }

    /** Joins a room, and waits for the answer: the client receives every message from then on. */
    public ChatClient join(String room, String after) {
        JsonObject frame = new JsonObject().put("type", "join").put("room", room);
        int before = all("joined").size();
        send(after == null ? frame : frame.put("after", after));
        awaitCount("joined", before + 1);
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

    public synchronized void sendBinary(String text) {
        socket.sendBinary(StandardCharsets.UTF_8.encode(text), true)
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public synchronized void close() {
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "");
    }

    /** Closes the connection without a close frame, as a network failure does. */
    public void abort() {
        socket.abort();
    }

    public List<JsonObject> all() {
        synchronized (frames) {
            return List.copyOf(frames);
        }
    }

    /** Returns all frames as they were received. */
    public List<String> lines() {
        synchronized (frames) {
            return List.copyOf(lines);
        }
    }

    public List<JsonObject> all(String type) {
        return all().stream()
                .filter(frame -> type.equals(frame.getString("type")))
                .toList();
    }

    public List<String> texts() {
        return all("message").stream().map(message -> message.getString("text")).toList();
    }

    /** Waits for a frame of a type. @return the first one */
    public JsonObject await(String type) {
        return awaitCount(type, 1).get(0);
    }

    public List<JsonObject> awaitCount(String type, int count) {
        until(() -> all(type).size() >= count);
        return all(type);
    }

    /** Waits for a frame of a type that meets a condition. @return the first one */
    public JsonObject awaitFrame(String type, Predicate<JsonObject> condition) {
        until(() -> all(type).stream().anyMatch(condition));
        return all(type).stream().filter(condition).findFirst().orElseThrow();
    }

    public void awaitText(String text) {
        until(() -> texts().contains(text));
    }

    /** Returns the cursor with which this client would resume. */
    public String cursor() {
        List<JsonObject> messages = all("message");
        return messages.isEmpty()
                ? await("joined").getString("cursor")
                : messages.get(messages.size() - 1).getString("cursor");
    }

    public boolean isOpen() {
        return closeCode < 0;
    }

    /** Waits until the connection is closed. @return the close code; 1006 if there was no close frame */
    public int awaitClosed() {
        until(() -> closeCode >= 0);
        return closeCode;
    }

    /** Waits until a condition is met, and looks often. */
    public static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(60))
                .until(condition);
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            synchronized (frames) {
                partial.toString().lines().forEach(line -> {
                    lines.add(line);
                    frames.add(new JsonObject(line));
                });
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
}
