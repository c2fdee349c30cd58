package io.liveline.presence.watch;

import java.util.concurrent.atomic.AtomicInteger;

import io.liveline.bus.BusState;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.Page;
import io.liveline.bus.Subscription;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.liveline.presence.roster.Roster;
import io.liveline.presence.roster.RosterSnapshot;
import io.liveline.presence.roster.RosterView;

/**
 * Room that is polled at this replica: its roster, kept up to date by its changes, and the newest view of it. Confined
 * to the event loop of {@link WatchedRooms}, except where stated otherwise.
 */
public final class WatchedRoom {

    private static final int PAGE = 256;
    private static final int CLOSED = Integer.MIN_VALUE / 2;

    private final RoomName name;
    private final WatchedRooms rooms;
    private final Roster roster;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile long usedMillis;
    private volatile RosterView view;
    private volatile long startedReads;
    private Subscription subscription;
    private long confirmed;
    private boolean started;
    // A read is in progress, and whether another is needed after it.
    private boolean busy;
    private boolean readAgain;
    // The roster misses changes and must be read again.
    private boolean stale = true;
    private boolean busUnavailable;
    // Above 0 after the store has lost its data: the last known roster is kept until then.
    private long keepUntilMillis;
    // The view does not show the current roster; dirty if a timer will render it.
    private boolean outdated = true;
    private boolean dirty;
    private long renderedMillis;

    WatchedRoom(RoomName name, WatchedRooms rooms, long nowMillis) {
        this.name = name;
        this.rooms = rooms;
        this.roster = new Roster(name);
        this.usedMillis = nowMillis;
    }

    RoomName name() {
        return name;
    }

    /** Returns the newest view; null before the first. May be called from any thread. */
    public RosterView view() {
        return view;
    }

    /** Records a request. May be called from any thread. */
    public void used(long nowMillis) {
        usedMillis = nowMillis;
    }

    /** Adds a waiting poll; returns false if the room has been closed. May be called from any thread. */
    boolean enter() {
        return waiting.incrementAndGet() > 0;
    }

    /** Removes a waiting poll. May be called from any thread. */
    void exit() {
        waiting.decrementAndGet();
    }

    /**
     * Returns the number of the confirmation that a request at this moment needs: the first that starts from now on.
     * May be called from any thread.
     */
    long ticket() {
        return startedReads + 1;
    }

    boolean isTyping(String user) {
        return roster.isTyping(user);
    }

    void start() {
        try {
            subscription = rooms.bus().subscribe(name.presence(), listener());
        } catch (BusUnavailableException full) {
            rooms.fail(this, full);
        }
    }

    /** Closes the room if no poll is waiting and the last request is older than this. */
    boolean closeIfUnused(long beforeMillis) {
        if (usedMillis >= beforeMillis || !waiting.compareAndSet(0, CLOSED)) {
            return false;
        }
        close();
        return true;
    }

    /** Closes the subscription. */
    void close() {
        if (subscription != null) {
            subscription.close();
        }
    }

    /** Catches up with the log and publishes the view, because a client may have newer state than this replica. */
    public void confirm() {
        if (rooms.bus().state() == BusState.DEGRADED) {
            busUnavailable(true);
        } else if (subscription == null) {
            start();
        } else if (keepUntilMillis > 0) {
            render();
        } else if (busy || !started) {
            readAgain = true;
        } else if (stale) {
            load();
        } else {
            catchUp(startRead());
        }
    }

    /** Retries a failed load, and loads again at the end of the mercy period. */
    void retry(long nowMillis) {
        if (stale && started && !busy && !busUnavailable && nowMillis >= keepUntilMillis) {
            load();
        }
    }

    /** Renders the roster and publishes the view. */
    void render() {
        dirty = false;
        if (view == null || outdated) {
            outdated = false;
            RosterView next = roster.view(isDegraded());
            if (view == null || !view.tag().equals(next.tag())) {
                view = next;
                renderedMillis = rooms.now();
            }
        }
        // While degraded, every poll is answered with the last known state.
        rooms.show(this, view, isDegraded() ? Long.MAX_VALUE : confirmed);
    }

    private boolean isDegraded() {
        return busUnavailable || keepUntilMillis > 0;
    }

    private void load() {
        busy = true;
        long number = startRead();
        rooms.whenDone(rooms.store().read(name), snapshot -> loaded(snapshot, number), this::failed);
    }

    private void loaded(RosterSnapshot snapshot, long number) {
        busy = false;
        boolean dataLost = view != null && !snapshot.at().sameLife(roster.at());
        if (dataLost && keepUntilMillis == 0) {
            // People repeat their heartbeats; nobody counts as gone until they have had time to.
            keepUntilMillis = rooms.afterMercy();
            outdated = true;
            render();
            return;
        }
        keepUntilMillis = 0;
        roster.reset(snapshot);
        stale = false;
        outdated = true;
        // The log contains the changes between the snapshot and the first received event.
        catchUp(number);
    }

    /** Returns the number of a read that starts now. It confirms all requests up to now, and none that come during it. */
    private long startRead() {
        readAgain = false;
        return ++startedReads;
    }

    private void catchUp(long number) {
        busy = true;
        rooms.whenDone(
                rooms.bus().read(name.presence(), roster.at(), PAGE), page -> caughtUp(page, number), this::failed);
    }

    private void caughtUp(Page page, long number) {
        busy = false;
        if (!page.complete() || stale) {
            stale = true;
            load();
            return;
        }
        page.events().forEach(this::apply);
        if (busy) {
            return;
        }
        if (!page.events().isEmpty() && !roster.at().equals(page.end())) {
            catchUp(number);
            return;
        }
        confirmed = Math.max(confirmed, number);
        if (!dirty) {
            render();
        }
        if (readAgain && !busy) {
            catchUp(startRead());
        }
    }

    private void failed(Throwable failure) {
        busy = false;
        readAgain = false;
        rooms.fail(this, failure);
    }

    private void apply(Event event) {
        switch (roster.apply(event)) {
            case YES -> {
                rooms.store().recordChange(name, event.timeMillis());
                outdated = true;
                if (!dirty) {
                    dirty = true;
                    rooms.renderLater(this, renderedMillis);
                }
            }
            case TOO_EARLY -> confirm();
            case KNOWN -> {}
        }
    }

    private void busUnavailable(boolean unavailable) {
        outdated = outdated || unavailable != busUnavailable;
        busUnavailable = unavailable;
        if (view != null) {
            render();
        } else if (unavailable) {
            rooms.fail(
                    this,
                    new ProblemException(503, "unavailable", "Presence is not available now", rooms.retryAfter()));
        }
    }

    private Listener listener() {
        return new Listener() {
            @Override
            public void started(Cursor position) {
                rooms.run(() -> {
                    started = true;
                    load();
                });
            }

            @Override
            public void event(Event event) {
                rooms.run(() -> {
                    if (!stale) {
                        apply(event);
                    }
                });
            }

            @Override
            public void gap(Gap gap) {
                rooms.run(() -> {
                    stale = true;
                    retry(0);
                });
            }

            @Override
            public void state(BusState state) {
                rooms.run(() -> {
                    busUnavailable(state == BusState.DEGRADED);
                    retry(0);
                });
            }
        };
    }
}
