package io.liveline.services.faults.client;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import io.liveline.services.faults.deployment.ServiceName;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;

/**
 * User who sends presence heartbeats, alternates between active and away, sometimes types, and long-polls the roster of
 * a room.
 */
final class PresenceUser implements Client {

    private static final long HEARTBEAT = 1500;
    private static final long WAIT = 3;

    /** Heartbeats with the same state: a change is visible for longer than it may take to arrive. */
    private static final int BEATS_PER_STATE = 4;

    private static final List<String> STATES = List.of("active", "away");

    private final ClientNetwork network;
    private final String name;
    private final String room;
    private final Random random;
    private String etag = "\"none\"";
    private volatile Set<String> online = Set.of();
    private boolean left;
    private int beats;
    private long connectedMillis;

    PresenceUser(ClientNetwork network, String name, String room, long seed) {
        this.network = network;
        this.name = name;
        this.room = room;
        this.random = new Random(seed);
    }

    @Override
    public void start() {
        sendHeartbeat();
        connect();
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
        long version = beats / BEATS_PER_STATE;
        if (network.lateness().newest("presence", subject(name)) < version) {
            // Before the answer: the others may receive the change sooner.
            network.lateness()
                    .changed(
                            "presence",
                            subject(name),
                            version,
                            network.lateness().millis());
        }
        String body = new JsonObject().put("state", state(version)).encode();
        network.send(ServiceName.PRESENCE, HttpMethod.PUT, path("presence"), body, 0)
                .onSuccess(done -> beats++)
                .onComplete(done -> network.later(done.succeeded() ? HEARTBEAT : 300, this::sendHeartbeat));
        if (random.nextInt(4) == 0) {
            network.send(ServiceName.PRESENCE, HttpMethod.PUT, path("typing"), null, 0);
        }
    }

    private String subject(String user) {
        return room + "/" + user;
    }

    private static String state(long version) {
        return STATES.get((int) (version % STATES.size()));
    }

    private void connect() {
        connectedMillis = network.lateness().millis();
        poll();
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
                        new JsonObject(answer.body()).getJsonArray("online").forEach(one -> received((JsonObject) one));
                    }
                    network.later(1, this::poll);
                })
                .onFailure(none -> network.later(ClientNetwork.jitter(600, random), this::connect));
    }

    /** A user in the state of their newest version has this version; in the other state, still the one before. */
    private void received(JsonObject one) {
        String user = one.getString("user");
        long newest = network.lateness().newest("presence", subject(user));
        if (newest >= 0 && one.getString("state").equals(state(newest))) {
            network.lateness().received("presence", subject(user), newest, name, connectedMillis);
        }
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
