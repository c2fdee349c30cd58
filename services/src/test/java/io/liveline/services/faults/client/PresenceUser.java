package io.liveline.services.faults.client;

import io.liveline.services.faults.world.ServiceName;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;

/** One who is in a room by heartbeats, types now and then, and polls who is there. */
final class PresenceUser implements Client {

    private static final long HEARTBEAT = 1500;
    private static final long WAIT = 3;

    private final ClientNetwork network;
    private final String name;
    private final String room;
    private final Random random;
    private String tag = "\"none\"";
    private volatile Set<String> online = Set.of();
    private boolean left;

    PresenceUser(ClientNetwork network, String name, String room, long seed) {
        this.network = network;
        this.name = name;
        this.room = room;
        this.random = new Random(seed);
    }

    @Override
    public void begin() {
        beat();
        poll();
    }

    @Override
    public void hush() {
        // A heartbeat is nothing that is owed.
    }

    @Override
    public boolean isDone() {
        return true;
    }

    /** Without a word half of the time. */
    @Override
    public void leave() {
        left = true;
        if (random.nextBoolean()) {
            network.send(ServiceName.PRESENCE, HttpMethod.DELETE, path("presence"), null, 0);
        }
    }

    @Override
    public void clockJumps(long millis) {
        // Nothing here looks at it.
    }

    String name() {
        return name;
    }

    String room() {
        return room;
    }

    /** Whom it is told to be there. */
    Set<String> online() {
        return online;
    }

    private String path(String what) {
        return "/rooms/" + room + "/" + what + "?name=" + name;
    }

    private void beat() {
        if (left) {
            return;
        }
        network.send(ServiceName.PRESENCE, HttpMethod.PUT, path("presence"), "{\"state\":\"active\"}", 0)
                .onComplete(done -> network.later(done.succeeded() ? HEARTBEAT : 300, this::beat));
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
                        tag,
                        "Prefer",
                        "wait=" + WAIT)
                .onSuccess(answer -> {
                    if (answer.status() == 200) {
                        tag = answer.headers().get("ETag");
                        online = people(answer.body());
                    }
                    network.later(1, this::poll);
                })
                .onFailure(none -> network.later(ClientNetwork.about(600, random), this::poll));
    }

    /** Who is said to be there. */
    static Set<String> people(String body) {
        Set<String> people = new TreeSet<>();
        new JsonObject(body).getJsonArray("online").forEach(one -> people.add(((JsonObject) one).getString("user")));
        return people;
    }
}
