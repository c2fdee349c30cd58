package io.liveline.dashboard.board;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.edge.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;

/**
 * Requests whose client has seen more than this replica has. They wait until the replica has caught up, so that nobody
 * is shown less than before by another replica. When the topic does not get there soon, the store is read: its answer
 * shows whether the position exists at all.
 */
public final class CatchUp {

    private static final long LOOK_MILLIS = 20;

    /** @param load the first load that shows whether the position exists: one that began after the client came */
    private record Waiter(Cursor position, long load, long sinceMillis, Promise<Void> promise) {}

    private final CounterBoard board;
    private final BoardUpdater following;
    private final DashboardConfig config;
    private final MonotonicClock clock;
    private final Vertx vertx;
    private final List<Waiter> waiters = new ArrayList<>();
    // The newest change that this replica has made; clients that ask it see what they wrote through it.
    private volatile Cursor written;

    public CatchUp(
            CounterBoard board, BoardUpdater following, DashboardConfig config, MonotonicClock clock, Vertx vertx) {
        this.board = board;
        this.following = following;
        this.config = config;
        this.clock = clock;
        this.vertx = vertx;
    }

    public synchronized int size() {
        return waiters.size();
    }

    /** Takes note of a change that was made through this replica. */
    public synchronized void wrote(Cursor version) {
        if (written == null || !written.sameLife(version) || written.offset() < version.offset()) {
            written = version;
        }
    }

    /**
     * Completes when the board has everything up to a position and to what was written here; or when the store has
     * shown that it does not know the position.
     *
     * @param position null for none
     * @return on the caller's context; fails with a {@link ProblemException} 503 {@code unavailable}, {@code full}
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

    /** As {@link #reach}, for a position alone. */
    public Future<Void> await(Cursor position) {
        if (board.holds(position)) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = ((ContextInternal) vertx.getOrCreateContext()).promise();
        boolean first;
        synchronized (this) {
            if (waiters.size() >= config.catchUp().maxWaiting()) {
                return Future.failedFuture(new ProblemException(
                        503,
                        "full",
                        "Too many are waiting at this replica",
                        config.streams().retry()));
            }
            first = waiters.isEmpty();
            waiters.add(new Waiter(position, following.nextLoad(), clock.millis(), promise));
        }
        if (first) {
            look();
        }
        return promise.future();
    }

    private void look() {
        List<Waiter> over = new ArrayList<>();
        boolean load = false;
        synchronized (this) {
            long now = clock.millis();
            long patience = config.catchUp().patience().toMillis();
            for (Iterator<Waiter> all = waiters.iterator(); all.hasNext(); ) {
                Waiter waiter = all.next();
                long waited = now - waiter.sinceMillis();
                if (isAnswered(waiter) || waited >= patience) {
                    all.remove();
                    over.add(waiter);
                } else {
                    // The topic of this life is likely to get there by itself.
                    boolean unlikely = !board.isOfThisLife(waiter.position()) || waited >= patience / 2;
                    load |= unlikely && following.nextLoad() <= waiter.load();
                }
            }
            if (!waiters.isEmpty()) {
                vertx.setTimer(LOOK_MILLIS, id -> look());
            }
        }
        over.forEach(this::answer);
        if (load) {
            following.load();
        }
    }

    private boolean isAnswered(Waiter waiter) {
        return board.holds(waiter.position()) || following.lastLoad() >= waiter.load();
    }

    private void answer(Waiter waiter) {
        if (isAnswered(waiter)) {
            waiter.promise().complete();
        } else {
            waiter.promise()
                    .fail(new ProblemException(
                            503,
                            "unavailable",
                            "This replica does not know yet what its client has seen",
                            config.streams().retry()));
        }
    }

    /** What was written is lost: the store has been asked. */
    private synchronized void forget(Cursor own) {
        if (own.equals(written) && !board.holds(own)) {
            written = null;
        }
    }
}
