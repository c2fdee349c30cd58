package io.liveline.services.faults.client;

import io.liveline.services.faults.world.ServiceName;
import java.util.Random;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;

/** One who adds to a counter, and repeats what was not answered under the same key. */
final class CounterWriter implements Client {

    private final ClientNetwork network;
    private final String name;
    private final String counter;
    private final Random random;
    private int number;
    private boolean quiet;
    private boolean done;

    CounterWriter(ClientNetwork network, String name, String counter, long seed) {
        this.network = network;
        this.name = name;
        this.counter = counter;
        this.random = new Random(seed);
    }

    @Override
    public void begin() {
        network.later(random.nextInt(500), this::count);
    }

    @Override
    public void hush() {
        quiet = true;
    }

    @Override
    public boolean isDone() {
        return done;
    }

    @Override
    public void leave() {
        quiet = true;
    }

    @Override
    public void clockJumps(long millis) {
        // Nothing here looks at it.
    }

    private void count() {
        if (quiet) {
            done = true;
            return;
        }
        attempt(name + "-" + number++, 1 + random.nextInt(5));
    }

    private void attempt(String key, int by) {
        add(key, by)
                .onSuccess(value -> {
                    network.ledger().added(counter, by);
                    if (random.nextInt(10) == 0) {
                        network.later(random.nextInt(3000), () -> repeat(key, by, value));
                    }
                    network.later(ClientNetwork.about(500, random), this::count);
                })
                .onFailure(none -> network.later(ClientNetwork.about(400, random), () -> attempt(key, by)));
    }

    private void repeat(String key, int by, long value) {
        add(key, by).onSuccess(again -> {
            if (again != value) {
                network.ledger().wrong(counter + ": " + key + " was answered with " + value + ", then with " + again);
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
