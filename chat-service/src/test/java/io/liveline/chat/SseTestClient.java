package io.liveline.chat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;

import io.liveline.testing.ChatClient;
import io.vertx.core.json.JsonObject;

/** SSE client of one room, which records all events in order, as an EventSource would receive them. */
final class SseTestClient implements Flow.Subscriber<String>, AutoCloseable {

    /**
     * Event from the server.
     *
     * @param id id of the event, or null
     */
    record Received(String id, JsonObject frame) {

        String type() {
            return frame.getString("type");
        }
    }

    private final List<Received> events = new ArrayList<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private String id;
    private volatile String retry;
    private final List<String> blocks = new CopyOnWriteArrayList<>();
    private String block = "";
    private volatile boolean ended;

    static SseTestClient open(URI base, String path, String... headers) {
        SseTestClient client = new SseTestClient();
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .header("Accept", "text/event-stream");
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpTestClient.HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.fromLineSubscriber(client));
        ChatClient.until(() -> client.retry != null);
        return client;
    }

    List<Received> all() {
        synchronized (events) {
            return List.copyOf(events);
        }
    }

    List<Received> all(String type) {
        return all().stream().filter(event -> event.type().equals(type)).toList();
    }

    Received await(String type) {
        ChatClient.until(() -> !all(type).isEmpty());
        return all(type).get(0);
    }

    /** Returns the reconnection time from the {@code retry} field, in milliseconds. */
    int retryMillis() {
        return Integer.parseInt(retry);
    }

    /** Returns the completed blocks of lines between empty lines. */
    List<String> blocks() {
        return List.copyOf(blocks);
    }

    boolean isEnded() {
        return ended;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
        subscription.complete(newSubscription);
        newSubscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
        if (line.startsWith("id: ")) {
            id = line.substring(4);
        } else if (line.startsWith("retry: ")) {
            retry = line.substring(7);
        } else if (line.startsWith("data: ")) {
            synchronized (events) {
                events.add(new Received(id, new JsonObject(line.substring(6))));
            }
            id = null;
        } else if (line.isEmpty()) {
            blocks.add(block);
            block = "";
            return;
        } else {
            throw new AssertionError("unexpected line: " + line);
        }
        block += line + '\n';
    }

    @Override
    public void onError(Throwable failure) {
        ended = true;
    }

    @Override
    public void onComplete() {
        ended = true;
    }

    /** Closes the connection. */
    @Override
    public void close() {
        subscription.join().cancel();
    }
}
