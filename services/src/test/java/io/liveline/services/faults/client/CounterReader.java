package io.liveline.services.faults.client;

import io.liveline.services.faults.world.ServiceName;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

import io.vertx.core.json.JsonObject;

/** One who looks at counters that only grow, over a stream that is resumed. */
final class CounterReader implements Client {

    /** The stream gives a sign of life twice as often. */
    private static final long SILENCE = 6000;

    private final ClientNetwork network;
    private final String name;
    private final String pattern;
    private final Random random;
    private final Map<String, Long> shown = new ConcurrentSkipListMap<>();
    private String cursor;
    private long clock;
    private long heardAt;
    private int turn;
    private boolean left;
    private Runnable closing = () -> {};

    CounterReader(ClientNetwork network, String name, String pattern, long seed) {
        this.network = network;
        this.name = name;
        this.pattern = pattern;
        this.random = new Random(seed);
    }

    @Override
    public void begin() {
        int mine = ++turn;
        heardAt = now();
        closing = network.stream(
                ServiceName.DASHBOARD,
                "/counters/stream?names=" + pattern,
                cursor,
                event -> heard(mine, event),
                () -> broken(mine));
        watch(mine);
    }

    @Override
    public void hush() {
        // It begins nothing.
    }

    @Override
    public boolean isDone() {
        return true;
    }

    @Override
    public void leave() {
        left = true;
        turn++;
        closing.run();
    }

    @Override
    public void clockJumps(long millis) {
        clock += millis;
    }

    String name() {
        return name;
    }

    /** What it is shown now. */
    Map<String, Long> shown() {
        return new TreeMap<>(shown);
    }

    private long now() {
        return System.currentTimeMillis() + clock;
    }

    private void heard(int mine, ServerEvent event) {
        if (mine != turn) {
            return;
        }
        heardAt = now();
        JsonObject counters = event.data().getJsonObject("counters");
        if (counters == null) {
            return;
        }
        if (event.data().getBoolean("reset", false)) {
            // Redis loses nothing here.
            network.ledger().wrong(name + " was told that " + cursor + " is lost");
        }
        cursor = event.id();
        for (String counter : counters.fieldNames()) {
            long value = counters.getJsonObject(counter).getLong("value");
            Long before = shown.put(counter, value);
            if (before != null && before > value) {
                network.ledger().wrong(name + ": " + counter + " went back from " + before + " to " + value);
            }
        }
    }

    private void broken(int mine) {
        if (mine != turn || left) {
            return;
        }
        turn++;
        closing.run();
        int next = turn;
        network.later(ClientNetwork.about(600, random), () -> {
            if (next == turn && !left) {
                begin();
            }
        });
    }

    private void watch(int mine) {
        network.later(500, () -> {
            if (mine != turn || left) {
                return;
            }
            if (now() - heardAt > SILENCE) {
                broken(mine);
            } else {
                watch(mine);
            }
        });
    }
}
