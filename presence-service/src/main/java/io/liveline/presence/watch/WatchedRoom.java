package io.liveline.presence.watch;

import java.util.concurrent.atomic.AtomicInteger;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.follow.SnapshotFollower;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.liveline.presence.roster.Roster;
import io.liveline.presence.roster.RosterSnapshot;
import io.liveline.presence.roster.RosterView;
import io.smallrye.mutiny.Uni;

/**
 * Room that is polled at this replica: its roster, which follows the store, and the newest view of it. Confined to the
 * event loop of {@link WatchedRooms}, except where stated otherwise.
 */
public final class WatchedRoom implements SnapshotFollower.Copy<RosterSnapshot> {

    private static final int MAX_HELD = 256;
    private static final int CLOSED = Integer.MIN_VALUE / 2;

    private final RoomName name;
    private final WatchedRooms rooms;
    private final Roster roster;
    private final SnapshotFollower<RosterSnapshot> follower;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile long usedMillis;
    private volatile RosterView view;
    private boolean busLive = true;
    // From the time the bus is not live until it is and the roster is current: until then it may miss changes.
    private boolean degraded;
    // Above 0 after the store has lost its data: the last view is kept until then.
    private long keepUntilMillis;
    // The view does not show the current roster; dirty if a timer will render it.
    private boolean outdated = true;
    private boolean dirty;
    private long renderedMillis;

    WatchedRoom(RoomName name, WatchedRooms rooms, long nowMillis) {
        this.name = name;
        this.rooms = rooms;
        this.roster = new Roster(name);
        this.follower = new SnapshotFollower<>(rooms.bus, name.presence(), this, rooms::run, MAX_HELD);
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

    /** Returns the number of the read that confirms a request at this moment. May be called from any thread. */
    long ticket() {
        return follower.nextRead();
    }

    boolean isTyping(String user) {
        return roster.isTyping(user);
    }

    void start() {
        follower.start();
    }

    /** Closes the room if no poll is waiting and the last request is older than this. */
    boolean closeIfUnused(long beforeMillis) {
        if (usedMillis >= beforeMillis || !waiting.compareAndSet(0, CLOSED)) {
            return false;
        }
        close();
        return true;
    }

    /** Closes the subscription. May be called from any thread. */
    void close() {
        follower.close();
    }

    /** Catches up with the log and publishes the view, because a client may have newer state than this replica. */
    public void confirm() {
        if (rooms.bus.state() == BusState.DEGRADED) {
            state(BusState.DEGRADED);
        } else if (keepUntilMillis > 0) {
            render();
        } else {
            follower.confirm();
        }
    }

    /** Repeats a failed read, and ends the mercy period. */
    void retry(long nowMillis) {
        if (!busLive) {
            return;
        }
        if (keepUntilMillis > 0 && nowMillis >= keepUntilMillis) {
            keepUntilMillis = 0;
            render();
        }
        follower.retry();
    }

    /** Renders the roster and publishes the view. */
    void render() {
        dirty = false;
        if (outdated && keepUntilMillis == 0) {
            outdated = false;
            RosterView next = roster.view(degraded);
            if (view == null || !view.tag().equals(next.tag())) {
                view = next;
                renderedMillis = rooms.clock.millis();
            }
        }
        // While degraded, every poll is answered with the last known state.
        rooms.listener.show(this, view, degraded || keepUntilMillis > 0 ? Long.MAX_VALUE : follower.confirmed());
    }

    @Override
    public Uni<RosterSnapshot> read() {
        return rooms.store.read(name);
    }

    @Override
    public Cursor install(RosterSnapshot snapshot) {
        boolean dataLost = view != null && !snapshot.at().sameLife(roster.at());
        if (dataLost && keepUntilMillis == 0) {
            // People repeat their heartbeats; nobody counts as gone until they have had time to.
            keepUntilMillis =
                    rooms.clock.millis() + rooms.config.sweep().mercy().toMillis();
            view = roster.view(true);
        }
        roster.reset(snapshot);
        outdated = true;
        return snapshot.at();
    }

    @Override
    public void apply(Event event) {
        roster.apply(event);
        rooms.store.recordChange(name, event.timeMillis());
        outdated = true;
        if (!dirty) {
            dirty = true;
            rooms.renderLater(this, renderedMillis);
        }
    }

    @Override
    public void caughtUp() {
        endDegraded();
        if (!dirty) {
            render();
        }
    }

    private void endDegraded() {
        if (degraded && busLive && follower.isCurrent()) {
            degraded = false;
            outdated = true;
        }
    }

    @Override
    public void failed(Throwable failure) {
        rooms.listener.fail(this, failure);
    }

    @Override
    public void state(BusState state) {
        busLive = state == BusState.LIVE;
        outdated |= !busLive && !degraded;
        degraded |= !busLive;
        // Missed events were delivered before the bus became live. After a loss of them, a snapshot is being read.
        endDegraded();
        if (view != null) {
            render();
        } else if (!busLive) {
            failed(ProblemException.unavailable(
                    "Presence is not available now", rooms.config.polls().retryAfter()));
        }
        if (busLive) {
            follower.retry();
        }
    }
}
