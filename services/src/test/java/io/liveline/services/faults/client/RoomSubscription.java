package io.liveline.services.faults.client;

import io.liveline.services.faults.world.ServiceName;
import java.util.Random;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonObject;

/**
 * How a guest hears what is said in a room: over one transport at a time, coming back with the cursor whenever it
 * breaks.
 */
final class RoomSubscription {

    private static final long SILENCE = 6000;
    private static final long WAIT = 3;

    /** The transports. */
    enum Way {
        SOCKET,
        STREAM,
        POLL
    }

    /** Who hears where, from where on. */
    record Place(String name, String room, String start) {}

    private final ClientNetwork network;
    private final ChatUser guest;
    private final Place place;
    private final boolean roams;
    private final Random random;
    private Way way;
    private String cursor;
    private int turn;
    private boolean left;
    private long clock;
    private long heardAt;
    private WebSocket socket;
    private volatile boolean joined;
    private Runnable closing = () -> {};

    RoomSubscription(ClientNetwork network, ChatUser guest, Place place, Way way, boolean roams, Random random) {
        this.network = network;
        this.guest = guest;
        this.place = place;
        this.way = way;
        this.roams = roams;
        this.random = random;
        this.cursor = place.start();
    }

    /** Connects, and goes on from the cursor. */
    void listen() {
        int mine = ++turn;
        heardAt = now();
        switch (way) {
            case SOCKET -> bySocket(mine);
            case STREAM -> byStream(mine);
            case POLL -> byPoll(mine);
        }
        watch(mine);
    }

    /** Sends over the socket. @return false if there is none, or nobody is in the room over it yet */
    boolean send(JsonObject frame) {
        if (socket == null || !joined || socket.isClosed()) {
            return false;
        }
        socket.writeTextMessage(frame.encode());
        return true;
    }

    boolean isThere() {
        return joined;
    }

    void leave() {
        left = true;
        close();
    }

    void clockJumps(long millis) {
        clock += millis;
    }

    private long now() {
        return System.currentTimeMillis() + clock;
    }

    private void close() {
        turn++;
        joined = false;
        socket = null;
        closing.run();
        closing = () -> {};
        guest.cut();
    }

    private void again(int mine, long after) {
        if (mine != turn || left) {
            return;
        }
        close();
        if (roams) {
            way = Way.values()[random.nextInt(Way.values().length)];
        }
        int next = turn;
        network.later(after, () -> {
            if (next == turn && !left) {
                listen();
            }
        });
    }

    private void broken(int mine) {
        again(mine, ClientNetwork.about(600, random));
    }

    private void watch(int mine) {
        network.later(500, () -> {
            if (mine != turn || left) {
                return;
            }
            if (now() - heardAt > SILENCE) {
                broken(mine);
            } else {
                watch(mine);
            }
        });
    }

    private void bySocket(int mine) {
        network.socket(place.name())
                .onSuccess(opened -> {
                    if (mine != turn) {
                        opened.close();
                        return;
                    }
                    socket = opened;
                    closing = opened::close;
                    opened.textMessageHandler(text -> text.lines().forEach(line -> frame(mine, new JsonObject(line))));
                    opened.closeHandler(closed -> broken(mine));
                    opened.exceptionHandler(cut -> broken(mine));
                    opened.writeTextMessage(new JsonObject()
                            .put("type", "join")
                            .put("room", place.room())
                            .put("after", cursor)
                            .encode());
                })
                .onFailure(none -> broken(mine));
    }

    private void byStream(int mine) {
        String path = "/rooms/" + place.room() + "/messages?name=" + place.name();
        closing = network.stream(ServiceName.CHAT, path, cursor, event -> frame(mine, event.data()), () -> broken(mine));
    }

    private void byPoll(int mine) {
        String path = "/rooms/" + place.room() + "/messages?limit=200&after=" + cursor;
        network.send(ServiceName.CHAT, HttpMethod.GET, path, null, WAIT * 1000, "Prefer", "wait=" + WAIT)
                .onSuccess(answer -> {
                    if (mine != turn) {
                        return;
                    }
                    JsonObject page = new JsonObject(answer.body());
                    if (!page.getBoolean("complete")) {
                        network.ledger().wrong(place + " polls: incomplete after " + cursor);
                    }
                    page.getJsonArray("messages").forEach(message -> frame(mine, (JsonObject) message));
                    cursor = page.getString("cursor");
                    heardAt = now();
                    byPoll(mine);
                })
                .onFailure(none -> broken(mine));
    }

    private void frame(int mine, JsonObject frame) {
        if (mine != turn) {
            return;
        }
        heardAt = now();
        switch (frame.getString("type")) {
            case "joined" -> joined(frame);
            case "message" -> {
                cursor = frame.getString("cursor");
                network.ledger().seen(place.room(), place.name(), cursor, frame.getString("id"));
            }
            case "posted" -> guest.posted(frame.getString("id"), frame.getString("cursor"));
            case "heartbeat" -> send(new JsonObject().put("type", "heartbeat"));
            // Not going on from behind it: what was missed is still in the log.
            case "gap" -> again(mine, 1);
            case "reconnect" -> again(mine, frame.getLong("after_ms"));
            case "error" -> error(mine, frame);
            default -> {
                // Who is there, and how the bus is.
            }
        }
    }

    private void joined(JsonObject frame) {
        joined = true;
        if (!frame.getBoolean("recovered")) {
            network.ledger().wrong(place + ": not recovered after " + cursor + ": " + frame);
        }
    }

    private void error(int mine, JsonObject frame) {
        if (frame.containsKey("id")) {
            guest.refused(frame.getString("id"), frame.getString("code"));
        } else {
            if (!frame.getString("code").equals("unavailable")) {
                network.ledger().wrong(place + ": " + frame);
            }
            broken(mine);
        }
    }
}
