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
 * A room that somebody waits for at this replica: its roster, kept by listening to its changes, and its newest view.
 * Confined to the event loop of {@link WatchedRooms}, but for what says otherwise.
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
    private volatile long begun;
    private Subscription subscription;
    private long confirmed;
    private boolean started;
    // A read is under way, and whether another is wanted after it.
    private boolean busy;
    private boolean wanted;
    // The roster does not follow the changes: it has to be read anew.
    private boolean stale = true;
    private boolean busAway;
    // When above 0, the store has lost its memory: until then the last that was known is better than what it knows.
    private long keepUntilMillis;
    // The view does not show the roster as it is: at once, or when the changes have been gathered.
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

    /** The newest view; null before the first. May be called from any thread. */
    public RosterView view() {
        return view;
    }

    /** Takes note that somebody asked. May be called from any thread. */
    public void used(long nowMillis) {
        usedMillis = nowMillis;
    }

    /** One more waits; false when the room is held no longer. May be called from any thread. */
    boolean enter() {
        return waiting.incrementAndGet() > 0;
    }

    /** One fewer waits. May be called from any thread. */
    void exit() {
        waiting.decrementAndGet();
    }

    /**
     * The confirmation that whoever asks now needs: the first that begins from now on. May be called from any thread.
     */
    long ticket() {
        return begun + 1;
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

    /** Lets go of it when nobody has waited for long enough. */
    boolean closeIfUnused(long beforeMillis) {
        if (usedMillis >= beforeMillis || !waiting.compareAndSet(0, CLOSED)) {
            return false;
        }
        close();
        return true;
    }

    /** Hears no more. */
    void close() {
        if (subscription != null) {
            subscription.close();
        }
    }

    /** Somebody may know more than we: find out what there is, and show it. */
    public void confirm() {
        if (rooms.bus().state() == BusState.DEGRADED) {
            busAway(true);
        } else if (subscription == null) {
            start();
        } else if (keepUntilMillis > 0) {
            render();
        } else if (busy || !started) {
            wanted = true;
        } else if (stale) {
            load();
        } else {
            catchUp(++begun);
        }
    }

    /** Tries again what failed while nobody asked, and ends what has lasted long enough. */
    void mend(long nowMillis) {
        if (stale && started && !busy && !busAway && nowMillis >= keepUntilMillis) {
            load();
        }
    }

    /** Shows what there is now. */
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
        // While nothing better can be had, everybody is told what there is.
        rooms.show(this, view, isDegraded() ? Long.MAX_VALUE : confirmed);
    }

    private boolean isDegraded() {
        return busAway || keepUntilMillis > 0;
    }

    private void load() {
        busy = true;
        long number = ++begun;
        rooms.whenDone(rooms.store().read(name), snapshot -> loaded(snapshot, number), this::failed);
    }

    private void loaded(RosterSnapshot snapshot, long number) {
        busy = false;
        boolean forgotten = view != null && !snapshot.at().sameLife(roster.at());
        if (forgotten && keepUntilMillis == 0) {
            // People who are here will say so again: until they had time to, nobody counts as gone.
            keepUntilMillis = rooms.afterMercy();
            outdated = true;
            render();
            return;
        }
        keepUntilMillis = 0;
        roster.reset(snapshot);
        stale = false;
        outdated = true;
        // What changed between the snapshot and the first event that was heard is in the log.
        catchUp(number);
    }

    private void catchUp(long number) {
        busy = true;
        wanted = false;
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
        page.events().forEach(this::take);
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
        if (wanted && !busy) {
            catchUp(++begun);
        }
    }

    private void failed(Throwable failure) {
        busy = false;
        wanted = false;
        rooms.fail(this, failure);
    }

    private void take(Event event) {
        switch (roster.apply(event)) {
            case YES -> {
                rooms.store().heard(name, event.timeMillis());
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

    private void busAway(boolean away) {
        outdated = outdated || away != busAway;
        busAway = away;
        if (view != null) {
            render();
        } else if (away) {
            rooms.fail(
                    this,
                    new ProblemException(503, "unavailable", "Who is here cannot be told now", rooms.retryAfter()));
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
                        take(event);
                    }
                });
            }

            @Override
            public void gap(Gap gap) {
                rooms.run(() -> {
                    stale = true;
                    mend(0);
                });
            }

            @Override
            public void state(BusState state) {
                rooms.run(() -> {
                    busAway(state == BusState.DEGRADED);
                    mend(0);
                });
            }
        };
    }
}
