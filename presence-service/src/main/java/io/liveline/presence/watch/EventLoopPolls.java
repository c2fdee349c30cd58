package io.liveline.presence.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.liveline.edge.TimingWheel;
import io.liveline.edge.limit.ConcurrencyLimit;
import io.liveline.presence.roster.RosterView;

/** The polls of one event loop that wait, by room. Confined to that loop. */
public final class EventLoopPolls {

    private final ConcurrencyLimit places;
    private final TimingWheel<PresencePoll> deadlines;
    private final Map<WatchedRoom, List<PresencePoll>> rooms = new HashMap<>();

    EventLoopPolls(ConcurrencyLimit places, TimingWheel<PresencePoll> deadlines) {
        this.places = places;
        this.deadlines = deadlines;
    }

    /** Lets it wait, in a place and a room that it has taken. */
    public void park(PresencePoll poll) {
        List<PresencePoll> polls = rooms.computeIfAbsent(poll.room(), room -> new ArrayList<>(2));
        poll.index = polls.size();
        polls.add(poll);
        deadlines.add(poll);
    }

    /** Forgets it, because it was answered or its client went away. */
    public void leave(PresencePoll poll) {
        List<PresencePoll> polls = rooms.get(poll.room());
        if (polls == null || poll.index >= polls.size() || polls.get(poll.index) != poll) {
            return;
        }
        PresencePoll last = polls.remove(polls.size() - 1);
        if (last != poll) {
            polls.set(poll.index, last);
            last.index = poll.index;
        }
        if (polls.isEmpty()) {
            rooms.remove(poll.room());
        }
        deadlines.remove(poll);
        places.giveBack(poll.asker());
        poll.room().exit();
    }

    /**
     * This is what there is: news for those who do not know it, and the answer for those who would not wait.
     *
     * @param confirmed the last confirmation that has come
     */
    void show(WatchedRoom room, RosterView view, long confirmed) {
        each(room, poll -> {
            if (poll.knows(view) && poll.waits()) {
                poll.settle();
            } else if (poll.knows(view) || poll.mayBeTold(confirmed)) {
                leave(poll);
                poll.answer(view);
            }
        });
    }

    /** What there is cannot be found out. */
    void fail(WatchedRoom room, Throwable failure) {
        each(room, poll -> {
            if (poll.isOpen()) {
                leave(poll);
                poll.refuse(failure);
            }
        });
    }

    /** Ends the waits that are over. */
    void tick(long nowMillis, Consumer<PresencePoll> ended) {
        deadlines.advance(nowMillis, poll -> {
            leave(poll);
            ended.accept(poll);
        });
    }

    /** Ends all waits for news; who is yet to be told what there is will be first. */
    void drain() {
        List.copyOf(rooms.values()).forEach(polls -> List.copyOf(polls).stream()
                .filter(poll -> !poll.isOpen())
                .forEach(poll -> {
                    leave(poll);
                    poll.seeOff();
                }));
    }

    int size() {
        return deadlines.size();
    }

    /** Backwards, as a poll that leaves is replaced by the last. */
    private void each(WatchedRoom room, Consumer<PresencePoll> what) {
        List<PresencePoll> polls = rooms.get(room);
        if (polls != null) {
            for (int i = polls.size() - 1; i >= 0; i--) {
                what.accept(polls.get(i));
            }
        }
    }
}
