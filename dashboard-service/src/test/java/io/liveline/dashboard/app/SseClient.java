package io.liveline.dashboard.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.vertx.core.json.JsonObject;

/** SSE client on a plain socket, which sees every byte and can stop reading. */
final class SseClient implements AutoCloseable {

    /** Event of the stream. */
    record ReceivedEvent(String event, String id, JsonObject data) {}

    final List<ReceivedEvent> events = new CopyOnWriteArrayList<>();
    final List<String> lines = new CopyOnWriteArrayList<>();
    final List<String> head = new ArrayList<>();
    private final Socket socket;
    private final Thread reader;
    private volatile long endedNanos;
    private volatile boolean paused;

    private SseClient(int port, String path, String lastEventId, int receiveBuffer, String... headers) {
        try {
            socket = new Socket();
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.connect(new java.net.InetSocketAddress("127.0.0.1", port), 5000);
            // HTTP/1.0 would not be chunked; chunk sizes are distinguished from the lines of the stream below.
            String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                    + (lastEventId == null ? "" : "Last-Event-ID: " + lastEventId + "\r\n")
                    + (headers.length == 0 ? "" : headers[0] + ": " + headers[1] + "\r\n") + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reader = new Thread(this::read, "viewer");
        reader.setDaemon(true);
    }

    static SseClient open(int port, String path) {
        return open(port, path, null);
    }

    /** @param headers name and value of one more header, or nothing */
    static SseClient open(int port, String path, String lastEventId, String... headers) {
        SseClient client = new SseClient(port, path, lastEventId, 0, headers);
        client.reader.start();
        return client;
    }

    /** Opens a stream without reading from it. */
    static SseClient paused(int port, String path) {
        SseClient client = new SseClient(port, path, null, 4096);
        client.paused = true;
        return client;
    }

    void read(boolean on) {
        if (paused && on) {
            paused = false;
            reader.start();
        }
    }

    /** Returns the blocks of lines without an event, except the last one, which may be incomplete. */
    List<String> blocksWithoutEvent() {
        String text = String.join("\n", lines) + "\n";
        String whole = text.substring(0, Math.max(0, text.lastIndexOf("\n\n")));
        return Arrays.stream(whole.split("\n\n"))
                .filter(block -> !block.isEmpty() && !block.contains("data: "))
                .toList();
    }

    /** Returns the newest value of each counter, computed as the protocol defines it. */
    Map<String, Long> values() {
        Map<String, Long> values = new TreeMap<>();
        for (ReceivedEvent seen : events) {
            if (seen.event().equals("snapshot")) {
                values.clear();
            }
            JsonObject counters = seen.data().getJsonObject("counters");
            counters.fieldNames()
                    .forEach(name ->
                            values.put(name, counters.getJsonObject(name).getLong("value")));
        }
        return values;
    }

    String lastId() {
        return events.get(events.size() - 1).id();
    }

    boolean hasEnded() {
        return endedNanos != 0;
    }

    long endedNanos() {
        return endedNanos;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                head.add(line);
            }
            String event = null;
            String id = null;
            int blanks = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    blanks++;
                    continue;
                }
                // Each write is a chunk of whole lines: a line of hexadecimal digits is the size of the next chunk, and
                // the
                // empty line before it ends the previous one.
                boolean isSize = line.matches("[0-9a-f]{1,8}");
                for (int i = isSize ? 1 : 0; i < blanks; i++) {
                    lines.add("");
                }
                blanks = 0;
                if (isSize) {
                    continue;
                }
                lines.add(line);
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    events.add(new ReceivedEvent(event, id, new JsonObject(line.substring(6))));
                }
            }
        } catch (IOException closed) {
            // Reported by hasEnded.
        } finally {
            endedNanos = System.nanoTime();
        }
    }
}
