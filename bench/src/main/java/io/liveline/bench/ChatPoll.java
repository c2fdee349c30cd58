package io.liveline.bench;

import java.nio.charset.StandardCharsets;

/** A member of a room by long-poll: asks again behind each answer. */
final class ChatPoll extends HttpLink {

    private static final byte[] TEXT = Scan.ascii("\"text\":\"");
    private static final byte[] CURSOR = Scan.ascii("\"cursor\":\"");
    private static final byte[] TAG = Scan.ascii("\r\nEtag: ");
    private static final byte[] MODIFIED = Scan.ascii("\r\nLast-Modified: ");
    private final ChatRoom room;
    private final Target target;
    private final ChatReader reader;
    private final Runnable whenJoined;
    private boolean joined;

    ChatPoll(ChatRoom room, Target target, Runnable whenJoined) {
        super(room.tally);
        this.room = room;
        this.target = target;
        this.reader = new ChatReader(room);
        this.whenJoined = whenJoined;
    }

    @Override
    void connected() {
        if (target.isOurs()) {
            say(request("GET", "/rooms/" + room.name + "/messages", "", ""));
        } else {
            say(request("GET", "/room/" + room.name, "", ""));
            join();
        }
    }

    @Override
    void answered(int status, byte[] bytes, int head, int from, int to) {
        if (status != 200) {
            throw new IllegalStateException("status " + status + ": " + new String(bytes, from, to - from));
        }
        long now = System.nanoTime();
        int textBytes = room.textBytes();
        for (int at = Scan.find(bytes, TEXT, from, to); at >= 0; at = Scan.find(bytes, TEXT, at + textBytes, to)) {
            reader.message(bytes, at + TEXT.length + textBytes + 2, now);
        }
        room.tally.bytes += to - head;
        if (target.isOurs()) {
            String after = behind(CURSOR, (byte) '"', bytes, last(bytes, from, to), to);
            say(request("GET", "/rooms/" + room.name + "/messages?after=" + after, "Prefer: wait=25\r\n", ""));
            join();
        } else {
            String headers = "If-None-Match: " + behind(TAG, (byte) '\r', bytes, head, from) + "\r\nIf-Modified-Since: "
                    + behind(MODIFIED, (byte) '\r', bytes, head, from) + "\r\n";
            say(request("GET", "/room/" + room.name, headers, ""));
        }
    }

    /** The page's own cursor stands behind those of its messages. */
    private static int last(byte[] bytes, int from, int to) {
        int last = from;
        for (int at = Scan.find(bytes, CURSOR, from, to); at >= 0; at = Scan.find(bytes, CURSOR, at + 1, to)) {
            last = at;
        }
        return last;
    }

    private static String behind(byte[] name, byte end, byte[] bytes, int from, int to) {
        int at = Scan.find(bytes, name, from, to) + name.length;
        return new String(bytes, at, Scan.find(bytes, end, at, to) - at, StandardCharsets.US_ASCII);
    }

    private void join() {
        if (!joined) {
            joined = true;
            room.members++;
            whenJoined.run();
        }
    }
}
