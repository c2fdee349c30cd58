package io.liveline.services.faults.client;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

import io.liveline.services.faults.deployment.ServiceName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;

/**
 * User who posts messages in a room and receives those of all users. It resumes with its cursor after a disconnection,
 * and repeats posts that were not acknowledged.
 */
final class ChatUser implements Client {

    private static final long SILENCE = 5000;

    private final ClientNetwork network;
    private final String name;
    private final String room;
    private final Random random;
    private final RoomSubscription subscription;
    private final Map<String, Promise<String>> pending = new HashMap<>();
    private int number;
    private boolean stopping;
    private boolean stopped;

    ChatUser(
            ClientNetwork network,
            String name,
            String room,
            String start,
            RoomSubscription.Transport transport,
            boolean switchesTransport,
            long seed) {
        this.network = network;
        this.name = name;
        this.room = room;
        this.random = new Random(seed);
        this.subscription = new RoomSubscription(
                network, this, new RoomSubscription.Target(name, room, start), transport, switchesTransport, random);
    }

    @Override
    public void start() {
        network.ledger().reads(room, name);
        subscription.connect();
        network.later(random.nextInt(1000), this::postNext);
    }

    /** Posts no more after the last message is acknowledged. */
    @Override
    public void quiesce() {
        stopping = true;
    }

    @Override
    public boolean isDone() {
        return stopped;
    }

    @Override
    public void leave() {
        subscription.leave();
    }

    @Override
    public void moveClock(long millis) {
        subscription.moveClock(millis);
    }

    String name() {
        return name;
    }

    /** Returns true if the service counts this user as a member of the room: over a WebSocket or a stream. */
    boolean isMember() {
        return subscription.isMember();
    }

    String room() {
        return room;
    }

    private void postNext() {
        if (stopping) {
            stopped = true;
            return;
        }
        String id = name + "-" + number++;
        network.ledger().sent(room, id);
        network.lateness().changed("message", id, 1, network.lateness().millis());
        attempt(id);
    }

    private void attempt(String id) {
        post(id).onSuccess(cursor -> {
                    network.ledger().acknowledged(room, id, cursor);
                    if (random.nextInt(10) == 0) {
                        // A duplicate that was delayed in the network.
                        network.later(random.nextInt(3000), () -> repeat(id));
                    }
                    network.later(ClientNetwork.jitter(1000, random), this::postNext);
                })
                .onFailure(none -> network.later(ClientNetwork.jitter(400, random), () -> attempt(id)));
        if (random.nextInt(20) == 0) {
            repeat(id);
        }
    }

    private void repeat(String id) {
        postOverHttp(id).onSuccess(cursor -> network.ledger().acknowledged(room, id, cursor));
    }

    private Future<String> post(String id) {
        JsonObject frame = new JsonObject()
                .put("type", "post")
                .put("room", room)
                .put("id", id)
                .put("text", id);
        if (!subscription.send(frame)) {
            return postOverHttp(id);
        }
        Promise<String> promise = Promise.promise();
        pending.put(id, promise);
        network.later(SILENCE, () -> promise.tryFail("no answer"));
        return promise.future();
    }

    private Future<String> postOverHttp(String id) {
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

    /** Handles the acknowledgement of a post that was sent over the WebSocket. */
    void posted(String id, String cursor) {
        network.ledger().acknowledged(room, id, cursor);
        Promise<String> promise = pending.remove(id);
        if (promise != null) {
            promise.tryComplete(cursor);
        }
    }

    /** Handles the rejection of a post that was sent over the WebSocket. */
    void rejected(String id, String code) {
        if (!code.equals("unavailable") && !code.equals("rate_limited")) {
            network.ledger().error(name + ": " + id + " was rejected: " + code);
        }
        Promise<String> promise = pending.remove(id);
        if (promise != null) {
            promise.tryFail(code);
        }
    }

    /** Fails all pending posts: their answers are lost with the WebSocket. */
    void disconnected() {
        pending.values().forEach(promise -> promise.tryFail("disconnected"));
        pending.clear();
    }
}
