package io.liveline.chat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import io.vertx.core.json.JsonObject;

/** A reader of a room over SSE, as an EventSource would be: everything that came, in order. */
final class EventClient implements Flow.Subscriber<String>, AutoCloseable {

    /** @param id null where the event had none */
    record Received(String id, JsonObject frame) {

        String type() {
            return frame.getString("type");
        }
    }

    private final List<Received> events = new ArrayList<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private String id;
    private volatile String retry;
    private boolean hasData;
    private volatile int empty;
    private volatile boolean ended;

    static EventClient open(URI base, String path, String... headers) {
        EventClient client = new EventClient();
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .header("Accept", "text/event-stream");
        if (headers.length > 0) {
            request.headers(headers);
        }
        Client.HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.fromLineSubscriber(client));
        Client.until(() -> client.retry != null);
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

    Received await1(String type) {
        Client.until(() -> !all(type).isEmpty());
        return all(type).get(0);
    }

    /** How long a browser is told to wait before it comes back, milliseconds. */
    int retryMillis() {
        return Integer.parseInt(retry);
    }

    /** How many blocks of lines held no event. */
    int empty() {
        return empty;
    }

    boolean isEnded() {
        return ended;
    }

    @Override
    public void onSubscribe(Flow.Subscription begun) {
        subscription.complete(begun);
        begun.request(Long.MAX_VALUE);
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
            hasData = true;
        } else if (line.isEmpty()) {
            if (!hasData) {
                empty++;
            }
            hasData = false;
        } else {
            throw new AssertionError("not expected on this stream: " + line);
        }
    }

    @Override
    public void onError(Throwable failure) {
        ended = true;
    }

    @Override
    public void onComplete() {
        ended = true;
    }

    /** Hangs up. */
    @Override
    public void close() {
        subscription.join().cancel();
    }
}
