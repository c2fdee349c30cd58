package io.liveline.services.faults.client;

import java.util.Random;

import io.liveline.services.faults.deployment.ServiceName;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;

/** Client that increments a counter, and repeats a request without an answer under the same idempotency key. */
final class CounterWriter implements Client {

    private final ClientNetwork network;
    private final String name;
    private final String counter;
    private final Random random;
    private int number;
    private boolean stopping;
    private boolean done;

    CounterWriter(ClientNetwork network, String name, String counter, long seed) {
        this.network = network;
        this.name = name;
        this.counter = counter;
        this.random = new Random(seed);
    }

    @Override
    public void start() {
        network.later(random.nextInt(500), this::count);
    }

    @Override
    public void quiesce() {
        stopping = true;
    }

    @Override
    public boolean isDone() {
        return done;
    }

    @Override
    public void leave() {
        stopping = true;
    }

    @Override
    public void moveClock(long millis) {
        // This client reads no clock.
    }

    private void count() {
        if (stopping) {
            done = true;
            return;
        }
        attempt(name + "-" + number++, 1 + random.nextInt(5), network.lateness().millis());
    }

    private void attempt(String key, int by, long sentMillis) {
        add(key, by)
                .onSuccess(value -> {
                    network.ledger().added(counter, by);
                    network.lateness().changed("counter", counter, value, sentMillis);
                    if (random.nextInt(10) == 0) {
                        network.later(random.nextInt(3000), () -> repeat(key, by, value));
                    }
                    network.later(ClientNetwork.jitter(500, random), this::count);
                })
                .onFailure(
                        none -> network.later(ClientNetwork.jitter(400, random), () -> attempt(key, by, sentMillis)));
    }

    private void repeat(String key, int by, long value) {
        add(key, by).onSuccess(again -> {
            if (again != value) {
                network.ledger().error(counter + ": " + key + " was answered with " + value + ", then with " + again);
            }
        });
    }

    private Future<Long> add(String key, int by) {
        return network.send(
                        ServiceName.DASHBOARD,
                        HttpMethod.POST,
                        "/counters/" + counter + "/increments",
                        new JsonObject().put("by", by).encode(),
                        0,
                        "Idempotency-Key",
                        key)
                .map(answer -> new JsonObject(answer.body()).getLong("value"));
    }
}
