package io.liveline.bus.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.Cursor;
import io.liveline.bus.Topic;
import io.liveline.bus.redis.command.LuaScript;
import io.liveline.bus.table.TableChange;
import io.liveline.bus.table.TableSnapshot;
import io.liveline.bus.table.TopicTable;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;

/** Tables in Redis, each next to the log of its topic: {@code table_change.lua} and {@code table_snapshot.lua}. */
final class RedisTopicTable extends TopicTable {

    private static final LuaScript CHANGE = LuaScript.of(RedisTopicTable.class, "table_change.lua");
    private static final LuaScript SNAPSHOT = LuaScript.repeatable(RedisTopicTable.class, "table_snapshot.lua");
    private static final List<String> KEYS = List.of("table", "table:ends");

    private final RedisBus bus;
    private final String maxKeys;

    RedisTopicTable(RedisBus bus, BusConfig config, BusMeters meters) {
        super(config, meters);
        this.bus = bus;
        this.maxKeys = String.valueOf(config.table().maxKeys());
    }

    @Override
    public Uni<TableSnapshot> snapshot(Topic topic) {
        return bus.run(SNAPSHOT, topic, KEYS, List.of()).map(RedisTopicTable::snapshot);
    }

    @Override
    protected Uni<Cursor> change(Topic topic, TableChange change, Optional<Long> lifeMillis) {
        List<String> args = new ArrayList<>(List.of(maxKeys, String.valueOf(EXPIRED_AT_ONCE)));
        if (change != null) {
            args.add(change.key());
            change.value().ifPresent(args::add);
        }
        lifeMillis.map(String::valueOf).ifPresent(args::add);
        return bus.run(CHANGE, topic, KEYS, args).map(reply -> {
            String cursor = reply.toString();
            if (cursor.isEmpty()) {
                throw full();
            }
            return Cursor.parse(cursor);
        });
    }

    private static TableSnapshot snapshot(Response reply) {
        Map<String, String> entries = new HashMap<>();
        Response flat = reply.get(1);
        for (int i = 0; i < flat.size(); i += 2) {
            entries.put(flat.get(i).toString(), flat.get(i + 1).toString());
        }
        reply.get(2).forEach(expired -> entries.remove(expired.toString()));
        return new TableSnapshot(Cursor.parse(reply.get(0).toString()), Map.copyOf(entries));
    }
}
