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

/** One who looks at counters over a stream, and goes on at the next replica where it broke off. */
public final class CounterViewer implements AutoCloseable {

    private final String path;
    private final List<Service> replicas;
    private final Map<String, Long> values = new ConcurrentSkipListMap<>();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private volatile String position;
    private volatile int broken;
    private volatile CompletableFuture<?> stream;
    private volatile boolean closed;

    private CounterViewer(String path, List<Service> replicas) {
        this.path = path;
        this.replicas = replicas;
    }

    /** @param replicas where it is, and where it goes next, and round */
    public static CounterViewer open(String path, Service... replicas) {
        CounterViewer viewer = new CounterViewer(path, List.of(replicas));
        viewer.connect();
        return viewer;
    }

    /** What it is shown now. */
    public Map<String, Long> values() {
        return new TreeMap<>(values);
    }

    /** The kinds of events that it was told, in their order. */
    public List<String> events() {
        return events;
    }

    /** How often it was cut off. */
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
        if (position != null) {
            request.header("Last-Event-ID", position);
        }
        CompletableFuture<?> answer =
                Service.HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.fromLineSubscriber(new Lines()));
        stream = answer;
        answer.whenComplete((end, failure) -> comeBack());
    }

    private void comeBack() {
        if (!closed) {
            broken++;
            CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS).execute(this::connect);
        }
    }

    private void take(String event, JsonObject data) {
        events.add(event);
        JsonObject counters = data.getJsonObject("counters");
        counters.forEach(counter -> values.put(counter.getKey(), ((JsonObject) counter.getValue()).getLong("value")));
        position = data.getString("cursor");
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
                take(event, new JsonObject(line.substring(6)));
            }
        }

        @Override
        public void onError(Throwable broken) {
            // The answer ends with it, and the viewer comes back.
        }

        @Override
        public void onComplete() {
            // Likewise.
        }
    }
}
