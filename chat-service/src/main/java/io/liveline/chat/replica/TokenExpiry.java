package io.liveline.chat.replica;

import java.util.concurrent.TimeUnit;

import io.liveline.edge.auth.Caller;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;

/** Timer for the expiry of the token that a connection depends on. Confined to the event loop. */
public final class TokenExpiry {

    private final EventLoop loop;
    private final Runnable expired;
    // Null if the token does not expire.
    private ScheduledFuture<?> timer;

    public TokenExpiry(EventLoop loop, Runnable expired) {
        this.loop = loop;
        this.expired = expired;
    }

    /**
     * Starts the timer for this caller's token, in place of the previous one. If the token has expired already, it
     * fires at once.
     */
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
