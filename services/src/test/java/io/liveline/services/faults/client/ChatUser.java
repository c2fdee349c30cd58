package io.liveline.services.faults.client;

import io.liveline.services.faults.world.ServiceName;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;

/**
 * One who talks in a room and hears what is said there, as a client should: it resumes, and repeats what was not
 * answered.
 */
final class ChatUser implements Client {

    private static final long SILENCE = 5000;

    private final ClientNetwork network;
    private final String name;
    private final String room;
    private final Random random;
    private final RoomSubscription hearing;
    private final Map<String, Promise<String>> underWay = new HashMap<>();
    private int number;
    private boolean quiet;
    private boolean mute;

    ChatUser(ClientNetwork network, String name, String room, String start, RoomSubscription.Way way, boolean roams, long seed) {
        this.network = network;
        this.name = name;
        this.room = room;
        this.random = new Random(seed);
        this.hearing = new RoomSubscription(network, this, new RoomSubscription.Place(name, room, start), way, roams, random);
    }

    @Override
    public void begin() {
        network.ledger().reads(room, name);
        hearing.listen();
        network.later(random.nextInt(1000), this::say);
    }

    /** Says no more, once what was said last is acknowledged. */
    @Override
    public void hush() {
        quiet = true;
    }

    @Override
    public boolean isDone() {
        return mute;
    }

    @Override
    public void leave() {
        hearing.leave();
    }

    @Override
    public void clockJumps(long millis) {
        hearing.clockJumps(millis);
    }

    String name() {
        return name;
    }

    /** Whether it counts as being in the room: by a socket or a stream. */
    boolean isThere() {
        return hearing.isThere();
    }

    String room() {
        return room;
    }

    private void say() {
        if (quiet) {
            mute = true;
            return;
        }
        String id = name + "-" + number++;
        network.ledger().said(room, id);
        attempt(id);
    }

    private void attempt(String id) {
        post(id).onSuccess(cursor -> {
                    network.ledger().acknowledged(room, id, cursor);
                    if (random.nextInt(10) == 0) {
                        // As if it had been long under way.
                        network.later(random.nextInt(3000), () -> repeat(id));
                    }
                    network.later(ClientNetwork.about(1000, random), this::say);
                })
                .onFailure(none -> network.later(ClientNetwork.about(400, random), () -> attempt(id)));
        if (random.nextInt(20) == 0) {
            repeat(id);
        }
    }

    private void repeat(String id) {
        byRequest(id).onSuccess(cursor -> network.ledger().acknowledged(room, id, cursor));
    }

    private Future<String> post(String id) {
        JsonObject frame = new JsonObject()
                .put("type", "post")
                .put("room", room)
                .put("id", id)
                .put("text", id);
        if (!hearing.send(frame)) {
            return byRequest(id);
        }
        Promise<String> promise = Promise.promise();
        underWay.put(id, promise);
        network.later(SILENCE, () -> promise.tryFail("no answer"));
        return promise.future();
    }

    private Future<String> byRequest(String id) {
        return network.send(
                        ServiceName.CHAT,
                        HttpMethod.POST,
                        "/rooms/" + room + "/messages?name=" + name,
                        new JsonObject().put("text", id).encode(),
                        0,
                        "Idempotency-Key",
                        id)
                .map(answer -> new JsonObject(answer.body()).getString("cursor"));
    }

    /** An answer to what was said over a socket. */
    void posted(String id, String cursor) {
        network.ledger().acknowledged(room, id, cursor);
        Promise<String> promise = underWay.remove(id);
        if (promise != null) {
            promise.tryComplete(cursor);
        }
    }

    /** A refusal of what was said over a socket. */
    void refused(String id, String code) {
        if (!code.equals("unavailable") && !code.equals("rate_limited")) {
            network.ledger().wrong(name + ": " + id + " was refused: " + code);
        }
        Promise<String> promise = underWay.remove(id);
        if (promise != null) {
            promise.tryFail(code);
        }
    }

    /** The socket is gone, and with it every answer. */
    void cut() {
        underWay.values().forEach(promise -> promise.tryFail("cut"));
        underWay.clear();
    }
}
