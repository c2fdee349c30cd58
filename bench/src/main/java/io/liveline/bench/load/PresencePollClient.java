package io.liveline.bench.load;

import java.nio.charset.StandardCharsets;

import io.liveline.bench.net.ByteScanner;
import io.liveline.bench.net.HttpConnection;
import io.liveline.bench.util.Tally;

/** Client with one parked poll, which polls again with the ETag of each response. */
public final class PresencePollClient extends HttpConnection {

    private static final byte[] TAG = ByteScanner.ascii("tag: ");

    private final PresenceRoom room;
    private final String name;
    private final Tally tally;
    private final Runnable whenParked;
    private boolean parked;
    private String tag = "";
    private long seen = -1;

    public PresencePollClient(PresenceRoom room, String name, Tally tally, Runnable whenParked) {
        super(tally);
        this.room = room;
        this.name = name;
        this.tally = tally;
        this.whenParked = whenParked;
    }

    @Override
    public void connected() {
        poll();
    }

    @Override
    public void answered(int status, byte[] bytes, int head, int from, int to) {
        if (status == 200) {
            int at = ByteScanner.find(bytes, TAG, head, from) + TAG.length;
            tag = new String(bytes, at, ByteScanner.find(bytes, (byte) '\r', at, from) - at, StandardCharsets.US_ASCII);
            look(bytes, from, to);
        } else if (status != 304) {
            throw new IllegalStateException("status " + status + ": " + new String(bytes, from, to - from));
        }
        tally.deliveries++;
        tally.bytes += to - head;
        poll();
        if (!parked) {
            parked = true;
            whenParked.run();
        }
    }

    private void look(byte[] bytes, int from, int to) {
        long change = room.newestIn(bytes, from, to);
        if (change > seen && seen >= 0) {
            tally.latency(System.nanoTime() - room.dueAfter(seen));
        }
        seen = change;
    }

    private void poll() {
        String headers = tag.isEmpty() ? "" : "If-None-Match: " + tag + "\r\nPrefer: wait=25\r\n";
        say(request("GET", "/rooms/" + room.name + "/presence?name=" + name, headers, ""));
    }
}
