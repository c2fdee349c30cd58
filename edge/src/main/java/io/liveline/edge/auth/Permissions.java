package io.liveline.edge.auth;

import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;

/**
 * What somebody may do. Each right stands for itself: who may post in a room may not read it for that.
 *
 * @param join rooms to read: their messages, and who is there
 * @param post rooms to write in, and to be shown as typing in
 * @param moderate rooms to change and take back the messages of others in
 * @param write counters to change
 * @param admin all of these everywhere
 */
public record Permissions(
        NamePatterns join, NamePatterns post, NamePatterns moderate, NamePatterns write, boolean admin) {

    /** Nothing. */
    public static final Permissions NONE =
            new Permissions(NamePatterns.NONE, NamePatterns.NONE, NamePatterns.NONE, NamePatterns.NONE, false);

    /** A guest's: everything but moderating, as anybody may claim any name. */
    public static final Permissions GUEST =
            new Permissions(NamePatterns.ALL, NamePatterns.ALL, NamePatterns.NONE, NamePatterns.ALL, false);

    /** Whether the room may be read. */
    public boolean mayJoin(RoomName room) {
        return admin || join.match(room.text());
    }

    /** Whether the room may be written in. */
    public boolean mayPost(RoomName room) {
        return admin || post.match(room.text());
    }

    /** Whether what others said in the room may be changed. */
    public boolean mayModerate(RoomName room) {
        return admin || moderate.match(room.text());
    }

    /** Whether the counter may be changed. */
    public boolean mayWrite(String counter) {
        return admin || write.match(counter);
    }

    /** @throws ProblemException 403 {@code forbidden}, whether there is such a room or not */
    public void requireJoin(RoomName room) {
        require(mayJoin(room), "You may not come into this room");
    }

    /** @throws ProblemException 403 {@code forbidden}, whether there is such a room or not */
    public void requirePost(RoomName room) {
        require(mayPost(room), "You may not write in this room");
    }

    /**
     * Whether anything in the room may be changed: one's own, or that of others.
     *
     * @throws ProblemException 403 {@code forbidden}, whether there is such a room or not
     */
    public void requireChange(RoomName room) {
        require(mayPost(room) || mayModerate(room), "You may not write in this room");
    }

    /** @throws ProblemException 403 {@code forbidden}, whether there is such a counter or not */
    public void requireWrite(String counter) {
        require(mayWrite(counter), "You may not change this counter");
    }

    private static void require(boolean allowed, String denial) {
        if (!allowed) {
            throw new ProblemException(403, "forbidden", denial);
        }
    }
}
