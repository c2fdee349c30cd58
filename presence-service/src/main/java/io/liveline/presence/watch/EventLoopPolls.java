package io.liveline.presence.watch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.liveline.edge.IndexedBag;
import io.liveline.edge.TimingWheel;
import io.liveline.edge.limit.ConcurrencyLimit;
import io.liveline.presence.roster.RosterView;

/** Waiting polls of one event loop, by room. Confined to that loop. */
public final class EventLoopPolls {

    private final ConcurrencyLimit places;
    private final TimingWheel<PresencePoll> deadlines;
    private final Map<WatchedRoom, IndexedBag<PresencePoll.InRoom>> rooms = new HashMap<>();

    EventLoopPolls(ConcurrencyLimit places, TimingWheel<PresencePoll> deadlines) {
        this.places = places;
        this.deadlines = deadlines;
    }

    /** Parks a poll that has acquired a place and entered its room. */
    public void park(PresencePoll poll) {
        rooms.computeIfAbsent(poll.room, room -> new IndexedBag<>(2)).add(poll.inRoom);
        deadlines.add(poll);
    }

    /** Removes a poll that was answered or whose client has disconnected. */
    public void leave(PresencePoll poll) {
        IndexedBag<PresencePoll.InRoom> polls = rooms.get(poll.room);
        if (polls == null || !polls.remove(poll.inRoom)) {
            return;
        }
        if (polls.isEmpty()) {
            rooms.remove(poll.room);
        }
        deadlines.remove(poll);
        places.giveBack(poll.person);
        poll.room.exit();
    }

    /**
     * Answers the polls of a room to which the view is new, and those that do not wait.
     *
     * @param confirmed number of the last confirmation
     */
    void show(WatchedRoom room, RosterView view, long confirmed) {
        each(room, poll -> {
            if (poll.knows(view) && poll.waits()) {
                poll.confirm();
            } else if (poll.knows(view) || poll.mayBeAnswered(confirmed)) {
                leave(poll);
                poll.answer(view);
            }
        });
    }

    /** Rejects the polls of a room that have not been confirmed, because reading its roster failed. */
    void fail(WatchedRoom room, Throwable failure) {
        each(room, poll -> {
            if (poll.isUnconfirmed()) {
                leave(poll);
                poll.refuse(failure);
            }
        });
    }

    /** Ends the polls whose deadline has passed. */
    void tick(long nowMillis, Consumer<PresencePoll> ended) {
        deadlines.advance(nowMillis, poll -> {
            leave(poll);
            ended.accept(poll);
        });
    }

    /** Ends all polls that wait for a change; unconfirmed polls are answered first. */
    void drain() {
        List.copyOf(rooms.values()).forEach(polls -> polls.copy().stream()
                .map(PresencePoll.InRoom::poll)
                .filter(poll -> !poll.isUnconfirmed())
                .forEach(poll -> {
                    leave(poll);
                    poll.answerCurrent();
                }));
    }

    /** Calls an action for each poll of a room, backwards, because the last poll takes the place of a removed one. */
    private void each(WatchedRoom room, Consumer<PresencePoll> what) {
        IndexedBag<PresencePoll.InRoom> polls = rooms.get(room);
        if (polls != null) {
            for (int i = polls.size() - 1; i >= 0; i--) {
                what.accept(polls.get(i).poll());
            }
        }
    }
}
