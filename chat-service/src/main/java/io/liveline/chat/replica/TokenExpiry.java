package io.liveline.chat.replica;

import java.util.concurrent.TimeUnit;

import io.liveline.edge.auth.Caller;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;

/** Tells when a token ends that something lasts by. Confined to the event loop. */
public final class TokenExpiry {

    private final EventLoop loop;
    private final Runnable expired;
    // Null: does not come.
    private ScheduledFuture<?> timer;

    public TokenExpiry(EventLoop loop, Runnable expired) {
        this.loop = loop;
        this.expired = expired;
    }

    /** From now on it is this token's end that counts; of one that has ended already, it is told at once. */
    public void await(Caller caller) {
        cancel();
        if (caller.expiresMillis() != Caller.NEVER) {
            long left = caller.expiresMillis() - System.currentTimeMillis();
            timer = loop.schedule(expired, left, TimeUnit.MILLISECONDS);
        }
    }

    public void cancel() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
