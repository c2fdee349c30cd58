package io.liveline.dashboard.board;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.follow.SnapshotFollower;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.edge.ProblemException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/**
 * Queue of requests whose client has seen newer state than this replica. They wait until the replica has caught up, so
 * that no client sees older state at another replica. If the board does not reach the position soon, the follower
 * catches up. If it still does not then, the store does not know the position.
 */
public final class CatchUp {

    private static final long CHECK_MILLIS = 20;

    /**
     * @param read number of the first read that shows whether the position exists: one that starts after the request
     */
    private record Waiter(Cursor position, long read, long sinceMillis, Context context, Promise<Void> promise) {}

    private final CounterBoard board;
    private final SnapshotFollower<?> follower;
    private final DashboardConfig config;
    private final MonotonicClock clock;
    private final Vertx vertx;
    private final List<Waiter> waiters = new ArrayList<>();
    // Cursor of the newest write through this replica, so that its clients read their own writes.
    private volatile Cursor written;

    public CatchUp(
            CounterBoard board, BoardUpdater updater, DashboardConfig config, MonotonicClock clock, Vertx vertx) {
        this.board = board;
        this.follower = updater.follower();
        this.config = config;
        this.clock = clock;
        this.vertx = vertx;
    }

    public synchronized int size() {
        return waiters.size();
    }

    /** Records a write through this replica. */
    public synchronized void recordWrite(Cursor version) {
        if (written == null || !written.sameLife(version) || written.offset() < version.offset()) {
            written = version;
        }
    }

    /**
     * Completes when the board contains everything up to a position and up to the newest write through this replica, or
     * when a read has shown that the store does not know the position.
     *
     * @param position null for none
     * @return future on the caller's context; fails with a {@link ProblemException} 503 {@code unavailable}, {@code
     *     full}
     */
    public Future<Void> reach(Cursor position) {
        Cursor own = written;
        if (board.holds(own)) {
            return await(position);
        }
        return await(own).compose(reached -> {
            forget(own);
            return await(position);
        });
    }

    /** Completes as {@link #reach} does, without regard to writes through this replica. */
    public Future<Void> await(Cursor position) {
        if (board.holds(position)) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        synchronized (this) {
            if (waiters.size() >= config.catchUp().maxWaiting()) {
                return Future.failedFuture(ProblemException.full(
                        "Too many requests are waiting at this replica",
                        config.streams().retry()));
            }
            if (waiters.isEmpty()) {
                // Not at once: most positions are reached without a read.
                vertx.setTimer(CHECK_MILLIS, id -> check());
            }
            waiters.add(new Waiter(position, follower.nextRead(), clock.millis(), vertx.getOrCreateContext(), promise));
        }
        return promise.future();
    }

    private void check() {
        List<Waiter> done = new ArrayList<>();
        boolean unread = false;
        synchronized (this) {
            long before = clock.millis() - config.catchUp().patience().toMillis();
            waiters.removeIf(waiter -> (isAnswered(waiter) || waiter.sinceMillis() <= before) && done.add(waiter));
            if (!waiters.isEmpty()) {
                // A read that has begun after the last of them came shows it for all.
                unread = waiters.get(waiters.size() - 1).read() == follower.nextRead();
                vertx.setTimer(CHECK_MILLIS, id -> check());
            }
        }
        done.forEach(waiter -> waiter.context().runOnContext(nothing -> answer(waiter)));
        if (unread) {
            follower.confirm();
        }
    }

    private boolean isAnswered(Waiter waiter) {
        return board.holds(waiter.position()) || follower.confirmed() >= waiter.read();
    }

    private void answer(Waiter waiter) {
        if (isAnswered(waiter)) {
            waiter.promise().complete();
        } else {
            waiter.promise()
                    .fail(ProblemException.unavailable(
                            "This replica has not yet caught up with the position of the client",
                            config.streams().retry()));
        }
    }

    /** Forgets a write that the store has lost, as a read has shown. */
    private synchronized void forget(Cursor own) {
        if (own.equals(written) && !board.holds(own)) {
            written = null;
        }
    }
}
