package io.liveline.presence.watch;

import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.BusState;
import io.liveline.bus.local.LocalBus;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.RoomName;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.RosterView;
import io.liveline.presence.store.LocalRosterStore;
import io.liveline.testing.TestConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class WatchedRoomTest {

    private final Vertx vertx = Vertx.vertx();
    /** An instance of its own, so that the bus can stop while the room's event loop runs. */
    private final Vertx busVertx = Vertx.vertx();

    private final Context loop = vertx.getOrCreateContext();
    private final PresenceConfig config = TestConfig.of(PresenceConfig.class);
    private final MonotonicClock clock = MonotonicClock.system();
    private final LocalBus bus = new LocalBus(
            busVertx,
            TestConfig.of(BusConfig.class),
            InstantSource.system(),
            clock,
            new BusMeters(new SimpleMeterRegistry()));
    /** Number of the last confirmation that was published. */
    private final AtomicLong confirmed = new AtomicLong();

    private final WatchedRooms rooms = new WatchedRooms(
            bus,
            new LocalRosterStore(bus, config, InstantSource.system(), clock),
            config,
            clock,
            loop,
            new TypingTerminator(bus, config.typing(), clock, loop, (room, user) -> {}),
            new WatchedRooms.RosterListener() {
                @Override
                public void show(WatchedRoom room, RosterView view, long number) {
                    confirmed.accumulateAndGet(number, Math::max);
                }

                @Override
                public void fail(WatchedRoom room, Throwable failure) {
                    throw new AssertionError(failure);
                }
            });

    @AfterEach
    void stop() {
        rooms.close();
        vertx.close();
        busVertx.close();
    }

    @Test
    void aPollThatArrivesWhileTheRosterIsReadIsConfirmed() {
        CountDownLatch resume = new CountDownLatch(1);
        AtomicReference<WatchedRoom> opened = new AtomicReference<>();
        loop.runOnContext(nothing -> {
            opened.set(rooms.enter(new RoomName("lobby")));
            // Runs after the room has subscribed. The room's read of the store waits behind it on the bus's event loop.
            loop.runOnContext(
                    subscribed -> bus.run(appender -> block(resume)).subscribe().with(done -> {}));
        });
        await().until(() -> opened.get() != null && opened.get().ticket() == 2);

        CompletableFuture<Long> ticket = new CompletableFuture<>();
        loop.runOnContext(nothing -> {
            ticket.complete(opened.get().ticket());
            opened.get().confirm();
        });
        ticket.join();
        resume.countDown();

        await().until(() -> confirmed.get() >= ticket.join());
    }

    @Test
    void aViewIsDegradedUntilTheRosterIsCurrentAgain() {
        AtomicReference<WatchedRoom> opened = new AtomicReference<>();
        loop.runOnContext(nothing -> opened.set(rooms.enter(new RoomName("lobby"))));
        await().until(() -> opened.get() != null && opened.get().view() != null);
        WatchedRoom room = opened.get();
        CountDownLatch resume = new CountDownLatch(1);
        CompletableFuture<String> whileItIsRead = new CompletableFuture<>();
        bus.run(appender -> block(resume)).subscribe().with(done -> {});

        loop.runOnContext(nothing -> {
            room.confirm();
            // After the read has begun.
            loop.runOnContext(reading -> {
                room.state(BusState.DEGRADED);
                room.state(BusState.LIVE);
                whileItIsRead.complete(room.view().tag());
            });
        });

        assertThat(whileItIsRead.join()).endsWith("~d\"");
        resume.countDown();
        await().until(() -> !room.view().tag().endsWith("~d\""));
    }

    /** Thousands of rooms would otherwise read the log at the same moment. */
    @Test
    void aRoomThatIsCurrentReadsNothingWhenTheBusIsLiveAgain() {
        AtomicReference<WatchedRoom> opened = new AtomicReference<>();
        loop.runOnContext(nothing -> opened.set(rooms.enter(new RoomName("lobby"))));
        await().until(() -> opened.get() != null && opened.get().view() != null);
        WatchedRoom room = opened.get();
        long ticket = room.ticket();
        CompletableFuture<Long> later = new CompletableFuture<>();

        loop.runOnContext(nothing -> {
            room.state(BusState.DEGRADED);
            room.state(BusState.LIVE);
            // After the requests that these have made.
            loop.runOnContext(then -> later.complete(room.ticket()));
        });

        assertThat(later.join()).isEqualTo(ticket);
        assertThat(room.view().tag()).doesNotEndWith("~d\"");
    }

    private static Object block(CountDownLatch latch) {
        try {
            latch.await();
            return latch;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
