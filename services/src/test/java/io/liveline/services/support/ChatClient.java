package io.liveline.services.support;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.vertx.core.json.JsonObject;

/** Chat client on a WebSocket. It keeps every frame that it receives, in order. */
public final class ChatClient implements WebSocket.Listener, AutoCloseable {

    private final List<JsonObject> frames = new ArrayList<>();
    private final StringBuilder partial = new StringBuilder();
    private volatile Integer closeCode;
    private WebSocket socket;

    public static ChatClient connect(Service service, String name) {
        return connect(service.at("/chat"), name);
    }

    /** Connects to the address of a chat service, or of a proxy before it. */
    public static ChatClient connect(URI chat, String name) {
        return connect(Service.HTTP, chat, name);
    }

    public static ChatClient connect(HttpClient http, URI chat, String name) {
        ChatClient client = new ChatClient();
        client.socket = http.newWebSocketBuilder()
                .subprotocols("liveline.v1")
                .buildAsync(URI.create("ws" + chat.toString().substring(4) + "?name=" + name), client)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
        client.await("welcome");
        return client;
    }

    /** Joins a room, and waits for the answer: the client receives every message from then on. */
    public ChatClient join(String room, String after) {
        JsonObject frame = new JsonObject().put("type", "join").put("room", room);
        if (after != null) {
            frame.put("after", after);
        }
        int before = all("joined").size();
        send(frame.encode());
        awaitCount("joined", before + 1);
        return this;
    }

    public void post(String room, String id, String text) {
        send(new JsonObject()
                .put("type", "post")
                .put("room", room)
                .put("id", id)
                .put("text", text)
                .encode());
    }

    public synchronized void send(String text) {
        socket.sendText(text, true).orTimeout(20, TimeUnit.SECONDS).join();
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
        return org.awaitility.Awaitility.await(type)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(60))
                .until(() -> all(type), some -> some.size() >= count);
    }

    public void awaitText(String text) {
        org.awaitility.Awaitility.await(text)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(60))
                .until(() -> texts().contains(text));
    }

    /** Returns the cursor with which this client would resume. */
    public String cursor() {
        List<JsonObject> messages = all("message");
        return messages.isEmpty()
                ? await("joined").getString("cursor")
                : messages.get(messages.size() - 1).getString("cursor");
    }

    public boolean isOpen() {
        return closeCode == null;
    }

    /** Waits until the connection is closed. @return the close code; 1006 if there was no close frame */
    public int awaitClosed() {
        org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> closeCode != null);
        return closeCode;
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
}
