package io.liveline.bus.follow;

import java.time.Duration;
import java.util.function.Consumer;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Topic;
import io.smallrye.mutiny.Uni;
import org.jboss.logging.Logger;

/** Replay of a topic's log from the oldest event kept, for state that can be rebuilt from its events alone. */
public final class LogReplay {

    private static final Logger LOG = Logger.getLogger(LogReplay.class);
    private static final int PAGE = 200;
    private static final Duration RETRY = Duration.ofSeconds(1);

    private LogReplay() {}

    /**
     * Passes the events of a log to a consumer, page by page and in order, up to the end of the log at the time of its
     * last page. A failed read is repeated; an event that
     * the consumer rejects is skipped. A listener may receive the last of these events as well, before or after.
     *
     * @return completion; cancelling the subscription to it ends the replay
     */
    public static Uni<Void> of(EventBus bus, Topic topic, Consumer<Event> consumer) {
        return after(null, bus, topic, consumer);
    }

    private static Uni<Void> after(Cursor position, EventBus bus, Topic topic, Consumer<Event> consumer) {
        return bus.read(topic, position, PAGE)
                .onFailure()
                .invoke(failure ->
                        LOG.warnf("Reading the log of %s failed, retrying: %s", topic.name(), failure.getMessage()))
                .onFailure()
                .retry()
                .withBackOff(RETRY, RETRY)
                .indefinitely()
                .chain(page -> {
                    page.events().forEach(event -> pass(event, topic, consumer));
                    int size = page.events().size();
                    Cursor last =
                            size == 0 ? page.end() : page.events().get(size - 1).cursor();
                    return last.equals(page.end()) ? Uni.createFrom().voidItem() : after(last, bus, topic, consumer);
                });
    }

    private static void pass(Event event, Topic topic, Consumer<Event> consumer) {
        try {
            consumer.accept(event);
        } catch (RuntimeException rejected) {
            LOG.warnf("Event %s of topic %s is skipped: %s", event.cursor(), topic.name(), rejected);
        }
    }
}
