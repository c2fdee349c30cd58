package io.liveline.bus;

import java.util.List;

import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;

/** The bus over Redis. */
public final class RedisBus implements EventBus {

    @Override
    public Uni<Cursor> publish(Topic topic, Draft draft) {
        return null;
    }

    @Override
    public Uni<Page> read(Topic topic, Cursor after, int limit) {
        return null;
    }

    @Override
    public Uni<Page> readBack(Topic topic, Cursor before, int limit) {
        return null;
    }

    @Override
    public Subscription subscribe(Topic topic, Listener listener) {
        return null;
    }

    /**
     * Runs a script on a topic: state and event change together.
     *
     * @param keys names of the script's own keys, {@code KEYS[3]} and up: each becomes
     *     {@code <prefix>{<topic>}:<name>}, on the topic's slot of a cluster
     * @param args the script's own arguments, {@code arg[1]} and up
     */
    public Uni<Response> run(Script script, Topic topic, List<String> keys, List<String> args) {
        return null;
    }

    @Override
    public BusState state() {
        return null;
    }
}
