package io.liveline.bus.redis.command;

import java.util.List;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/**
 * Call of a Lua script.
 *
 * @param script script to call
 * @param keys KEYS, starting with those common to all scripts
 * @param args ARGV, starting with those common to all scripts
 * @param includesSource true if the call includes the script's source, because the server may not have it
 */
public record ScriptCall(LuaScript script, List<String> keys, List<String> args, boolean includesSource) {

    /** Returns the key whose slot holds all keys of the call. */
    public String key() {
        return keys.get(0);
    }

    public ScriptCall withSource() {
        return new ScriptCall(script, keys, args, true);
    }

    /** Returns the keys that are not common to all scripts. */
    List<String> ownKeys() {
        return keys.subList(TopicKeys.COMMON_KEYS, keys.size());
    }

    /** Returns the arguments that are not common to all scripts. */
    List<String> ownArgs() {
        return args.subList(TopicKeys.COMMON_ARGS, args.size());
    }

    public Request request() {
        Request request = includesSource
                ? Request.cmd(Command.EVAL).arg(script.source())
                : Request.cmd(Command.EVALSHA).arg(script.sha1());
        request.arg(keys.size());
        keys.forEach(request::arg);
        args.forEach(request::arg);
        return request;
    }

    /** Returns the part of a reply that answers the i-th of the merged calls. */
    public Response answer(Response reply, int i) {
        return script.isJoinable() ? reply.get(i) : reply;
    }
}
