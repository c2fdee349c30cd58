package io.liveline.bus.redis.command;

import java.util.ArrayList;
import java.util.List;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/**
 * Script calls merged into one, with the promise of each. The size is bounded because Redis runs nothing else
 * meanwhile.
 */
public final class BatchedScriptCall {

    // Lua can unpack a list of about 8,000 elements, but no more.
    private static final int MAX_ARGS = 4_000;
    // All events may be published in one message, and Redis disconnects a subscriber whose output buffer is full.
    private static final int MAX_CHARS = 1 << 20;

    private final ScriptCall first;
    private final List<Promise<Response>> answers = new ArrayList<>();
    private List<String> keys;
    private List<String> args;
    private boolean includesSource;
    private long chars;

    public BatchedScriptCall(ScriptCall first, Promise<Response> answer) {
        this.first = first;
        this.keys = first.keys();
        this.args = first.args();
        this.includesSource = first.includesSource();
        this.chars = chars(first.args());
        answers.add(answer);
    }

    /** Adds a call, to run after the others; returns false if it must be sent as a separate call. */
    public boolean tryAdd(ScriptCall next, Promise<Response> answer) {
        if (!first.script().isJoinable()
                || next.script() != first.script()
                || !next.key().equals(first.key())
                || args.size() + next.args().size() > MAX_ARGS
                || chars + chars(next.args()) > MAX_CHARS) {
            return false;
        }
        if (answers.size() == 1) {
            keys = new ArrayList<>(keys);
            args = new ArrayList<>(args);
        }
        keys.addAll(next.ownKeys());
        args.addAll(next.ownArgs());
        includesSource |= next.includesSource();
        chars += chars(next.args());
        answers.add(answer);
        return true;
    }

    public Request request() {
        return new ScriptCall(first.script(), keys, args, includesSource).request();
    }

    /** Completes each call with its part of the reply. */
    public void complete(Response reply) {
        for (int i = 0; i < answers.size(); i++) {
            int index = i;
            Future.succeededFuture(reply).map(all -> first.answer(all, index)).onComplete(answers.get(i));
        }
    }

    private static long chars(List<String> args) {
        return args.stream().mapToLong(String::length).sum();
    }
}
