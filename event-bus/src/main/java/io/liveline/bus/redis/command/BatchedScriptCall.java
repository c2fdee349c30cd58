package io.liveline.bus.redis.command;

import java.util.ArrayList;
import java.util.List;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;

/**
 * Calls that go to the server as one, and who waits for what they are answered. Bounded, as Redis does nothing else
 * meanwhile.
 */
public final class BatchedScriptCall {

    // Lua takes a list of some 8,000 apart, no longer one.
    private static final int MOST_ARGS = 4_000;
    // It may all be told to the listeners in one message, and Redis hangs up on one that has too much to come.
    private static final int MOST_CHARS = 1 << 20;

    private final ScriptCall first;
    private final List<Promise<Response>> answers = new ArrayList<>();
    private List<String> keys;
    private List<String> args;
    private boolean bringsSource;
    private long chars;

    public BatchedScriptCall(ScriptCall first, Promise<Response> answer) {
        this.first = first;
        this.keys = first.keys();
        this.args = first.args();
        this.bringsSource = first.bringsSource();
        this.chars = chars(first.args());
        answers.add(answer);
    }

    /** Takes one more, to be done behind the others; false where it has to be a call of its own. */
    public boolean takes(ScriptCall next, Promise<Response> answer) {
        if (!first.script().isJoinable()
                || next.script() != first.script()
                || !next.key().equals(first.key())
                || args.size() + next.args().size() > MOST_ARGS
                || chars + chars(next.args()) > MOST_CHARS) {
            return false;
        }
        if (answers.size() == 1) {
            keys = new ArrayList<>(keys);
            args = new ArrayList<>(args);
        }
        keys.addAll(next.ownKeys());
        args.addAll(next.ownArgs());
        bringsSource |= next.bringsSource();
        chars += chars(next.args());
        answers.add(answer);
        return true;
    }

    public Request request() {
        return new ScriptCall(first.script(), keys, args, bringsSource).request();
    }

    /** It was answered. */
    public void complete(Response reply) {
        for (int i = 0; i < answers.size(); i++) {
            int place = i;
            Future.succeededFuture(reply).map(all -> first.answer(all, place)).onComplete(answers.get(i));
        }
    }

    private static long chars(List<String> args) {
        return args.stream().mapToLong(String::length).sum();
    }
}
