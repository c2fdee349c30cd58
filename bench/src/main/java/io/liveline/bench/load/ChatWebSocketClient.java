package io.liveline.bench.load;

import io.liveline.bench.net.ByteScanner;
import io.liveline.bench.net.WebSocketConnection;
import io.liveline.bench.server.Target;

/** Member of a room over a WebSocket. It counts messages, and checks that each arrives once and in order. */
public final class ChatWebSocketClient extends WebSocketConnection implements Publisher {

    // The first and the third byte of the type tell message, members and all others apart.
    private static final int TYPE = "{\"type\":\"".length();

    private final ChatRoom room;
    private final Target target;
    private final boolean counted;
    private final Runnable whenJoined;
    private boolean joined;
    private final ChatReader reader;

    /** @param counted true if it is one of the members to which messages are delivered */
    public ChatWebSocketClient(ChatRoom room, Target target, String name, boolean counted, Runnable whenJoined) {
        super(path(target, room.name, name), target.isOurs() ? "liveline.v1" : "");
        this.room = room;
        this.reader = new ChatReader(room);
        this.target = target;
        this.counted = counted;
        this.whenJoined = whenJoined;
    }

    @Override
    public void opened() {
        if (target.isOurs()) {
            send(ByteScanner.ascii("{\"type\":\"join\",\"room\":\"" + room.name + "\"}"));
            channel.flush();
        } else if (target != Target.SOCKETIO) {
            join();
        }
    }

    private static String path(Target target, String room, String name) {
        return switch (target) {
            case LIVELINE, AOT, NATIVE -> "/chat?name=" + name;
            case SOCKETIO -> "/socket.io/?EIO=4&transport=websocket&room=" + room;
            default -> "/room/" + room;
        };
    }

    @Override
    public io.netty.channel.Channel channel() {
        return channel;
    }

    ChatRoom room() {
        return room;
    }

    /** Stops reading from the socket; a close by the server is not noticed either. */
    void stopReading() {
        channel.config().setAutoRead(false);
        reader.leave();
    }

    /** Handles a packet of Engine.IO: open, ping, connect to the namespace, or event. */
    private void packet(byte[] bytes, int from, int to, long now) {
        switch (bytes[from]) {
            case '0' -> answer("40");
            case '2' -> answer("3");
            case '4' -> {
                if (bytes[from + 1] == '0') {
                    join();
                } else if (bytes[from + 1] == '2') {
                    line(bytes, from + Payload.EVENT.length(), to - 1, now);
                }
            }
            default -> {
                // Not relevant to a member.
            }
        }
    }

    private void answer(String packet) {
        send(ByteScanner.ascii(packet));
        channel.flush();
    }

    @Override
    public void text(byte[] bytes, int from, int to) {
        long now = System.nanoTime();
        if (target == Target.SOCKETIO) {
            packet(bytes, from, to, now);
            return;
        }
        int at = from;
        while (at < to) {
            int end = ByteScanner.find(bytes, (byte) '\n', at, to);
            end = end < 0 ? to : end;
            line(bytes, at, end, now);
            at = end + 1;
        }
    }

    @Override
    public void lost() {
        room.tally.lost++;
    }

    private void line(byte[] bytes, int from, int to, long now) {
        // Nchan answers a publisher with lines in another format.
        if (bytes[from] != '{') {
            return;
        }
        byte first = bytes[from + TYPE];
        if (first == 'm' && bytes[from + TYPE + 2] == 's') {
            if (!counted) {
                return;
            }
            reader.message(bytes, to, now);
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

    private void join() {
        if (!joined) {
            joined = true;
            room.members += counted ? 1 : 0;
            whenJoined.run();
        }
    }
}
