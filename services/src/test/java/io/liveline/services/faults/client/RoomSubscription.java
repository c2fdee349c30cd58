package io.liveline.services.faults.client;

import java.util.Random;

import io.liveline.services.faults.deployment.ServiceName;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonObject;

/** Subscription of one user to a room, over one transport at a time. It resumes with its cursor after a failure. */
final class RoomSubscription {

    private static final long SILENCE = 6000;
    private static final long WAIT = 3;

    /** Transport of the subscription. */
    enum Transport {
        SOCKET,
        STREAM,
        POLL
    }

    /** User, room, and the cursor to start after. */
    record Target(String name, String room, String start) {}

    private final ClientNetwork network;
    private final ChatUser user;
    private final Target target;
    private final boolean switchesTransport;
    private final Random random;
    private Transport transport;
    private String cursor;
    private int currentAttempt;
    private boolean left;
    private long clock;
    private long lastReceived;
    private long connectedMillis;
    private WebSocket socket;
    private volatile boolean joined;
    private Runnable closing = () -> {};

    RoomSubscription(
            ClientNetwork network,
            ChatUser user,
            Target target,
            Transport transport,
            boolean switchesTransport,
            Random random) {
        this.network = network;
        this.user = user;
        this.target = target;
        this.transport = transport;
        this.switchesTransport = switchesTransport;
        this.random = random;
        this.cursor = target.start();
    }

    /** Connects, and resumes after the cursor. */
    void connect() {
        int attempt = ++currentAttempt;
        lastReceived = now();
        connectedMillis = network.lateness().millis();
        switch (transport) {
            case SOCKET -> connectSocket(attempt);
            case STREAM -> connectStream(attempt);
            case POLL -> poll(attempt);
        }
        watch(attempt);
    }

    /** Sends a frame over the WebSocket. @return false if there is no connection, or it has not joined the room yet */
    boolean send(JsonObject frame) {
        if (socket == null || !joined || socket.isClosed()) {
            return false;
        }
        socket.writeTextMessage(frame.encode());
        return true;
    }

    boolean isMember() {
        return joined;
    }

    void leave() {
        left = true;
        close();
    }

    void moveClock(long millis) {
        clock += millis;
    }

    private long now() {
        return System.currentTimeMillis() + clock;
    }

    private void close() {
        currentAttempt++;
        joined = false;
        socket = null;
        closing.run();
        closing = () -> {};
        user.disconnected();
    }

    private void reconnect(int attempt, long after) {
        if (attempt != currentAttempt || left) {
            return;
        }
        close();
        if (switchesTransport) {
            transport = Transport.values()[random.nextInt(Transport.values().length)];
        }
        int next = currentAttempt;
        network.later(after, () -> {
            if (next == currentAttempt && !left) {
                connect();
            }
        });
    }

    private void failed(int attempt) {
        reconnect(attempt, ClientNetwork.jitter(600, random));
    }

    private void watch(int attempt) {
        network.later(500, () -> {
            if (attempt != currentAttempt || left) {
                return;
            }
            if (now() - lastReceived > SILENCE) {
                failed(attempt);
            } else {
                watch(attempt);
            }
        });
    }

    private void connectSocket(int attempt) {
        network.socket(target.name())
                .onSuccess(opened -> {
                    if (attempt != currentAttempt) {
                        opened.close();
                        return;
                    }
                    socket = opened;
                    closing = opened::close;
                    opened.textMessageHandler(
                            text -> text.lines().forEach(line -> frame(attempt, new JsonObject(line))));
                    opened.closeHandler(closed -> failed(attempt));
                    opened.exceptionHandler(cut -> failed(attempt));
                    opened.writeTextMessage(new JsonObject()
                            .put("type", "join")
                            .put("room", target.room())
                            .put("after", cursor)
                            .encode());
                })
                .onFailure(none -> failed(attempt));
    }

    private void connectStream(int attempt) {
        String path = "/rooms/" + target.room() + "/messages?name=" + target.name();
        closing = network.stream(
                ServiceName.CHAT, path, cursor, event -> frame(attempt, event.data()), () -> failed(attempt));
    }

    private void poll(int attempt) {
        String path = "/rooms/" + target.room() + "/messages?limit=200&after=" + cursor;
        network.send(ServiceName.CHAT, HttpMethod.GET, path, null, WAIT * 1000, "Prefer", "wait=" + WAIT)
                .onSuccess(answer -> {
                    if (attempt != currentAttempt) {
                        return;
                    }
                    JsonObject page = new JsonObject(answer.body());
                    if (!page.getBoolean("complete")) {
                        network.ledger().error(target + " polls: incomplete after " + cursor);
                    }
                    page.getJsonArray("messages").forEach(message -> frame(attempt, (JsonObject) message));
                    cursor = page.getString("cursor");
                    lastReceived = now();
                    poll(attempt);
                })
                .onFailure(none -> failed(attempt));
    }

    private void frame(int attempt, JsonObject frame) {
        if (attempt != currentAttempt) {
            return;
        }
        lastReceived = now();
        switch (frame.getString("type")) {
            case "joined" -> joined(frame);
            case "message" -> {
                cursor = frame.getString("cursor");
                String id = frame.getString("id");
                network.ledger().seen(target.room(), target.name(), cursor, id);
                network.lateness().received("message", id, 1, target.name(), connectedMillis);
            }
            case "posted" -> user.posted(frame.getString("id"), frame.getString("cursor"));
            case "heartbeat" -> send(new JsonObject().put("type", "heartbeat"));
            // Reconnects at the old cursor, not after the gap: the missed messages are still in the log.
            case "gap" -> reconnect(attempt, 1);
            case "reconnect" -> reconnect(attempt, frame.getLong("after_ms"));
            case "error" -> error(attempt, frame);
            default -> {
                // Members of the room, and state of the bus.
            }
        }
    }

    private void joined(JsonObject frame) {
        joined = true;
        if (!frame.getBoolean("recovered")) {
            network.ledger().error(target + ": not recovered after " + cursor + ": " + frame);
        }
    }

    private void error(int attempt, JsonObject frame) {
        if (frame.containsKey("id")) {
            user.rejected(frame.getString("id"), frame.getString("code"));
        } else {
            if (!frame.getString("code").equals("unavailable")) {
                network.ledger().error(target + ": " + frame);
            }
            failed(attempt);
        }
    }
}
