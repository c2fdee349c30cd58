package io.liveline.bench.load;

import io.liveline.bench.util.Tally;

/** Check of what one member of a room receives: each message once and in order, on any transport. */
final class ChatReader {

    private final ChatRoom room;
    private long expected;

    ChatReader(ChatRoom room) {
        this.room = room;
    }

    /** Stops reading. */
    void leave() {
        room.left(expected);
    }

    /** Records a message whose line, or object, ends here. */
    void message(byte[] bytes, int end, long now) {
        Tally tally = room.tally;
        long sequence = Payload.sequence(bytes, end, room.textBytes());
        if (sequence >= room.sent()) {
            throw new IllegalStateException("no message that was sent: " + sequence);
        }
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
        tally.latency(Payload.age(bytes, end, room.textBytes(), now));
        room.got(sequence);
    }
}
