package io.liveline.bus.follow;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.Event;
import io.smallrye.mutiny.subscription.Cancellable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class LogReplayTest {

    private final FollowedStore log = new FollowedStore(0);
    private final List<Event> events = new ArrayList<>();
    private boolean done;

    @Test
    void allEventsAreReplayedPageByPageUpToTheEnd() {
        publish(450);
        replay();
        log.answer();
        assertThat(events).hasSize(200);
        publish(10);
        log.answerAll();
        assertThat(events).hasSize(460);
        assertThat(done).isTrue();
    }

    @Test
    void anEventThatTheConsumerRejectsIsSkipped() {
        publish(3);
        LogReplay.of(log, FollowedStore.TOPIC, event -> {
                    if (event.cursor().offset() == 2) {
                        throw new IllegalArgumentException("unreadable");
                    }
                    events.add(event);
                })
                .subscribe()
                .with(end -> done = true);
        log.answerAll();
        assertThat(events).extracting(event -> event.cursor().offset()).containsExactly(1L, 3L);
        assertThat(done).isTrue();
    }

    @Test
    void anEmptyLogEndsTheReplayAtOnce() {
        replay();
        log.answer();
        assertThat(done).isTrue();
    }

    @Test
    void aFailedPageIsReadAgain() {
        publish(300);
        replay();
        log.answer();
        log.failRead();
        await().until(log::isReading);
        log.answerAll();
        assertThat(events).hasSize(300);
        assertThat(done).isTrue();
    }

    @Test
    void aCancelledReplayReadsNoMore() {
        publish(300);
        Cancellable replay = replay();
        replay.cancel();
        log.answer();
        assertThat(events).isEmpty();
        assertThat(log.isReading()).isFalse();
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            log.publish();
        }
    }

    private Cancellable replay() {
        return LogReplay.of(log, FollowedStore.TOPIC, events::add).subscribe().with(end -> done = true);
    }
}
