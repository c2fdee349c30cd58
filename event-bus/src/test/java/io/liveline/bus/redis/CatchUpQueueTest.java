package io.liveline.bus.redis;

import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.BusMeters;
import io.liveline.bus.Page;
import io.liveline.bus.Topic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Promise;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CatchUpQueueTest {

    private final List<String> reads = new ArrayList<>();
    private final List<Promise<Page>> answers = new ArrayList<>();
    private final CatchUpQueue queue = new CatchUpQueue(1, feed -> true, feed -> true, () -> {});

    @Test
    void aTopicThatIsAddedOftenIsReadOnce() {
        TopicFeed waiting = feed("waiting");
        queue.catchUp(feed("first"));
        queue.catchUp(waiting);
        queue.catchUp(waiting);
        queue.catchUp(feed("last"));

        failNextReads(3);

        assertThat(reads).containsExactly("first", "waiting", "last");
    }

    @Test
    void aForgottenTopicIsNotRead() {
        TopicFeed waiting = feed("waiting");
        TopicFeed failed = feed("failed");
        queue.catchUp(failed);
        failNextReads(1);
        queue.catchUp(feed("first"));
        queue.catchUp(waiting);

        queue.forget(waiting);
        queue.forget(failed);
        queue.tick();
        failNextReads(1);

        assertThat(reads).containsExactly("failed", "first");
    }

    private TopicFeed feed(String name) {
        return new TopicFeed(
                new Topic(name),
                position -> {
                    reads.add(name);
                    answers.add(Promise.promise());
                    return answers.get(answers.size() - 1).future();
                },
                8,
                new BusMeters(new SimpleMeterRegistry()));
    }

    private void failNextReads(int count) {
        for (int i = 0; i < count; i++) {
            answers.get(answers.size() - 1).fail("The server does not answer");
        }
    }
}
