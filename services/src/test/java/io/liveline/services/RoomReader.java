package io.liveline.services;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.WebSocket;

/** One of thousands on WebSockets: it keeps no frames, but knows whether one was missing, twice or out of order. */
final class RoomReader {

    private static final Pattern POSITION = Pattern.compile("\"cursor\":\"[0-9a-z]+-([0-9]+)\"");

    private final AtomicInteger faults = new AtomicInteger();
    private volatile WebSocket socket;
    private volatile long position = -1;
    private volatile int gaps;

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
        RoomReader reader = new RoomReader();
        return client.webSocket(port, "127.0.0.1", "/chat?name=" + name).compose(socket -> {
            reader.socket = socket;
            socket.textMessageHandler(text -> text.lines().forEach(reader::line));
            return socket.writeTextMessage("{\"type\":\"join\",\"room\":\"" + room + "\"}")
                    .map(reader);
        });
    }

    private void line(String line) {
        boolean isMessage = line.startsWith("{\"type\":\"message\"");
        boolean isGap = line.startsWith("{\"type\":\"gap\"");
        if (!isMessage && !isGap && !line.startsWith("{\"type\":\"joined\"")) {
            return;
        }
        Matcher cursor = POSITION.matcher(line);
        if (!cursor.find()) {
            throw new AssertionError(line);
        }
        long to = Long.parseLong(cursor.group(1));
        if (isMessage && to != position + 1) {
            faults.incrementAndGet();
        }
        if (isGap) {
            gaps++;
        }
        position = to;
    }

    boolean isIn() {
        return position >= 0;
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
