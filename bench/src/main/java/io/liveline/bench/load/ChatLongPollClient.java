package io.liveline.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import io.liveline.bench.net.ByteScanner;
import io.liveline.bench.net.HttpConnection;
import io.liveline.bench.server.Target;

/** A member of a room by long-poll: asks again behind each answer. */
final class ChatLongPollClient extends HttpConnection {

    private static final byte[] TEXT = ByteScanner.ascii("\"text\":\"");
    private static final byte[] CURSOR = ByteScanner.ascii("\"cursor\":\"");
    private static final byte[] TAG = ByteScanner.ascii("\r\nEtag: ");
    private static final byte[] MODIFIED = ByteScanner.ascii("\r\nLast-Modified: ");
    private static final int AGAIN_MILLIS = 50;

    private final ChatRoom room;
    private final Target target;
    private final ChatReader reader;
    private final Runnable whenJoined;
    private boolean joined;
    // Where it has got to.
    private String position = "";
    private String headers = "";

    ChatLongPollClient(ChatRoom room, Target target, Runnable whenJoined) {
        super(room.tally);
        this.room = room;
        this.target = target;
        this.reader = new ChatReader(room);
        this.whenJoined = whenJoined;
    }

    @Override
    public void connected() {
        ask();
        if (target == Target.NCHAN) {
            // Who has no tag yet is answered by others at once, and here by the first message.
            join();
        }
    }

    @Override
    public void answered(int status, byte[] bytes, int head, int from, int to) {
        if (status >= 500 && target == Target.PUSHPIN) {
            // It has no room, see Target: the client asks again.
            room.tally.refused++;
            channel.eventLoop().schedule(this::ask, AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        // With 304 it tells that nothing came in time.
        if (status != 200 && (status != 304 || target != Target.PUSHPIN)) {
            throw new IllegalStateException("status " + status + ": " + new String(bytes, from, to - from));
        }
        long now = System.nanoTime();
        int textBytes = room.textBytes();
        for (int at = ByteScanner.find(bytes, TEXT, from, to);
                at >= 0;
                at = ByteScanner.find(bytes, TEXT, at + textBytes, to)) {
            reader.message(bytes, at + TEXT.length + textBytes + 2, now);
        }
        room.tally.bytes += to - head;
        if (target.isOurs()) {
            position = "?after=" + behind(CURSOR, (byte) '"', bytes, last(bytes, from, to), to);
            headers = "Prefer: wait=25\r\n";
        } else {
            headers = "If-None-Match: " + behind(TAG, (byte) '\r', bytes, head, from) + "\r\n";
            if (target == Target.NCHAN) {
                headers += "If-Modified-Since: " + behind(MODIFIED, (byte) '\r', bytes, head, from) + "\r\n";
            }
        }
        ask();
        join();
    }

    private void ask() {
        String path = target.isOurs() ? "/rooms/" + room.name + "/messages" : "/room/" + room.name;
        say(request("GET", path + position, headers, ""));
    }

    /** The page's own cursor stands behind those of its messages. */
    private static int last(byte[] bytes, int from, int to) {
        int last = from;
        for (int at = ByteScanner.find(bytes, CURSOR, from, to);
                at >= 0;
                at = ByteScanner.find(bytes, CURSOR, at + 1, to)) {
            last = at;
        }
        return last;
    }

    private static String behind(byte[] name, byte end, byte[] bytes, int from, int to) {
        int at = ByteScanner.find(bytes, name, from, to) + name.length;
        return new String(bytes, at, ByteScanner.find(bytes, end, at, to) - at, StandardCharsets.US_ASCII);
    }

    private void join() {
        if (!joined) {
            joined = true;
            room.members++;
            whenJoined.run();
        }
    }
}
