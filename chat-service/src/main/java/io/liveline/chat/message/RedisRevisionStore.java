package io.liveline.chat.message;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.KeyReusedException;
import io.liveline.bus.redis.RedisBus;
import io.liveline.bus.redis.command.LuaScript;
import io.liveline.chat.protocol.MessageContent;
import io.liveline.edge.RoomName;
import io.smallrye.mutiny.Uni;

/** Store of message changes in Redis, next to the room's log: {@code change.lua} and {@code posts.lua}. */
final class RedisRevisionStore implements RevisionStore {

    private static final LuaScript CHANGE = LuaScript.ofLog(RedisRevisionStore.class, "change.lua");
    private static final LuaScript POSTS = LuaScript.repeatable(RedisRevisionStore.class, "posts.lua");
    private static final List<String> KEYS = List.of("changes");

    private final RedisBus bus;
    private final String keyMillis;

    /**
     * @param keysLive lifetime of idempotency keys
     */
    RedisRevisionStore(RedisBus bus, Duration keysLive) {
        this.bus = bus;
        this.keyMillis = String.valueOf(keysLive.toMillis());
    }

    @Override
    public Uni<Cursor> edit(RoomName room, Cursor message, MessageContent content, Draft event) {
        return change(room, message, event, content.textField(), content.kindField(), content.dataField());
    }

    @Override
    public Uni<Cursor> delete(RoomName room, Cursor message, String deleted, Draft event) {
        return change(room, message, event, deleted);
    }

    private Uni<Cursor> change(RoomName room, Cursor message, Draft event, String... how) {
        List<String> args = new ArrayList<>(List.of(
                message.epoch(),
                String.valueOf(message.offset()),
                event.data(),
                MessageEvents.DELETED,
                event.fingerprint(),
                keyMillis));
        args.addAll(List.of(how));
        List<String> keys =
                event.key().map(key -> List.of("changes", "once:" + key)).orElse(KEYS);
        return bus.run(CHANGE, room.messages(), keys, args).map(reply -> switch (reply.toString()) {
            case "DELETED" -> throw RevisionStore.deleted();
            case "REUSED" -> throw new KeyReusedException();
            default -> Cursor.parse(reply.toString());
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
