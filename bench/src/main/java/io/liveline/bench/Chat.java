package io.liveline.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;

import io.vertx.core.json.JsonObject;

/** Rooms with their members connected. */
final class Chat {

    final Tally tally = new Tally();
    final List<ChatRoom> rooms = new ArrayList<>();
    private final Net net;
    private final Target target;
    private Pace pacing;
    private final List<ChatLink> members = new ArrayList<>();
    private int turn;

    /** @param depth how many messages are in flight a room in a closed loop */
    Chat(Net net, Target target, int roomCount, int textBytes, int depth) {
        this.net = net;
        this.target = target;
        for (int i = 0; i < roomCount; i++) {
            rooms.add(new ChatRoom("r" + i, target, textBytes, depth, tally));
        }
    }

    /** Connects members, spread over the rooms; the first of each room is its publisher, unless it has one. */
    void join(int port, int count) {
        connect("members", port, count, (i, whenJoined) -> {
            ChatRoom room = rooms.get(i % rooms.size());
            ChatLink link = new ChatLink(room, target, "u" + i, true, whenJoined);
            members.add(link);
            if (room.publisher == null) {
                room.publisher = link;
            }
            return link;
        });
    }

    /** Connects members that only read, spread over the rooms: by server-sent events, or by long-poll. */
    void read(int port, int count, boolean streams) {
        connect("readers", port, count, (i, whenJoined) -> {
            ChatRoom room = rooms.get(i % rooms.size());
            return streams ? new ChatStream(room, target, whenJoined) : new ChatPoll(room, target, whenJoined);
        });
    }

    /** Connects a publisher of each room, which is not counted among the members. */
    void publishFrom(int port) {
        connect("publishers", port, rooms.size(), (i, whenJoined) -> {
            ChatRoom room = rooms.get(i);
            if (target == Target.PUSHPIN) {
                // Over a WebSocket posts were lost while many polls were refused; over HTTP they are posted again.
                ChatPost post = new ChatPost(room, whenJoined);
                room.publisher = post;
                return post;
            }
            ChatLink link = new ChatLink(room, target, "p" + i, false, whenJoined);
            room.publisher = link;
            return link;
        });
    }

    /** As many at once as the target takes, and the next when these have joined. */
    private void connect(String who, int port, int count, BiFunction<Integer, Runnable, Link> links) {
        AtomicInteger joined = new AtomicInteger();
        int atOnce = target.joinsAtOnce();
        for (int done = 0; done < count; ) {
            int from = done;
            int some = Math.min(atOnce, count - from);
            net.connect(port, some, i -> links.apply(from + i, joined::incrementAndGet));
            done += some;
            int all = done;
            Pause.until("all " + who + " have joined", 60, () -> joined.get() == all);
        }
    }

    /** Of those who joined last, one in each room that falls to this share of the replicas publishes there. */
    void publishRooms(int share, int shares) {
        int last = members.size() - 1;
        for (int i = last; i > last - rooms.size(); i--) {
            ChatLink link = members.get(i);
            if (rooms.indexOf(link.room()) % shares == share) {
                link.room().publisher = link;
            }
        }
    }

    /** Posts at a fixed rate over all rooms in turn; latency counts from when a message was due. */
    void pace(double perSecond) {
        pacing = Pace.keep(
                net, perSecond, due -> rooms.get(turn++ % rooms.size()).post(due));
    }

    /** So many members read no more; none of them may be a publisher. */
    void stopReading(int count) {
        net.on(() -> {
            members.subList(0, count).forEach(ChatLink::stopReading);
            return null;
        });
    }

    /** Everybody posts as fast as everybody receives. */
    void run() {
        net.loop().execute(() -> rooms.forEach(ChatRoom::run));
    }

    /** Posts no more, and waits until everything that was posted has come to everybody. */
    void stop() {
        net.loop().execute(() -> {
            if (pacing != null) {
                pacing.stop();
            }
            rooms.forEach(ChatRoom::stop);
        });
        Pause.until("all is delivered", 30, () -> net.on(() -> rooms.stream().allMatch(room -> room.inFlight() == 0)));
    }

    /**
     * Measures at a fixed rate, after warming up flat out: at a small rate a JVM would be measured while it still interprets.
     */
    JsonObject measure(Window window, double rate, Target target, Options options) {
        run();
        Pause.seconds(options.number("warm-up", target.warmUpSeconds()));
        stop();
        pace(rate);
        window.settle(target, options);
        return window.measure(options.number("seconds", 10));
    }
}
