package io.liveline.bench;

/** A member of a room over server-sent events. Lines of events are told by how they begin. */
final class ChatStream extends SseLink {

    private static final byte[] DATA = Scan.ascii("data: {\"type\":\"");
    private final ChatRoom room;
    private final Target target;
    private final ChatReader reader;
    private final Runnable whenJoined;

    ChatStream(ChatRoom room, Target target, Runnable whenJoined) {
        super(target.isOurs() ? "/rooms/" + room.name + "/messages" : "/room/" + room.name, room.tally);
        this.room = room;
        this.target = target;
        this.reader = new ChatReader(room);
        this.whenJoined = whenJoined;
    }

    @Override
    void opened() {
        if (!target.isOurs()) {
            join();
        }
    }

    @Override
    void line(byte[] bytes, int from, int to, long now) {
        if (to - from > DATA.length && Scan.find(bytes, DATA, from, from + DATA.length) == from) {
            byte first = bytes[from + DATA.length];
            if (first == 'j') {
                join();
            } else if (first == 'g') {
                room.tally.gaps++;
            } else if (first == 'm' && bytes[from + DATA.length + 2] == 's') {
                room.tally.bytes += to - from;
                reader.message(bytes, to, now);
            }
        }
    }

    private void join() {
        room.members++;
        whenJoined.run();
    }
}
