package io.liveline.bus.redis.command;

import java.util.List;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/**
 * A call of a script.
 *
 * @param keys KEYS, beginning with those that every script has
 * @param args ARGV, likewise
 * @param bringsSource whether it tells the server the script, which may not be known there
 */
public record ScriptCall(LuaScript script, List<String> keys, List<String> args, boolean bringsSource) {

    /** Where it has to be done: all its keys are in this one's slot. */
    public String key() {
        return keys.get(0);
    }

    public ScriptCall bringingSource() {
        return new ScriptCall(script, keys, args, true);
    }

    /** Those that only this script has. */
    List<String> ownKeys() {
        return keys.subList(TopicKeys.KEYS_OF_ALL, keys.size());
    }

    /** Those that only this script has. */
    List<String> ownArgs() {
        return args.subList(TopicKeys.ARGS_OF_ALL, args.size());
    }

    public Request request() {
        Request request = bringsSource
                ? Request.cmd(Command.EVAL).arg(script.source())
                : Request.cmd(Command.EVALSHA).arg(script.sha1());
        request.arg(keys.size());
        keys.forEach(request::arg);
        args.forEach(request::arg);
        return request;
    }

    /** Of what came back, what is for the i-th of those that were joined. */
    public Response answer(Response reply, int i) {
        return script.isJoinable() ? reply.get(i) : reply;
    }
}
