package io.liveline.bench;

/** A member of a room over server-sent events. Lines of events are told by how they begin, with chunks around them or without. */
final class ChatStream extends Link {

    private static final byte[] DATA = Scan.ascii("data: {\"type\":\"");
    private final ChatRoom room;
    private final Target target;
    private final ChatReader reader;
    private final Runnable whenJoined;
    private boolean open;

    ChatStream(ChatRoom room, Target target, Runnable whenJoined) {
        this.room = room;
        this.target = target;
        this.reader = new ChatReader(room);
        this.whenJoined = whenJoined;
    }

    @Override
    void connected() {
        String path = target.isOurs() ? "/rooms/" + room.name + "/messages" : "/room/" + room.name;
        say("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n");
    }

    @Override
    void lost() {
        room.tally.lost++;
    }

    @Override
    int take(byte[] bytes, int from, int to) {
        int at = from;
        long now = System.nanoTime();
        while (at < to) {
            int end = Scan.find(bytes, (byte) '\n', at, to);
            if (end < 0) {
                return at;
            }
            line(bytes, at, end, now);
            at = end + 1;
        }
        return at;
    }

    private void line(byte[] bytes, int from, int to, long now) {
        if (!open) {
            if (status(bytes, from) != 200) {
                throw new IllegalStateException("status " + status(bytes, from));
            }
            open = true;
            if (!target.isOurs()) {
                join();
            }
        } else if (to - from > DATA.length && Scan.find(bytes, DATA, from, from + DATA.length) == from) {
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
