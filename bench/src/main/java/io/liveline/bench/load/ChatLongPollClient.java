package io.liveline.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import io.liveline.bench.net.ByteScanner;
import io.liveline.bench.net.HttpConnection;
import io.liveline.bench.server.Target;

/** Member of a room over long-poll. It polls again after each response. */
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
    // Current cursor.
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
        poll();
        if (target == Target.NCHAN) {
            // Others answer a poll without a tag at once; this server answers it with the first message.
            join();
        }
    }

    @Override
    public void answered(int status, byte[] bytes, int head, int from, int to) {
        if (status >= 500 && target == Target.PUSHPIN) {
            // The server is overloaded (see Target): the client repeats the request.
            room.tally.refused++;
            channel.eventLoop().schedule(this::poll, AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        // 304 means that no message arrived in time.
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
        poll();
        join();
    }

    private void poll() {
        String path = target.isOurs() ? "/rooms/" + room.name + "/messages" : "/room/" + room.name;
        say(request("GET", path + position, headers, ""));
    }

    /** Finds the cursor of the page, after those of its messages. */
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
