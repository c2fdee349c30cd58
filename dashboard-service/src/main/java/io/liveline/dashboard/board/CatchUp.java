package io.liveline.dashboard.board;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.edge.ProblemException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/**
 * Queue of requests whose client has seen newer state than this replica. They wait until the replica has caught up, so
 * that no client sees older state at another replica. If the topic does not reach the position soon, the store is read:
 * its answer shows whether the position exists at all.
 */
public final class CatchUp {

    private static final long CHECK_MILLIS = 20;

    /**
     * @param load number of the first load that shows whether the position exists: one that starts after the request
     */
    private record Waiter(Cursor position, long load, long sinceMillis, Context context, Promise<Void> promise) {}

    private final CounterBoard board;
    private final BoardUpdater updater;
    private final DashboardConfig config;
    private final MonotonicClock clock;
    private final Vertx vertx;
    private final List<Waiter> waiters = new ArrayList<>();
    // Cursor of the newest write through this replica, so that its clients read their own writes.
    private volatile Cursor written;

    public CatchUp(
            CounterBoard board, BoardUpdater updater, DashboardConfig config, MonotonicClock clock, Vertx vertx) {
        this.board = board;
        this.updater = updater;
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
     * when a load has shown that the store does not know the position.
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
        boolean first;
        synchronized (this) {
            if (waiters.size() >= config.catchUp().maxWaiting()) {
                return Future.failedFuture(new ProblemException(
                        503,
                        "full",
                        "Too many requests are waiting at this replica",
                        config.streams().retry()));
            }
            first = waiters.isEmpty();
            waiters.add(new Waiter(position, updater.nextLoad(), clock.millis(), vertx.getOrCreateContext(), promise));
        }
        if (first) {
            check();
        }
        return promise.future();
    }

    private void check() {
        List<Waiter> done = new ArrayList<>();
        boolean load = false;
        synchronized (this) {
            long now = clock.millis();
            long patience = config.catchUp().patience().toMillis();
            for (Iterator<Waiter> all = waiters.iterator(); all.hasNext(); ) {
                Waiter waiter = all.next();
                long waited = now - waiter.sinceMillis();
                if (isAnswered(waiter) || waited >= patience) {
                    all.remove();
                    done.add(waiter);
                } else {
                    // A position of the current epoch is most likely reached without a load.
                    boolean unlikely = !board.isCurrentEpoch(waiter.position()) || waited >= patience / 2;
                    load |= unlikely && updater.nextLoad() <= waiter.load();
                }
            }
            if (!waiters.isEmpty()) {
                vertx.setTimer(CHECK_MILLIS, id -> check());
            }
        }
        done.forEach(waiter -> waiter.context().runOnContext(nothing -> answer(waiter)));
        if (load) {
            updater.load();
        }
    }

    private boolean isAnswered(Waiter waiter) {
        return board.holds(waiter.position()) || updater.lastLoad() >= waiter.load();
    }

    private void answer(Waiter waiter) {
        if (isAnswered(waiter)) {
            waiter.promise().complete();
        } else {
            waiter.promise()
                    .fail(new ProblemException(
                            503,
                            "unavailable",
                            "This replica has not yet caught up with the position of the client",
                            config.streams().retry()));
        }
    }

    /** Forgets a write that the store has lost, as a load has shown. */
    private synchronized void forget(Cursor own) {
        if (own.equals(written) && !board.holds(own)) {
            written = null;
        }
    }
}
