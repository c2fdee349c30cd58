package io.liveline.bus.redis;

import java.time.Duration;

import io.liveline.bus.Draft;
import io.liveline.bus.EventBus;
import io.liveline.bus.TestBusConfig;
import io.liveline.bus.Topic;
import io.smallrye.mutiny.Multi;

/** Separate process that publishes {@code <name>0}, {@code <name>1} and so on, in order. */
final class PublisherProcess {

    private PublisherProcess() {}

    /** Publishes; the arguments are a Redis URL, a topic, a name and a count. */
    public static void main(String[] args) {
        Topic topic = new Topic(args[1]);
        try (RedisBuses buses = new RedisBuses(args[0])) {
            EventBus bus = buses.bus(TestBusConfig.with());
            Multi.createFrom()
                    .range(0, Integer.parseInt(args[3]))
                    .onItem()
                    .transformToUniAndConcatenate(i -> bus.publish(topic, Draft.of(args[2] + i)))
                    .collect()
                    .last()
                    .await()
                    .atMost(Duration.ofMinutes(1));
        }
    }
}
