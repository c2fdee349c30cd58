package io.liveline.presence.watch;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.PeriodicTask;
import io.liveline.edge.TimingWheel;
import io.liveline.edge.http.PreferHeader;
import io.liveline.edge.limit.ConcurrencyLimit;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.RosterView;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;

/** Waiting polls of this replica, kept per event loop with one timer each. */
public final class ParkedPolls implements WatchedRooms.RosterListener {

    /** Polls and timer of one event loop. */
    record Loop(EventLoopPolls polls, ScheduledFuture<?> timer) {}

    private final PresenceConfig.Polls config;
    private final MonotonicClock clock;
    private final ConcurrencyLimit places;
    private final Consumer<PresencePoll> ended;
    // By event loop.
    private final Map<EventLoop, Loop> loops = new ConcurrentHashMap<>();

    /** @param ended action for a poll whose deadline has passed */
    public ParkedPolls(
            PresenceConfig.Polls config, MonotonicClock clock, ConcurrencyLimit places, Consumer<PresencePoll> ended) {
        this.config = config;
        this.clock = clock;
        this.places = places;
        this.ended = ended;
    }

    /** Returns the polls of this event loop; called on it. */
    public EventLoopPolls of(EventLoop loop) {
        return loops.computeIfAbsent(loop, this::register).polls();
    }

    @Override
    public void show(WatchedRoom room, RosterView view, long confirmed) {
        each(polls -> polls.show(room, view, confirmed));
    }

    @Override
    public void fail(WatchedRoom room, Throwable failure) {
        each(polls -> polls.fail(room, failure));
    }

    /** Ends all polls that wait for a change. */
    public void drain() {
        each(EventLoopPolls::drain);
    }

    public void close() {
        loops.values().forEach(loop -> loop.timer().cancel(false));
    }

    private void each(Consumer<EventLoopPolls> what) {
        loops.forEach((loop, parts) -> loop.execute(() -> what.accept(parts.polls())));
    }

    private Loop register(EventLoop loop) {
        long tick = config.tick().toMillis();
        long longest = Math.max(
                PreferHeader.LONGEST_WAIT.toMillis(), config.answerWithin().toMillis());
        EventLoopPolls polls = new EventLoopPolls(places, new TimingWheel<>(tick, longest, clock.millis()));
        return new Loop(polls, PeriodicTask.every(loop, tick, () -> polls.tick(clock.millis(), ended)));
    }
}
