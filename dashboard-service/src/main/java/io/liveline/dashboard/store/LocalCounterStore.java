package io.liveline.dashboard.store;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

import io.liveline.bus.Cursor;
import io.liveline.bus.local.LocalBus;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.dashboard.counter.Counter;
import io.liveline.dashboard.counter.CounterSnapshot;
import io.liveline.dashboard.counter.CounterWrite;
import io.liveline.edge.contract.ActivityFact;
import io.smallrye.mutiny.Uni;

/** Counter store of a single process, in memory. Confined to the event loop of the bus. */
public final class LocalCounterStore implements CounterStore {

    private record StoredAnswer(String fingerprint, List<Counter> answer, long untilMillis) {}

    private final LocalBus bus;
    private final DashboardConfig config;
    private final InstantSource clock;
    private final MonotonicClock monotonic;
    private final ActivityFold fold;
    private final Map<String, Counter> counters = new HashMap<>();
    // In the order of expiry.
    private final Map<String, StoredAnswer> answers = new LinkedHashMap<>();

    public LocalCounterStore(LocalBus bus, DashboardConfig config, InstantSource clock, MonotonicClock monotonic) {
        this.bus = bus;
        this.config = config;
        this.clock = clock;
        this.monotonic = monotonic;
        this.fold = new ActivityFold(config.suite());
    }

    @Override
    public Uni<List<Counter>> write(CounterWrite write) {
        return bus.run(log -> {
            long now = monotonic.millis();
            removeExpired(now);
            StoredAnswer stored = answers.get(write.key());
            if (stored != null) {
                if (!stored.fingerprint().equals(write.fingerprint())) {
                    throw CounterWrite.keyReused();
                }
                return stored.answer();
            }
            if (answers.size() >= config.keys().max()) {
                throw CounterWrite.busy();
            }
            List<Counter> answer = put(results(write), log);
            long until = now + config.keys().window().toMillis();
            answers.put(write.key(), new StoredAnswer(write.fingerprint(), answer, until));
            return answer;
        });
    }

    @Override
    public Uni<Void> fold(List<ActivityFact> facts) {
        return bus.run(log -> {
            Map<String, Long> changed = new LinkedHashMap<>();
            fold.fold(facts, monotonic.millis(), clock.millis()).forEach((name, value) -> {
                Counter known = counters.get(name);
                boolean room = name.startsWith(ActivityFold.ROOM);
                int most = room ? config.suite().countersForRooms() : Integer.MAX_VALUE;
                if (known == null ? counters.size() + changed.size() < most : known.value() != value) {
                    changed.put(name, value);
                }
            });
            if (!changed.isEmpty()) {
                put(changed, log);
            }
            return null;
        });
    }

    @Override
    public Uni<CounterSnapshot> read() {
        return bus.run(log -> new CounterSnapshot(log.end(TOPIC), List.copyOf(counters.values())));
    }

    private Map<String, Long> results(CounterWrite write) {
        Map<String, Long> results = new LinkedHashMap<>();
        int fresh = 0;
        for (Map.Entry<String, Long> number : write.numbers().entrySet()) {
            Counter known = counters.get(number.getKey());
            fresh += known == null ? 1 : 0;
            long before = known == null || write.kind() == CounterWrite.Kind.SET ? 0 : known.value();
            try {
                results.put(number.getKey(), Math.addExact(before, number.getValue()));
            } catch (ArithmeticException overflow) {
                throw CounterWrite.overflow(number.getKey());
            }
        }
        if (fresh > 0 && counters.size() + fresh > config.maxCounters()) {
            throw CounterWrite.full(config.maxCounters());
        }
        return results;
    }

    private List<Counter> put(Map<String, Long> values, LocalBus.Appender log) {
        // Names need no escaping in JSON.
        StringJoiner changes = new StringJoiner(",", "{", "}");
        values.forEach((name, value) -> changes.add('"' + name + "\":" + value));
        Cursor at = log.append(TOPIC, changes.toString()).cursor();
        List<Counter> answer = new ArrayList<>();
        values.forEach((name, value) -> {
            Counter counter = new Counter(name, value, at);
            counters.put(name, counter);
            answer.add(counter);
        });
        return answer;
    }

    private void removeExpired(long nowMillis) {
        Iterator<StoredAnswer> oldest = answers.values().iterator();
        while (oldest.hasNext() && oldest.next().untilMillis() <= nowMillis) {
            oldest.remove();
        }
    }
}
