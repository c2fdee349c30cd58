package io.liveline.bench.load;

import io.liveline.bench.net.ByteScanner;
import io.liveline.bench.net.SseConnection;
import io.liveline.bench.server.Target;

/** Member of a room over server-sent events. The start of a line identifies its kind. */
public final class ChatSseClient extends SseConnection {

    private static final byte[] DATA = ByteScanner.ascii("data: {\"type\":\"");
    private final ChatRoom room;
    private final Target target;
    private final ChatReader reader;
    private final Runnable whenJoined;

    public ChatSseClient(ChatRoom room, Target target, Runnable whenJoined) {
        super(target.isOurs() ? "/rooms/" + room.name + "/messages" : "/room/" + room.name, room.tally);
        this.room = room;
        this.target = target;
        this.reader = new ChatReader(room);
        this.whenJoined = whenJoined;
    }

    @Override
    public void opened() {
        if (!target.isOurs()) {
            join();
        }
    }

    @Override
    public void line(byte[] bytes, int from, int to, long now) {
        if (to - from > DATA.length && ByteScanner.find(bytes, DATA, from, from + DATA.length) == from) {
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
