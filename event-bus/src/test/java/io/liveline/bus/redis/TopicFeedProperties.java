package io.liveline.bus.redis;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

import io.liveline.bus.BusMeters;
import io.liveline.bus.BusState;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.Gap;
import io.liveline.bus.Page;
import io.liveline.bus.Recorder;
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
 * A feed between a log and a pub/sub that loses, repeats and delays, with reads that overtake messages and fail: what
 * the listener hears is the log, in order, without holes that were not told.
 */
class TopicFeedProperties {

    private static final int HISTORY = 40;

    @Property(tries = 2000)
    void theListenerHearsTheLogWhateverPubSubDoes(@ForAll Random random) {
        World world = new World();
        for (int step = 0; step < 400; step++) {
            world.step(random);
        }
        world.settle();
        world.check();
    }

    private static final class World {

        private final InMemoryTopicLog log =
                new InMemoryTopicLog("life", TestBusConfig.with("history.length", String.valueOf(HISTORY)));
        private final Deque<Event> wire = new ArrayDeque<>();
        private final Deque<Runnable> reads = new ArrayDeque<>();
        private final Recorder recorder = new Recorder();
        private final TopicFeed feed =
                new TopicFeed(new Topic("t"), this::read, 8, new BusMeters(new SimpleMeterRegistry()));
        private boolean missing;
        private int asked;

        World() {
            feed.add(recorder, BusState.LIVE);
            catchUp();
        }

        void check() {
            long heard = recorder.awaitStarted().offset();
            for (Object what : recorder.all(Object.class)
                    .subList(2, recorder.all(Object.class).size())) {
                if (what instanceof Gap gap) {
                    assertThat(gap.after().offset()).isEqualTo(heard);
                    assertThat(gap.resume().offset()).isGreaterThan(heard);
                    heard = gap.resume().offset();
                } else {
                    assertThat(((Event) what).cursor().offset()).isEqualTo(++heard);
                    assertThat(((Event) what).data()).isEqualTo("e" + heard);
                }
            }
            assertThat(heard).isEqualTo(log.end().offset());
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
                // The connection breaks: everything on its way is lost, and the reconnect catches up.
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

        /** From here on nothing is lost, and one more event shows what is missing before it. */
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
            feed.catchUp().onFailure(e -> missing = true);
        }

        /** The page is of the moment of asking; the answer comes later, and one in ten fails. */
        private Future<Page> read(TopicFeed.Position from) {
            Promise<Page> answer = Promise.promise();
            Page page = from == null ? log.read(null, 0, 0) : log.read(from.cursor(), 5, 0);
            boolean fails = ++asked % 7 == 0;
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
