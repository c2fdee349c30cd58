package io.liveline.chat.message;

import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.redis.RedisBus;
import io.liveline.bus.redis.command.LuaScript;
import io.liveline.edge.RoomName;
import io.smallrye.mutiny.Uni;

/** Store of message changes in Redis, next to the room's log: {@code change.lua} and {@code posts.lua}. */
final class RedisRevisionStore implements RevisionStore {

    private static final LuaScript CHANGE = LuaScript.ofLog(RedisRevisionStore.class, "change.lua");
    private static final LuaScript POSTS = LuaScript.repeatable(RedisRevisionStore.class, "posts.lua");
    private static final List<String> KEYS = List.of("changes");

    private final RedisBus bus;

    RedisRevisionStore(RedisBus bus) {
        this.bus = bus;
    }

    @Override
    public Uni<Cursor> change(RoomName room, Cursor message, String now, String event) {
        List<String> args =
                List.of(message.epoch(), String.valueOf(message.offset()), now, event, MessageEvents.DELETED);
        return bus.run(CHANGE, room.messages(), KEYS, args).map(reply -> {
            if (reply.toString().isEmpty()) {
                throw RevisionStore.deleted();
            }
            return Cursor.parse(reply.toString());
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
