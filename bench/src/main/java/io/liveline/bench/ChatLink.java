package io.liveline.bench;

/** A member of a room: checks that each message comes once and in order, and counts. */
final class ChatLink extends WebSocketLink {

    // The first byte of the type, and the third: message, members and all others differ there.
    private static final int TYPE = "{\"type\":\"".length();

    private final ChatRoom room;
    private final Target target;
    private final boolean counted;
    private final Runnable whenJoined;
    private boolean joined;
    private long expected;

    /** @param counted whether it is one of the members that messages are for */
    ChatLink(ChatRoom room, Target target, String name, boolean counted, Runnable whenJoined) {
        super(target == Target.LIVELINE ? "/chat?name=" + name : "/room/" + room.name);
        this.room = room;
        this.target = target;
        this.counted = counted;
        this.whenJoined = whenJoined;
    }

    @Override
    void opened() {
        if (target == Target.LIVELINE) {
            send(Scan.ascii("{\"type\":\"join\",\"room\":\"" + room.name + "\"}"));
            channel.flush();
        } else {
            join();
        }
    }

    @Override
    void text(byte[] bytes, int from, int to) {
        long now = System.nanoTime();
        int at = from;
        while (at < to) {
            int end = Scan.find(bytes, (byte) '\n', at, to);
            end = end < 0 ? to : end;
            line(bytes, at, end, now);
            at = end + 1;
        }
    }

    @Override
    void lost() {
        room.tally.lost++;
    }

    private void line(byte[] bytes, int from, int to, long now) {
        byte first = bytes[from + TYPE];
        if (first == 'm' && bytes[from + TYPE + 2] == 's') {
            if (!counted) {
                return;
            }
            message(bytes, to, now);
            room.tally.bytes += to - from;
        } else if (first == 'g') {
            room.tally.gaps++;
        } else if (first == 'j') {
            join();
        } else if (first == 'e' && bytes[from + TYPE + 1] == 'r') {
            throw new IllegalStateException(
                    new String(bytes, from, to - from, java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    private void message(byte[] bytes, int lineEnd, long now) {
        Tally tally = room.tally;
        long sequence = Payload.sequence(bytes, lineEnd, room.textBytes());
        if (sequence < expected) {
            tally.repeated++;
            return;
        }
        for (; expected < sequence; expected++) {
            tally.missing++;
            room.got(expected);
        }
        expected++;
        tally.deliveries++;
        tally.latency(Payload.age(bytes, lineEnd, room.textBytes(), now));
        room.got(sequence);
    }

    private void join() {
        if (!joined) {
            joined = true;
            room.members += counted ? 1 : 0;
            whenJoined.run();
        }
    }
}
