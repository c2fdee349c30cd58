package io.liveline.bus;

import java.util.ArrayList;
import java.util.List;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/**
 * A call of a script, or what several calls have become.
 *
 * @param keys KEYS, beginning with those that every script has
 * @param args ARGV, likewise
 * @param bringsSource whether it tells the server the script, which may not be known there
 */
record Call(Script script, List<String> keys, List<String> args, boolean bringsSource) {

    // Lua takes a list of some 8,000 apart, no longer one.
    private static final int MOST_ARGS = 4_000;

    /** Where it has to be done: all its keys are in this one's slot. */
    String key() {
        return keys.get(0);
    }

    Call bringingSource() {
        return new Call(script, keys, args, true);
    }

    /** One call that does what this one does and then what the other does; null where that cannot be. */
    Call join(Call other) {
        if (!script.isJoinable()
                || script != other.script
                || !key().equals(other.key())
                || args.size() + other.args.size() > MOST_ARGS) {
            return null;
        }
        return new Call(
                script,
                concat(keys, other.keys.subList(RedisKeys.KEYS_OF_ALL, other.keys.size())),
                concat(args, other.args.subList(RedisKeys.ARGS_OF_ALL, other.args.size())),
                bringsSource || other.bringsSource);
    }

    Request request() {
        Request request = bringsSource
                ? Request.cmd(Command.EVAL).arg(script.source())
                : Request.cmd(Command.EVALSHA).arg(script.sha1());
        request.arg(keys.size());
        keys.forEach(request::arg);
        args.forEach(request::arg);
        return request;
    }

    /** Of what came back, what is for the i-th of those that were joined. */
    Response answer(Response reply, int i) {
        return script.isJoinable() ? reply.get(i) : reply;
    }

    private static List<String> concat(List<String> one, List<String> other) {
        List<String> both = new ArrayList<>(one.size() + other.size());
        both.addAll(one);
        both.addAll(other);
        return both;
    }
}
