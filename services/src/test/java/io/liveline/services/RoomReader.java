package io.liveline.services;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketConnectOptions;

/** One of thousands on WebSockets: it keeps no frames, but knows whether one was missing, twice or out of order. */
final class RoomReader {

    private static final Pattern POSITION = Pattern.compile("\"cursor\":\"([0-9a-z]+-([0-9]+))\"");

    private final String name;
    private final String room;
    private final AtomicInteger faults = new AtomicInteger();
    private final AtomicInteger joins = new AtomicInteger();
    private volatile WebSocket socket;
    private volatile String cursor;
    private volatile long position = -1;
    private volatile int gaps;

    private RoomReader(String name, String room) {
        this.name = name;
        this.room = room;
    }

    /** A client for any number of them. */
    static HttpClient client(Vertx vertx) {
        return vertx.createHttpClient(new HttpClientOptions().setMaxWebSockets(10_000));
    }

    /** A client for whom the kernel takes little while they read nothing. */
    static HttpClient clientOfFewBytes(Vertx vertx) {
        return vertx.createHttpClient(
                new HttpClientOptions().setMaxWebSockets(10_000).setReceiveBufferSize(4096));
    }

    /** Connects and asks to come into a room. */
    static Future<RoomReader> connect(HttpClient client, int port, String name, String room) {
        return new RoomReader(name, room).open(client, port);
    }

    /** Connects again, to any replica, and asks to go on where it was. */
    Future<RoomReader> comeBack(HttpClient client, int port) {
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

    /** What is done when the connection is gone. */
    void onClose(Runnable gone) {
        socket.closeHandler(closed -> gone.run());
    }

    private void line(String line) {
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
            faults.incrementAndGet();
        }
        if (isGap) {
            gaps++;
        }
        position = to;
    }

    boolean isIn() {
        return joins() > 0;
    }

    /** How often it has come in. */
    int joins() {
        return joins.get();
    }

    /** Where it is in the room's log. */
    long position() {
        return position;
    }

    /** How often something was not what comes next. */
    int faults() {
        return faults.get();
    }

    /** How often it was told that messages are missing. */
    int gaps() {
        return gaps;
    }

    /** Reads nothing until {@link #goOn}. */
    void stop() {
        socket.pause();
    }

    void goOn() {
        socket.resume();
    }
}
