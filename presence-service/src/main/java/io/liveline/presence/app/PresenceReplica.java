package io.liveline.presence.app;

import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.liveline.bus.BusState;
import io.liveline.bus.EventBus;
import io.liveline.bus.store.StoreSelection;
import io.liveline.bus.support.MeterFactory;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.DrainStarted;
import io.liveline.edge.RoomName;
import io.liveline.edge.limit.ConcurrencyLimit;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.feed.ActivityPublisher;
import io.liveline.presence.feed.ChatMembershipConsumer;
import io.liveline.presence.store.CommandResult;
import io.liveline.presence.store.LocalRosterStore;
import io.liveline.presence.store.PresenceCommand;
import io.liveline.presence.store.RedisRosterStore;
import io.liveline.presence.store.RosterStore;
import io.liveline.presence.watch.ParkedPolls;
import io.liveline.presence.watch.PresencePoll;
import io.liveline.presence.watch.TypingTerminator;
import io.liveline.presence.watch.WatchedRooms;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import org.jboss.logging.Logger;

/** Replica of the presence service, wired from its parts and their timers. */
@Singleton
@Startup
final class PresenceReplica implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(PresenceReplica.class);
    private static final long TIDY_MILLIS = 1000;

    final PresenceConfig config;
    final ConcurrencyLimit places;
    final ParkedPolls waiting;
    final WatchedRooms rooms;
    private final EventBus bus;
    private final InstantSource clock;
    private final MonotonicClock monotonic;
    private final Vertx vertx;
    private final Context loop;
    private final RosterStore store;
    private final TypingTerminator typingEnds;
    private final ChatMembershipConsumer connections;
    private final ActivityPublisher activity;
    private List<Long> timers = List.of();
    private boolean sweeping;
    private volatile boolean draining;

    @Inject
    PresenceReplica(EventBus bus, PresenceConfig config, Vertx vertx, MeterRegistry registry) {
        this(bus, config, InstantSource.system(), MonotonicClock.system(), vertx, registry);
    }

    PresenceReplica(
            EventBus bus,
            PresenceConfig config,
            InstantSource clock,
            MonotonicClock monotonic,
            Vertx vertx,
            MeterRegistry registry) {
        this.bus = bus;
        this.config = config;
        this.clock = clock;
        this.monotonic = monotonic;
        this.vertx = vertx;
        this.loop = vertx.getOrCreateContext();
        this.store = StoreSelection.of(
                bus,
                local -> new LocalRosterStore(local, config, clock, monotonic),
                redis -> new RedisRosterStore(redis, config));
        PresenceConfig.Polls polls = config.polls();
        this.places = new ConcurrencyLimit(polls.max(), polls.maxPerPerson(), polls.retryAfter(), polls.retrySpread());
        this.waiting = new ParkedPolls(config.polls(), monotonic, places, PresencePoll::timeUp);
        this.typingEnds = new TypingTerminator(bus, config.typing(), monotonic, loop, this::endTyping);
        this.rooms = new WatchedRooms(bus, store, config, monotonic, loop, typingEnds, waiting);
        this.connections = new ChatMembershipConsumer(store, this::apply);
        this.activity = new ActivityPublisher(bus, config.activity(), "presence-" + UUID.randomUUID(), places::taken);
        MeterFactory meters = new MeterFactory(registry, "liveline.presence.");
        meters.gauge("polls", "Waiting polls", places::taken);
        meters.gauge("rosters", "Rooms whose roster is in memory", rooms::size);
    }

    @PostConstruct
    void start() {
        connections.start(bus);
        timers = List.of(
                every(TIDY_MILLIS, this::tidy),
                every(config.sweep().every().toMillis(), this::sweep),
                every(config.activity().every().toMillis(), () -> activity.tick(monotonic.millis())));
    }

    /** Applies a command, and publishes the activity that results from it. */
    Uni<CommandResult> apply(RoomName room, PresenceCommand command) {
        return store.apply(room, command)
                .invoke(result -> run(() -> {
                    activity.room(result);
                    if (command instanceof PresenceCommand.Typing typing
                            && result.verdict().tookEffect()) {
                        typingEnds.typing(room, typing.person().user());
                    }
                }));
    }

    /** Ends expired leases now. */
    Uni<List<CommandResult>> sweepNow() {
        return store.sweep();
    }

    /** Returns the monotonic time, for durations. */
    long now() {
        return monotonic.millis();
    }

    /** Returns the time left until this time of the wall clock, in milliseconds since 1970. */
    long left(long untilMillis) {
        return Math.max(0, untilMillis - clock.millis());
    }

    /**
     * Answers all waiting polls at once, and new ones every second, so that no poll waits long at this replica any
     * more.
     */
    void drain(@Observes DrainStarted shutdown) {
        draining = true;
        waiting.drain();
    }

    boolean isDraining() {
        return draining;
    }

    @Override
    @PreDestroy
    public void close() {
        timers.forEach(vertx::cancelTimer);
        connections.close();
        waiting.close();
        rooms.close();
        typingEnds.close();
    }

    private void endTyping(RoomName room, PresenceCommand.Idle idle) {
        // If this fails, typing expires.
        apply(room, idle)
                .subscribe()
                .with(
                        result -> {},
                        failure -> LOG.debugf("Ending the typing of %s in %s failed: %s", idle.user(), room, failure));
    }

    private void tidy() {
        rooms.tidy();
        typingEnds.tidy();
        if (draining) {
            waiting.drain();
        }
    }

    private void sweep() {
        if (sweeping || bus.state() == BusState.DEGRADED) {
            return;
        }
        sweeping = true;
        sweepNow()
                .subscribe()
                .with(
                        results -> run(() -> {
                            sweeping = false;
                            results.forEach(activity::room);
                        }),
                        failure -> run(() -> {
                            sweeping = false;
                            LOG.warnf("Sweep failed, retrying with the next one: %s", failure.getMessage());
                        }));
    }

    private void run(Runnable what) {
        loop.runOnContext(nothing -> what.run());
    }

    private long every(long millis, Runnable what) {
        return vertx.setPeriodic(millis, id -> run(what));
    }
}
