package io.liveline.bench.load;

import io.liveline.bench.net.ByteScanner;
import io.liveline.bench.net.HttpConnection;

/**
 * Room of ten users that become away one after the other, then active again in the same order: any roster shows which
 * of the last twenty changes is the newest in it.
 */
public final class PresenceRoom {

    public static final int PEOPLE = 10;
    private static final int CYCLE = 2 * PEOPLE;
    private static final byte[] PERSON = ByteScanner.ascii("\"user\":\"p");
    private static final byte[] STATE = ByteScanner.ascii("\"state\":\"a");

    public final String name;
    private final long[] due = new long[CYCLE];
    // All users are online and active, as after a full cycle.
    private long newest = CYCLE - 1;

    public PresenceRoom(String name) {
        this.name = name;
    }

    /** Returns the request of the next change. */
    public String change(long dueNanos) {
        newest++;
        due[(int) (newest % CYCLE)] = dueNanos;
        boolean away = newest % CYCLE < PEOPLE;
        return heartbeat(name, (int) (newest % PEOPLE), away);
    }

    public static String heartbeat(String room, int person, boolean away) {
        return HttpConnection.request(
                "PUT",
                "/rooms/" + room + "/presence?name=p" + person,
                "",
                "{\"state\":\"" + (away ? "away" : "active") + "\"}");
    }

    /** Returns the number of the newest change in this roster; -1 if the roster is not complete. */
    public long newestIn(byte[] bytes, int from, int to) {
        boolean[] away = new boolean[PEOPLE];
        int people = 0;
        for (int at = ByteScanner.find(bytes, PERSON, from, to);
                at >= 0 && people < PEOPLE;
                at = ByteScanner.find(bytes, PERSON, at + 1, to)) {
            int state = ByteScanner.find(bytes, STATE, at, to);
            away[bytes[at + PERSON.length] - '0'] = bytes[state + STATE.length] == 'w';
            people++;
        }
        int inCycle = inCycle(away);
        // The newest change at this position of the cycle.
        return people < PEOPLE ? -1 : newest - Math.floorMod(newest - inCycle, CYCLE);
    }

    /** Returns the due time of the change after this one. */
    long dueAfter(long change) {
        return due[(int) ((change + 1) % CYCLE)];
    }

    static int inCycle(boolean[] away) {
        int same = 1;
        while (same < PEOPLE && away[same] == away[0]) {
            same++;
        }
        return (away[0] ? 0 : PEOPLE) + same - 1;
    }
}
