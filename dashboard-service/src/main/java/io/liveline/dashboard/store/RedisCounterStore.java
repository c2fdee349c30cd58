package io.liveline.dashboard.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.liveline.bus.Cursor;
import io.liveline.bus.redis.RedisBus;
import io.liveline.bus.redis.command.LuaScript;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterSnapshot;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.edge.contract.ActivityFact;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;

/** Counter store of all replicas, in Redis: {@code write.lua}, {@code fold.lua} and {@code snapshot.lua}. */
public final class RedisCounterStore implements CounterStore {

    private static final LuaScript WRITE = LuaScript.joinable(RedisCounterStore.class, "write.lua");
    private static final LuaScript FOLD = LuaScript.of(RedisCounterStore.class, "fold.lua");
    private static final LuaScript SNAPSHOT = LuaScript.repeatable(RedisCounterStore.class, "snapshot.lua");

    private static final List<String> COUNTERS = List.of("values", "versions");
    private static final List<String> FOLD_KEYS =
            List.of("values", "versions", "posts", "people", "gone", "connections", "active", "seconds");

    private final RedisBus bus;
    private final DashboardConfig config;

    public RedisCounterStore(RedisBus bus, DashboardConfig config) {
        this.bus = bus;
        this.config = config;
    }

    @Override
    public Uni<List<Counter>> write(CounterWrite write) {
        List<String> args = new ArrayList<>(List.of(
                write.kind().name(),
                String.valueOf(config.keys().window().toMillis()),
                String.valueOf(config.maxCounters()),
                String.valueOf(config.keys().max()),
                write.fingerprint(),
                String.valueOf(write.numbers().size())));
        write.numbers().forEach((name, number) -> {
            args.add(name);
            args.add(String.valueOf(number));
        });
        List<String> keys = List.of("values", "versions", "done", "done:" + write.key());
        return bus.run(WRITE, TOPIC, keys, args).map(this::answer);
    }

    @Override
    public Uni<Void> fold(List<ActivityFact> facts) {
        List<String> args = new ArrayList<>(List.of(
                String.valueOf(Math.min(config.maxCounters(), config.suite().countersForRooms())),
                String.valueOf(config.suite().maxRooms()),
                String.valueOf(config.suite().connectionsLive().toMillis()),
                String.valueOf(config.suite().roomActive().toMillis()),
                String.valueOf(config.suite().roomKnown().toMillis())));
        facts.forEach(fact -> args.addAll(foldArgs(fact)));
        return bus.run(FOLD, TOPIC, FOLD_KEYS, args).replaceWithVoid();
    }

    private static List<String> foldArgs(ActivityFact fact) {
        if (fact instanceof ActivityFact.Posts posts) {
            return List.of(
                    "posts",
                    posts.room(),
                    posts.at().epoch(),
                    String.valueOf(posts.messages()),
                    String.valueOf(posts.atMillis()));
        }
        if (fact instanceof ActivityFact.People people) {
            return List.of(
                    "people",
                    people.room(),
                    people.at().epoch(),
                    String.valueOf(people.at().offset()),
                    String.valueOf(people.online()),
                    String.valueOf(people.typing()));
        }
        ActivityFact.Connections connections = (ActivityFact.Connections) fact;
        return List.of(
                "connections", connections.replica(), connections.transport(), String.valueOf(connections.count()));
    }

    @Override
    public Uni<CounterSnapshot> read() {
        return bus.run(SNAPSHOT, TOPIC, COUNTERS, List.of()).map(RedisCounterStore::snapshot);
    }

    private List<Counter> answer(Response reply) {
        switch (reply.get(0).toString()) {
            case "OK" -> {
                List<Counter> counters = new ArrayList<>();
                for (int i = 1; i < reply.size(); i += 3) {
                    counters.add(new Counter(
                            reply.get(i).toString(),
                            Long.parseLong(reply.get(i + 1).toString()),
                            Cursor.parse(reply.get(i + 2).toString())));
                }
                return counters;
            }
            case "REUSED" -> throw CounterWrite.keyReused();
            case "BUSY" -> throw CounterWrite.busy();
            case "FULL" -> throw CounterWrite.full(config.maxCounters());
            case "OVERFLOW" -> throw CounterWrite.overflow(reply.get(1).toString());
            default -> throw new IllegalStateException("Unexpected reply of the script: " + reply);
        }
    }

    private static CounterSnapshot snapshot(Response reply) {
        Cursor cursor = Cursor.parse(reply.get(0).toString());
        Map<String, Cursor> versions = new HashMap<>();
        pairs(reply.get(2)).forEach((name, at) -> versions.put(name, Cursor.parse(at)));
        List<Counter> counters = new ArrayList<>();
        pairs(reply.get(1))
                .forEach((name, value) -> counters.add(
                        new Counter(name, Long.parseLong(value), versions.getOrDefault(name, cursor.at(0)))));
        return new CounterSnapshot(cursor, counters);
    }

    /**
     * Reads a hash as a flat list of names and values, the form in which both versions of the Redis protocol return it.
     */
    private static Map<String, String> pairs(Response reply) {
        Map<String, String> pairs = new HashMap<>();
        for (int i = 0; i + 1 < reply.size(); i += 2) {
            pairs.put(reply.get(i).toString(), reply.get(i + 1).toString());
        }
        return pairs;
    }
}
