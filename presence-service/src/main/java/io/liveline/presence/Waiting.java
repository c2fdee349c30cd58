package io.liveline.presence;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.liveline.edge.Places;
import io.liveline.edge.Prefer;
import io.liveline.edge.Wheel;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;

/** Everybody who waits at this replica: for each event loop, its own polls and one timer. */
final class Waiting implements HeldRooms.Audience {

    /** One event loop. */
    record Loop(Context context, LoopPolls polls, long timer) {}

    private final Vertx vertx;
    private final PresenceConfig.Polls config;
    private final InstantSource clock;
    private final Places places;
    private final Consumer<Poll> ended;
    // One entry an event loop.
    private final Map<Object, Loop> loops = new ConcurrentHashMap<>();

    /** @param ended what becomes of a poll whose time is up */
    Waiting(Vertx vertx, PresenceConfig.Polls config, InstantSource clock, Places places, Consumer<Poll> ended) {
        this.vertx = vertx;
        this.config = config;
        this.clock = clock;
        this.places = places;
        this.ended = ended;
    }

    /** The polls of the event loop that this is called on. */
    LoopPolls here() {
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        return loops.computeIfAbsent(context.nettyEventLoop(), loop -> begin(context.unwrap()))
                .polls();
    }

    @Override
    public void show(HeldRoom room, View view, long confirmed) {
        loops.values()
                .forEach(loop -> loop.context().runOnContext(n -> loop.polls().show(room, view, confirmed)));
    }

    @Override
    public void fail(HeldRoom room, Throwable failure) {
        loops.values()
                .forEach(loop -> loop.context().runOnContext(n -> loop.polls().fail(room, failure)));
    }

    /** Ends all waits. */
    void drain() {
        loops.values()
                .forEach(loop -> loop.context().runOnContext(n -> loop.polls().drain()));
    }

    void close() {
        loops.values().forEach(loop -> vertx.cancelTimer(loop.timer()));
    }

    private Loop begin(ContextInternal context) {
        long tick = config.tick().toMillis();
        long longest =
                Math.max(Prefer.LONGEST_WAIT.toMillis(), config.answerWithin().toMillis());
        LoopPolls polls = new LoopPolls(places, new Wheel<>(tick, longest, clock.millis()));
        long timer = vertx.setPeriodic(tick, id -> context.runOnContext(nothing -> polls.tick(clock.millis(), ended)));
        return new Loop(context, polls, timer);
    }
}
