package io.liveline.services.faults.client;

import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import io.liveline.services.faults.deployment.ServiceName;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;

/** User who sends presence heartbeats, sometimes types, and long-polls the roster of a room. */
final class PresenceUser implements Client {

    private static final long HEARTBEAT = 1500;
    private static final long WAIT = 3;

    private final ClientNetwork network;
    private final String name;
    private final String room;
    private final Random random;
    private String etag = "\"none\"";
    private volatile Set<String> online = Set.of();
    private boolean left;

    PresenceUser(ClientNetwork network, String name, String room, long seed) {
        this.network = network;
        this.name = name;
        this.room = room;
        this.random = new Random(seed);
    }

    @Override
    public void start() {
        sendHeartbeat();
        poll();
    }

    @Override
    public void quiesce() {
        // Heartbeats need no acknowledgement.
    }

    @Override
    public boolean isDone() {
        return true;
    }

    /** Disconnects. In half of the cases it sends no request to leave, and its lease expires. */
    @Override
    public void leave() {
        left = true;
        if (random.nextBoolean()) {
            network.send(ServiceName.PRESENCE, HttpMethod.DELETE, path("presence"), null, 0);
        }
    }

    @Override
    public void moveClock(long millis) {
        // This client reads no clock.
    }

    String name() {
        return name;
    }

    String room() {
        return room;
    }

    /** Returns the users in the newest roster that it received. */
    Set<String> online() {
        return online;
    }

    private String path(String what) {
        return "/rooms/" + room + "/" + what + "?name=" + name;
    }

    private void sendHeartbeat() {
        if (left) {
            return;
        }
        network.send(ServiceName.PRESENCE, HttpMethod.PUT, path("presence"), "{\"state\":\"active\"}", 0)
                .onComplete(done -> network.later(done.succeeded() ? HEARTBEAT : 300, this::sendHeartbeat));
        if (random.nextInt(4) == 0) {
            network.send(ServiceName.PRESENCE, HttpMethod.PUT, path("typing"), null, 0);
        }
    }

    private void poll() {
        if (left) {
            return;
        }
        network.send(
                        ServiceName.PRESENCE,
                        HttpMethod.GET,
                        path("presence"),
                        null,
                        WAIT * 1000,
                        "If-None-Match",
                        etag,
                        "Prefer",
                        "wait=" + WAIT)
                .onSuccess(answer -> {
                    if (answer.status() == 200) {
                        etag = answer.headers().get("ETag");
                        online = onlineUsers(answer.body());
                    }
                    network.later(1, this::poll);
                })
                .onFailure(none -> network.later(ClientNetwork.jitter(600, random), this::poll));
    }

    /** Returns the users that are online in the body of a roster. */
    static Set<String> onlineUsers(String body) {
        Set<String> onlineUsers = new TreeSet<>();
        new JsonObject(body)
                .getJsonArray("online")
                .forEach(one -> onlineUsers.add(((JsonObject) one).getString("user")));
        return onlineUsers;
    }
}
