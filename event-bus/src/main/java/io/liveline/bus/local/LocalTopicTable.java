package io.liveline.bus.local;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Topic;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.bus.table.TableChange;
import io.liveline.bus.table.TableSnapshot;
import io.liveline.bus.table.TopicTable;
import io.smallrye.mutiny.Uni;

/**
 * Tables of the in-process bus: the in-memory counterpart of {@code table_change.lua} and {@code table_snapshot.lua}.
 * Confined to the bus's event loop.
 */
final class LocalTopicTable extends TopicTable {

    private record Entry(String value, long endMillis) {

        boolean isExpired(long nowMillis) {
            return endMillis <= nowMillis;
        }
    }

    private final LocalBus bus;
    private final BusConfig config;
    private final MonotonicClock clock;
    // Entries by key; without empty tables.
    private final Map<Topic, Map<String, Entry>> tables = new HashMap<>();

    LocalTopicTable(LocalBus bus, BusConfig config, MonotonicClock clock, BusMeters meters) {
        super(config, meters);
        this.bus = bus;
        this.config = config;
        this.clock = clock;
    }

    @Override
    public Uni<TableSnapshot> snapshot(Topic topic) {
        return bus.run(log -> {
            Map<String, String> live = new HashMap<>();
            long now = clock.millis();
            table(topic).forEach((key, entry) -> {
                if (!entry.isExpired(now)) {
                    live.put(key, entry.value());
                }
            });
            return new TableSnapshot(log.end(topic), Map.copyOf(live));
        });
    }

    @Override
    protected Uni<Cursor> change(Topic topic, TableChange change, Optional<Long> lifeMillis) {
        return bus.run(log -> {
            long now = clock.millis();
            Map<String, Entry> table = table(topic);
            Entry known = change == null ? null : table.get(change.key());
            String value = change == null ? null : change.value().orElse(null);
            List<TableChange> changes = table.entrySet().stream()
                    .filter(entry -> entry.getValue().isExpired(now) && entry.getValue() != known)
                    .limit(EXPIRED_AT_ONCE)
                    .map(entry -> new TableChange(entry.getKey(), Optional.empty()))
                    .collect(Collectors.toList());
            if (value != null && known == null) {
                checkSpace(topic, table.size() - changes.size());
            }
            boolean changed = value == null
                    ? known != null
                    : known == null || known.isExpired(now) || !known.value().equals(value);
            if (changed) {
                changes.add(change);
            }
            Cursor cursor = log.end(topic);
            for (TableChange each : changes) {
                cursor = log.append(topic, each.encode()).cursor();
                table.remove(each.key());
            }
            if (value != null) {
                long end = lifeMillis.map(life -> now + life).orElse(Long.MAX_VALUE);
                table.put(change.key(), new Entry(value, end));
            }
            if (table.isEmpty()) {
                tables.remove(topic);
            } else {
                tables.put(topic, table);
            }
            return cursor;
        });
    }

    private Map<String, Entry> table(Topic topic) {
        return tables.getOrDefault(topic, new HashMap<>());
    }

    private void checkSpace(Topic topic, int keys) {
        if (keys >= config.table().maxKeys()) {
            throw full();
        }
        if (!tables.containsKey(topic) && tables.size() >= config.maxTopics()) {
            throw BusUnavailableException.tooManyTopics(config);
        }
    }
}
