package io.liveline.bus.redis.connection;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

/**
 * Event loop, configuration and meters that all parts of a Redis bus share.
 *
 * @param loop context of the bus's event loop
 */
public record RedisBusContext(Vertx vertx, Context loop, BusConfig config, BusMeters meters) {

    /** Runs a task on the bus's event loop. */
    public void run(Runnable task) {
        loop.runOnContext(nothing -> task.run());
    }

    /** Runs a task on the bus's event loop after this time. Returns the id of the timer. */
    long after(long millis, Runnable task) {
        return vertx.setTimer(millis, id -> run(task));
    }

    /** Runs a task on the bus's event loop periodically. Returns the id of the timer. */
    public long every(long millis, Runnable task) {
        return vertx.setPeriodic(millis, id -> run(task));
    }
}
