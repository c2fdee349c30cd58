package io.liveline.bus;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

/** Contract of every bus: the log, and subscriptions to it. */
public abstract class EventBusContract extends EventLogContract {

    @Test
    void answersArriveOnTheContextOfTheCaller() {
        EventBus bus = bus();
        Vertx vertx = Vertx.vertx();
        try {
            Context caller = vertx.getOrCreateContext();
            List<Uni<?>> calls = List.of(
                    bus.publish(topic, Draft.of("e")),
                    bus.publish(topic, Draft.of("x".repeat(TestBusConfig.with().maxEventBytes() + 1))),
                    bus.read(topic, null, 1));
            for (Uni<?> call : calls) {
                CompletableFuture<Context> where = new CompletableFuture<>();
                caller.runOnContext(nothing -> call.subscribe()
                        .with(
                                answer -> where.complete(Vertx.currentContext()),
                                failure -> where.complete(Vertx.currentContext())));
                assertThat(where.orTimeout(30, TimeUnit.SECONDS).join()).isSameAs(caller);
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void aListenerReceivesEventsPublishedAfterItStarted() {
        EventBus bus = bus();
        Cursor before = publish(bus, "before");

        Recorder recorder = subscribe(bus);
        publishAll(bus, "e", 100);

        recorder.awaitEvent("e99");
        assertThat(recorder.awaitStarted()).isEqualTo(before);
        assertThat(recorder.data()).isEqualTo(numbered("e", 0, 100));
        assertThat(recorder.all(Gap.class)).isEmpty();
    }

    @Test
    void noEventIsLostOrRepeatedWhenASubscriptionStarts() {
        EventBus bus = bus();
        publishAll(bus, "warm", 1);
        Multi<Cursor> stream = Multi.createFrom()
                .range(0, 3000)
                .onItem()
                .transformToUniAndConcatenate(i -> bus.publish(topic, Draft.of("e" + i)));
        List<Recorder> recorders = new ArrayList<>();

        var published = stream.onItem()
                .invoke(cursor -> {
                    if (cursor.offset() % 300 == 0) {
                        Recorder recorder = new Recorder();
                        bus.subscribe(topic, recorder);
                        recorders.add(recorder);
                    }
                })
                .collect()
                .asList();
        Cursor last = get(published).get(2999);

        for (Recorder recorder : recorders) {
            recorder.awaitEvent("e2999");
            long first = recorder.awaitStarted().offset() + 1;
            assertThat(recorder.all(Event.class).stream().map(e -> e.cursor().offset()))
                    .containsExactlyElementsOf(java.util.stream.LongStream.rangeClosed(first, last.offset())
                            .boxed()
                            .toList());
        }
    }

    @Test
    void listenersOfOneTopicReceiveTheSameEvents() {
        EventBus bus = bus();
        List<Recorder> recorders =
                IntStream.range(0, 5).mapToObj(i -> subscribe(bus)).toList();

        get(Multi.createFrom()
                .range(0, 500)
                .onItem()
                .transformToUniAndMerge(i -> bus.publish(topic, Draft.of("e" + i)))
                .collect()
                .asList());
        publish(bus, "last");

        recorders.forEach(recorder -> recorder.awaitEvent("last"));
        assertThat(recorders.stream().map(Recorder::data).collect(toSet())).hasSize(1);
        assertThat(recorders.get(0).data()).hasSize(501).isEqualTo(data(get(bus.read(topic, null, 1000))));
    }

    @Test
    void aClosedSubscriptionReceivesNothingMore() {
        EventBus bus = bus();
        Recorder left = new Recorder();
        Subscription subscription = bus.subscribe(topic, left);
        left.awaitStarted();
        Recorder stays = subscribe(bus);
        publish(bus, "one");
        left.awaitEvent("one");

        subscription.close();
        publish(bus, "two");

        stays.awaitEvent("two");
        assertThat(left.data()).containsExactly("one");
    }

    @Test
    void aSubscriptionThatHasCaughtUpHasDeliveredEverythingPublishedBefore() {
        EventBus bus = bus();
        Recorder recorder = new Recorder();
        Subscription subscription = bus.subscribe(topic, recorder);
        recorder.awaitStarted();
        publishAll(bus, "e", 100);

        get(subscription.catchUp());

        assertThat(recorder.data()).isEqualTo(numbered("e", 0, 100));
    }

    @Test
    void aListenerThatThrowsDoesNotAffectTheOthers() {
        EventBus bus = bus();
        Recorder before = subscribe(bus);
        bus.subscribe(topic, new Listener() {
            @Override
            public void started(Cursor position) {}

            @Override
            public void event(Event event) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void gap(Gap gap) {}
        });
        Recorder after = subscribe(bus);

        publishAll(bus, "e", 3);

        before.awaitEvent("e2");
        after.awaitEvent("e2");
        assertThat(after.data()).isEqualTo(before.data()).isEqualTo(numbered("e", 0, 3));
    }

    @Test
    void theBusReportsThatItIsLive() {
        EventBus bus = bus();
        Recorder recorder = subscribe(bus);

        recorder.awaitState(BusState.LIVE);
        assertThat(bus.state()).isEqualTo(BusState.LIVE);
    }
}
