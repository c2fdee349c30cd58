package io.liveline.bus.redis;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.BusState;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.Gap;
import io.liveline.bus.Page;
import io.liveline.bus.Recorder;
import io.liveline.bus.Retention;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.Topic;
import io.liveline.bus.local.InMemoryTopicLog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Properties of a feed whose pub/sub loses, repeats and delays messages and whose reads of the log overtake messages or
 * fail: the listener receives the log in order, and every missing event is reported as a gap.
 */
class TopicFeedProperties {

    private static final int HISTORY = 40;

    @Property(tries = 2000)
    void theListenerReceivesTheLogWhateverPubSubDoes(@ForAll Random random) {
        World world = new World();
        for (int step = 0; step < 400; step++) {
            world.step(random);
        }
        world.settle();
        world.check();
    }

    private static final class World {

        private final BusConfig config = TestBusConfig.with("history.length", String.valueOf(HISTORY));
        private final InMemoryTopicLog log = new InMemoryTopicLog("life", config, Retention.Bounds.of(config));
        private final Deque<Event> wire = new ArrayDeque<>();
        private final Deque<Runnable> reads = new ArrayDeque<>();
        private final Recorder recorder = new Recorder();
        private final TopicFeed feed =
                new TopicFeed(new Topic("t"), this::read, 8, new BusMeters(new SimpleMeterRegistry()));
        private boolean missing;
        private int readCount;

        World() {
            feed.add(recorder, BusState.LIVE);
            catchUp();
        }

        void check() {
            long position = recorder.awaitStarted().offset();
            for (Object call : recorder.all(Object.class)
                    .subList(2, recorder.all(Object.class).size())) {
                if (call instanceof Gap gap) {
                    assertThat(gap.after().offset()).isEqualTo(position);
                    assertThat(gap.resume().offset()).isGreaterThan(position);
                    position = gap.resume().offset();
                } else {
                    assertThat(((Event) call).cursor().offset()).isEqualTo(++position);
                    assertThat(((Event) call).data()).isEqualTo("e" + position);
                }
            }
            assertThat(position).isEqualTo(log.end().offset());
        }

        void step(Random random) {
            int what = random.nextInt(100);
            if (what < 45) {
                publish();
            } else if (what < 50) {
                wire.poll();
            } else if (what < 53 && !wire.isEmpty()) {
                wire.addFirst(wire.peek());
            } else if (what < 54) {
                // The connection breaks: messages in transit are lost, and the reconnect starts a catch-up.
                wire.clear();
                catchUp();
            } else if (what < 85) {
                deliver();
            } else if (!reads.isEmpty()) {
                reads.poll().run();
            }
            if (missing && random.nextInt(5) == 0) {
                catchUp();
            }
        }

        private void publish() {
            long next = log.end().offset() + 1;
            wire.add(log.append(Draft.of("e" + next), 0, 0));
        }

        /** Publishes one more event, which reveals missing ones before it, and delivers everything without loss. */
        void settle() {
            publish();
            while (!wire.isEmpty() || !reads.isEmpty() || missing) {
                deliver();
                if (!reads.isEmpty()) {
                    reads.poll().run();
                }
                if (missing) {
                    catchUp();
                }
            }
        }

        private void deliver() {
            Event event = wire.poll();
            if (event != null && !feed.receive(event)) {
                catchUp();
            }
        }

        private void catchUp() {
            missing = false;
            feed.catchUp(true).onFailure(e -> missing = true);
        }

        /** Reads the page at once; the answer arrives later, and one in seven fails. */
        private Future<Page> read(TopicFeed.Position from) {
            Promise<Page> answer = Promise.promise();
            Page page = from == null ? log.read(null, 0, 0) : log.read(from.cursor(), 5, 0);
            boolean fails = ++readCount % 7 == 0;
            reads.add(() -> {
                if (fails) {
                    answer.fail("no answer");
                } else {
                    answer.complete(page);
                }
            });
            return answer.future();
        }
    }
}
