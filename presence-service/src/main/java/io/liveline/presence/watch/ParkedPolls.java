package io.liveline.presence.watch;

import java.util.function.Consumer;

import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.PerEventLoop;
import io.liveline.edge.TimingWheel;
import io.liveline.edge.http.PreferHeader;
import io.liveline.edge.limit.ConcurrencyLimit;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.RosterView;
import io.netty.channel.EventLoop;

/** Waiting polls of this replica, kept per event loop. */
public final class ParkedPolls implements WatchedRooms.RosterListener {

    private final PerEventLoop<EventLoopPolls> loops;

    /** @param ended action for a poll whose deadline has passed */
    public ParkedPolls(
            PresenceConfig.Polls config, MonotonicClock clock, ConcurrencyLimit places, Consumer<PresencePoll> ended) {
        long tick = config.tick().toMillis();
        long longest = Math.max(
                PreferHeader.LONGEST_WAIT.toMillis(), config.answerWithin().toMillis());
        loops = new PerEventLoop<>(
                tick,
                loop -> new EventLoopPolls(places, new TimingWheel<>(tick, longest, clock.millis())),
                polls -> polls.tick(clock.millis(), ended));
    }

    /** Returns the polls of this event loop; called on it. */
    public EventLoopPolls of(EventLoop loop) {
        return loops.of(loop);
    }

    @Override
    public void show(WatchedRoom room, RosterView view, long confirmed) {
        loops.each(polls -> polls.show(room, view, confirmed));
    }

    @Override
    public void fail(WatchedRoom room, Throwable failure) {
        loops.each(polls -> polls.fail(room, failure));
    }

    /** Ends all polls that wait for a change. */
    public void drain() {
        loops.each(EventLoopPolls::drain);
    }

    public void close() {
        loops.close();
    }
}
