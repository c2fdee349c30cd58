package io.liveline.chat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.liveline.bus.Cursor;
import io.liveline.bus.RedisBus;
import io.liveline.bus.Script;
import io.liveline.edge.Problem;
import io.liveline.edge.RoomName;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;

/** Changes in Redis, beside the room's log: {@code change.lua}, {@code changed.lua} and {@code posts.lua}. */
final class RedisChanges implements Changes {

    private static final Script CHANGE = Script.of(RedisChanges.class, "change.lua");
    private static final Script CHANGED = Script.repeatable(RedisChanges.class, "changed.lua");
    private static final Script POSTS = Script.repeatable(RedisChanges.class, "posts.lua");
    private static final List<String> KEYS = List.of("changes");

    private final RedisBus bus;

    RedisChanges(RedisBus bus) {
        this.bus = bus;
    }

    @Override
    public Uni<Cursor> change(RoomName room, Cursor message, Now now, String event) {
        String value = now.isDeleted() ? "d" : "e" + now.text();
        return bus.run(CHANGE, room.messages(), KEYS, List.of(message.toString(), value, event))
                .map(reply -> {
                    if (reply.toString().isEmpty()) {
                        throw new Problem(409, "deleted", "The message was taken back before");
                    }
                    return Cursor.parse(reply.toString());
                });
    }

    @Override
    public Uni<Map<Cursor, Now>> of(RoomName room, List<Cursor> messages) {
        if (messages.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        List<String> fields = messages.stream().map(Cursor::toString).toList();
        return bus.run(CHANGED, room.messages(), KEYS, fields).map(reply -> {
            Map<Cursor, Now> found = new HashMap<>();
            for (int i = 0; i < messages.size(); i++) {
                Response value = reply.get(i);
                if (value != null) {
                    String text = value.toString();
                    found.put(messages.get(i), new Now(text.startsWith("e") ? text.substring(1) : null));
                }
            }
            return found;
        });
    }

    @Override
    public Uni<Posts> posts(RoomName room) {
        return bus.run(POSTS, room.messages(), KEYS, List.of()).map(reply -> {
            String at = reply.get(0).toString();
            return new Posts(
                    at.isEmpty() ? null : Cursor.parse(at), reply.get(1).toLong());
        });
    }
}
