package io.liveline.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Rooms with their members connected. */
final class Chat {

    final Tally tally = new Tally();
    final List<ChatRoom> rooms = new ArrayList<>();
    private final Net net;
    private final Target target;
    private ScheduledFuture<?> pacing;
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
        AtomicInteger joined = new AtomicInteger();
        net.connect(port, count, i -> {
            ChatRoom room = rooms.get(i % rooms.size());
            ChatLink link = new ChatLink(room, target, "u" + i, true, joined::incrementAndGet);
            members.add(link);
            if (room.publisher == null) {
                room.publisher = link;
            }
            return link;
        });
        Pause.until("all have joined", 60, () -> joined.get() == count);
    }

    /** Connects members that only read, spread over the rooms: by server-sent events, or by long-poll. */
    void read(int port, int count, boolean streams) {
        AtomicInteger joined = new AtomicInteger();
        net.connect(port, count, i -> {
            ChatRoom room = rooms.get(i % rooms.size());
            return streams
                    ? new ChatStream(room, target, joined::incrementAndGet)
                    : new ChatPoll(room, target, joined::incrementAndGet);
        });
        Pause.until("all readers have joined", 60, () -> joined.get() == count);
    }

    /** Connects a publisher of each room, which is not counted among the members. */
    void publishFrom(int port) {
        AtomicInteger joined = new AtomicInteger();
        net.connect(port, rooms.size(), i -> {
            rooms.get(i).publisher = new ChatLink(rooms.get(i), target, "p" + i, false, joined::incrementAndGet);
            return rooms.get(i).publisher;
        });
        Pause.until("all publishers have joined", 60, () -> joined.get() == rooms.size());
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
        long[] due = {System.nanoTime()};
        long every = Math.round(1e9 / perSecond);
        pacing = net.loop()
                .scheduleAtFixedRate(
                        () -> {
                            for (; due[0] <= System.nanoTime(); due[0] += every) {
                                rooms.get(turn++ % rooms.size()).post(due[0]);
                            }
                        },
                        0,
                        500,
                        TimeUnit.MICROSECONDS);
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
        if (pacing != null) {
            pacing.cancel(false);
        }
        net.loop().execute(() -> rooms.forEach(ChatRoom::stop));
        Pause.until("all is delivered", 30, () -> net.on(() -> rooms.stream().allMatch(room -> room.inFlight() == 0)));
    }
}
