package io.liveline.services.faults.client;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

import io.liveline.services.faults.deployment.ServiceName;
import io.vertx.core.json.JsonObject;

/** Subscriber to counters that only increase, over a stream that it resumes after a failure. */
final class CounterReader implements Client {

    /** Milliseconds without data after which it reconnects; the stream sends a heartbeat every 2 s. */
    private static final long SILENCE = 6000;

    private final ClientNetwork network;
    private final String name;
    private final String pattern;
    private final Random random;
    private final Map<String, Long> shown = new ConcurrentSkipListMap<>();
    private String cursor;
    private long clock;
    private long lastReceived;
    private long connectedMillis;
    private int currentAttempt;
    private boolean left;
    private Runnable closing = () -> {};

    CounterReader(ClientNetwork network, String name, String pattern, long seed) {
        this.network = network;
        this.name = name;
        this.pattern = pattern;
        this.random = new Random(seed);
    }

    @Override
    public void start() {
        int attempt = ++currentAttempt;
        lastReceived = now();
        connectedMillis = network.lateness().millis();
        closing = network.stream(
                ServiceName.DASHBOARD,
                "/counters/stream?names=" + pattern,
                cursor,
                event -> receive(attempt, event),
                () -> failed(attempt));
        watch(attempt);
    }

    @Override
    public void quiesce() {
        // It sends no writes.
    }

    @Override
    public boolean isDone() {
        return true;
    }

    @Override
    public void leave() {
        left = true;
        currentAttempt++;
        closing.run();
    }

    @Override
    public void moveClock(long millis) {
        clock += millis;
    }

    String name() {
        return name;
    }

    /** Returns the values that it received last. */
    Map<String, Long> shown() {
        return new TreeMap<>(shown);
    }

    private long now() {
        return System.currentTimeMillis() + clock;
    }

    private void receive(int attempt, ServerEvent event) {
        if (attempt != currentAttempt) {
            return;
        }
        lastReceived = now();
        JsonObject counters = event.data().getJsonObject("counters");
        if (counters == null) {
            return;
        }
        if (event.data().getBoolean("reset", false)) {
            // Redis loses no data in this test.
            network.ledger().error(name + " received a reset: " + cursor + " is lost");
        }
        cursor = event.id();
        for (String counter : counters.fieldNames()) {
            long value = counters.getJsonObject(counter).getLong("value");
            network.lateness().received("counter", counter, value, name, connectedMillis);
            Long before = shown.put(counter, value);
            if (before != null && before > value) {
                network.ledger().error(name + ": " + counter + " went back from " + before + " to " + value);
            }
        }
    }

    private void failed(int attempt) {
        if (attempt != currentAttempt || left) {
            return;
        }
        currentAttempt++;
        closing.run();
        int next = currentAttempt;
        network.later(ClientNetwork.jitter(600, random), () -> {
            if (next == currentAttempt && !left) {
                start();
            }
        });
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
}
