package io.liveline.bench.load;

import io.liveline.bench.net.ByteScanner;
import io.liveline.bench.net.HttpConnection;

/**
 * A room whose ten people become away one after the other, then active again in the same order: from any picture of
 * them a reader knows which of the last twenty changes was the newest in it.
 */
public final class PresenceRoom {

    public static final int PEOPLE = 10;
    private static final int CYCLE = 2 * PEOPLE;
    private static final byte[] PERSON = ByteScanner.ascii("\"user\":\"p");
    private static final byte[] STATE = ByteScanner.ascii("\"state\":\"a");

    public final String name;
    private final long[] due = new long[CYCLE];
    // Everybody has come and is active: as after a full cycle.
    private long newest = CYCLE - 1;

    public PresenceRoom(String name) {
        this.name = name;
    }

    /** The request that makes the next change. */
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

    /** The newest change in this picture, counted from the beginning; -1 when it is not a whole one. */
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
        // The newest change that stands at this place of the cycle.
        return people < PEOPLE ? -1 : newest - Math.floorMod(newest - inCycle, CYCLE);
    }

    /** When the change after this one was due; the newest change is after it. */
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
