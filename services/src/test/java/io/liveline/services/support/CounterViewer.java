package io.liveline.services.support;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

import io.vertx.core.json.JsonObject;

/** Subscriber to a stream of counters. After a failure it resumes at the next replica. */
public final class CounterViewer implements AutoCloseable {

    private final String path;
    private final List<Service> replicas;
    private final Map<String, Long> values = new ConcurrentSkipListMap<>();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private volatile String cursor;
    private volatile int broken;
    private volatile CompletableFuture<?> stream;
    private volatile boolean closed;

    private CounterViewer(String path, List<Service> replicas) {
        this.path = path;
        this.replicas = replicas;
    }

    /** @param replicas replicas to connect to, in turn */
    public static CounterViewer open(String path, Service... replicas) {
        CounterViewer viewer = new CounterViewer(path, List.of(replicas));
        viewer.connect();
        return viewer;
    }

    /** Returns the newest value of each counter. */
    public Map<String, Long> values() {
        return new TreeMap<>(values);
    }

    /** Returns the types of the events that it received, in order. */
    public List<String> events() {
        return events;
    }

    /** Returns how often its stream ended. */
    public int broken() {
        return broken;
    }

    @Override
    public void close() {
        closed = true;
        stream.cancel(true);
    }

    private void connect() {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(replicas.get(broken % replicas.size()).at(path));
        if (cursor != null) {
            request.header("Last-Event-ID", cursor);
        }
        CompletableFuture<?> answer =
                Service.HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.fromLineSubscriber(new Lines()));
        stream = answer;
        answer.whenComplete((end, failure) -> reconnect());
    }

    private void reconnect() {
        if (!closed) {
            broken++;
            CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS).execute(this::connect);
        }
    }

    private void receive(String event, JsonObject data) {
        events.add(event);
        JsonObject counters = data.getJsonObject("counters");
        counters.forEach(counter -> values.put(counter.getKey(), ((JsonObject) counter.getValue()).getLong("value")));
        cursor = data.getString("cursor");
    }

    private final class Lines implements Flow.Subscriber<String> {

        private String event;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            if (line.startsWith("event: ")) {
                event = line.substring(7);
            } else if (line.startsWith("data: ")) {
                receive(event, new JsonObject(line.substring(6)));
            }
        }

        @Override
        public void onError(Throwable broken) {
            // The response ends too, and the viewer reconnects.
        }

        @Override
        public void onComplete() {
            // Likewise.
        }
    }
}
