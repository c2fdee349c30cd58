package io.liveline.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;

import io.liveline.bench.measure.Window;
import io.liveline.bench.net.Connection;
import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.liveline.bench.util.Pause;
import io.liveline.bench.util.Tally;
import io.vertx.core.json.JsonObject;

/** Load on chat: rooms with connected members and publishers. */
public final class ChatLoad {

    public final Tally tally = new Tally();
    final List<ChatRoom> rooms = new ArrayList<>();
    private final GeneratorLoop net;
    private final Target target;
    private Pace pacing;
    private final List<ChatWebSocketClient> members = new ArrayList<>();
    private int turn;

    /** @param depth number of messages in flight in each room in a closed loop */
    public ChatLoad(GeneratorLoop net, Target target, int roomCount, int textBytes, int depth) {
        this.net = net;
        this.target = target;
        for (int i = 0; i < roomCount; i++) {
            rooms.add(new ChatRoom("r" + i, target, textBytes, depth, tally));
        }
    }

    /** Posts the texts as data of messages. */
    public void asData() {
        rooms.forEach(room -> room.asData = true);
    }

    /** Connects members, spread over the rooms; the first of each room is its publisher, unless it has one. */
    public void join(int port, int count) {
        connect("members", port, count, (i, whenJoined) -> {
            ChatRoom room = rooms.get(i % rooms.size());
            ChatWebSocketClient link = new ChatWebSocketClient(room, target, "u" + i, true, whenJoined);
            members.add(link);
            if (room.publisher == null) {
                room.publisher = link;
            }
            return link;
        });
    }

    /** Connects members that only read, spread over the rooms: by server-sent events, or by long-poll. */
    public void read(int port, int count, boolean streams) {
        connect("readers", port, count, (i, whenJoined) -> {
            ChatRoom room = rooms.get(i % rooms.size());
            return streams
                    ? new ChatSseClient(room, target, whenJoined)
                    : new ChatLongPollClient(room, target, whenJoined);
        });
    }

    /** Connects a publisher of each room, which is not counted among the members. */
    public void publishFrom(int port) {
        connect("publishers", port, rooms.size(), (i, whenJoined) -> {
            ChatRoom room = rooms.get(i);
            if (target == Target.PUSHPIN) {
                // Over a WebSocket, posts were lost while many polls were rejected; over HTTP they are repeated.
                ChatHttpPublisher post = new ChatHttpPublisher(room, whenJoined);
                room.publisher = post;
                return post;
            }
            ChatWebSocketClient link = new ChatWebSocketClient(room, target, "p" + i, false, whenJoined);
            room.publisher = link;
            return link;
        });
    }

    /** Connects as many clients at once as the target accepts, and the next when these have joined. */
    private void connect(String who, int port, int count, BiFunction<Integer, Runnable, Connection> links) {
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

    /** Chooses a publisher among the members that joined last, in each room of this share of the replicas. */
    public void publishRooms(int share, int shares) {
        int last = members.size() - 1;
        for (int i = last; i > last - rooms.size(); i--) {
            ChatWebSocketClient link = members.get(i);
            if (rooms.indexOf(link.room()) % shares == share) {
                link.room().publisher = link;
            }
        }
    }

    /** Posts at a fixed rate in all rooms in turn; latency counts from the time when a message was due. */
    public void pace(double perSecond) {
        pacing = Pace.keep(
                net, perSecond, due -> rooms.get(turn++ % rooms.size()).post(due));
    }

    /** Stops reading for this number of members; none of them may be a publisher. */
    public void stopReading(int count) {
        net.on(() -> {
            members.subList(0, count).forEach(ChatWebSocketClient::stopReading);
            return null;
        });
    }

    /** Posts in a closed loop in all rooms. */
    public void run() {
        net.loop().execute(() -> rooms.forEach(ChatRoom::run));
    }

    /** Stops posting, and waits until all messages are delivered to all members. */
    public void stop() {
        net.loop().execute(() -> {
            if (pacing != null) {
                pacing.stop();
            }
            rooms.forEach(ChatRoom::stop);
        });
        Pause.until("all is delivered", 30, () -> net.on(() -> rooms.stream().allMatch(room -> room.inFlight() == 0)));
    }

    /**
     * Measures at a fixed rate, after a warm-up at full rate: at a low rate a JVM would still interpret code during the
     * measurement.
     */
    public JsonObject measure(Window window, double rate, Target target, Options options) {
        run();
        Pause.seconds(options.number("warm-up", target.warmUpSeconds()));
        stop();
        pace(rate);
        window.settle(target, options);
        return window.measure(options.number("seconds", 10));
    }
}
