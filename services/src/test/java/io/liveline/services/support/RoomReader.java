package io.liveline.services.support;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;

/** Chat client for tests with thousands of them: it keeps no frames, but counts missing and repeated ones. */
public final class RoomReader {

    private static final Pattern POSITION = Pattern.compile("\"cursor\":\"([0-9a-z]+-([0-9]+))\"");

    private final String name;
    private final String room;
    private final AtomicInteger wrongMessages = new AtomicInteger();
    private final AtomicInteger joins = new AtomicInteger();
    private volatile WebSocket socket;
    private volatile String cursor;
    private volatile long position = -1;
    private volatile int gaps;
    private volatile LongConsumer onReconnect = afterMillis -> {};

    private RoomReader(String name, String room) {
        this.name = name;
        this.room = room;
    }

    /** Creates an HTTP client for any number of readers. */
    public static HttpClient client(Vertx vertx) {
        return vertx.createHttpClient(new HttpClientOptions().setMaxWebSockets(10_000));
    }

    /** Creates an HTTP client with a small receive buffer, for readers that stop reading. */
    public static HttpClient clientOfFewBytes(Vertx vertx) {
        return vertx.createHttpClient(
                new HttpClientOptions().setMaxWebSockets(10_000).setReceiveBufferSize(4096));
    }

    /** Connects, and requests to join a room. */
    public static Future<RoomReader> connect(HttpClient client, int port, String name, String room) {
        return new RoomReader(name, room).open(client, port);
    }

    /** Connects again, to any replica, and requests to resume after its cursor. */
    public Future<RoomReader> reconnect(HttpClient client, int port) {
        return open(client, port);
    }

    private Future<RoomReader> open(HttpClient client, int port) {
        WebSocketConnectOptions options = new WebSocketConnectOptions();
        options.setPort(port).setHost("127.0.0.1").setURI("/chat?name=" + name);
        return client.webSocket(options.addSubProtocol("liveline.v1")).compose(opened -> {
            socket = opened;
            opened.textMessageHandler(text -> text.lines().forEach(this::line));
            String after = cursor == null ? "" : ",\"after\":\"" + cursor + '"';
            return opened.writeTextMessage("{\"type\":\"join\",\"room\":\"" + room + '"' + after + '}')
                    .map(this);
        });
    }

    /** Sets the action to run when the connection is closed. */
    public void onClose(Runnable gone) {
        socket.closeHandler(closed -> gone.run());
    }

    /** Registers a receiver of the time after which the server asks this client to reconnect, in milliseconds. */
    public void onReconnect(LongConsumer receiver) {
        onReconnect = receiver;
    }

    private void line(String line) {
        if (line.startsWith("{\"type\":\"reconnect\"")) {
            onReconnect.accept(new JsonObject(line).getLong("after_ms"));
            return;
        }
        boolean isMessage = line.startsWith("{\"type\":\"message\"");
        boolean isJoined = line.startsWith("{\"type\":\"joined\"");
        boolean isGap = line.startsWith("{\"type\":\"gap\"") || (isJoined && line.contains("\"recovered\":false"));
        if (!isMessage && !isGap && !isJoined) {
            return;
        }
        Matcher found = POSITION.matcher(line);
        if (!found.find()) {
            throw new AssertionError(line);
        }
        long to = Long.parseLong(found.group(2));
        cursor = found.group(1);
        if (isJoined) {
            joins.incrementAndGet();
        }
        boolean isBack = isJoined && !isGap && position >= 0;
        if ((isMessage && to != position + 1) || (isBack && to != position)) {
            wrongMessages.incrementAndGet();
        }
        if (isGap) {
            gaps++;
        }
        position = to;
    }

    public boolean isIn() {
        return joins() > 0;
    }

    /** Returns how often it joined. */
    public int joins() {
        return joins.get();
    }

    /** Returns its offset in the log of the room. */
    public long position() {
        return position;
    }

    /** Returns how often a message was not the next one. */
    public int wrongMessages() {
        return wrongMessages.get();
    }

    /** Returns how often the server reported missing messages. */
    public int gaps() {
        return gaps;
    }

    /** Reads nothing until {@link #resume}. */
    public void stop() {
        socket.pause();
    }

    public void resume() {
        socket.resume();
    }
}
