package io.liveline.edge.auth;

import io.liveline.edge.NamePatterns;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;

/**
 * Permissions of a caller. No right implies another: a caller who may post in a room may not read it without {@code
 * join}.
 *
 * @param join rooms whose messages and members the caller may read
 * @param post rooms in which the caller may post and be shown as typing
 * @param moderate rooms in which the caller may edit and delete the messages of others
 * @param write counters that the caller may change
 * @param kinds kinds of messages that the caller may send beside plain text
 * @param admin every right everywhere
 */
public record Permissions(
        NamePatterns join,
        NamePatterns post,
        NamePatterns moderate,
        NamePatterns write,
        NamePatterns kinds,
        boolean admin) {

    /** No permissions. */
    public static final Permissions NONE = new Permissions(
            NamePatterns.NONE, NamePatterns.NONE, NamePatterns.NONE, NamePatterns.NONE, NamePatterns.NONE, false);

    /** Permissions of a guest: all rights but moderation, because any client may use any name. */
    public static final Permissions GUEST = new Permissions(
            NamePatterns.ALL, NamePatterns.ALL, NamePatterns.NONE, NamePatterns.ALL, NamePatterns.ALL, false);

    /** Returns whether the caller may read the room. */
    public boolean mayJoin(RoomName room) {
        return admin || join.match(room.text());
    }

    /** Returns whether the caller may post in the room. */
    public boolean mayPost(RoomName room) {
        return admin || post.match(room.text());
    }

    /** Returns whether the caller may change the messages of others in the room. */
    public boolean mayModerate(RoomName room) {
        return admin || moderate.match(room.text());
    }

    /** Returns whether the caller may change the counter. */
    public boolean mayWrite(String counter) {
        return admin || write.match(counter);
    }

    /**
     * Returns whether the caller may send messages of this kind.
     *
     * @param kind null for data without a kind, which only the right to send all kinds permits
     */
    public boolean maySend(String kind) {
        return admin || kinds.match(kind == null ? "" : kind);
    }

    /**
     * Requires the right to read the room.
     *
     * @throws ProblemException 403 {@code forbidden}, whether the room exists or not
     */
    public void requireJoin(RoomName room) {
        require(mayJoin(room), "You may not join this room");
    }

    /**
     * Requires the right to post in the room.
     *
     * @throws ProblemException 403 {@code forbidden}, whether the room exists or not
     */
    public void requirePost(RoomName room) {
        require(mayPost(room), "You may not post in this room");
    }

    /**
     * Requires the right to change some message in the room: the caller's own, or those of others.
     *
     * @throws ProblemException 403 {@code forbidden}, whether the room exists or not
     */
    public void requireChange(RoomName room) {
        require(mayPost(room) || mayModerate(room), "You may not post in this room");
    }

    /**
     * Requires the right to send messages of this kind; null for data without a kind.
     *
     * @throws ProblemException 403 {@code forbidden}
     */
    public void requireKind(String kind) {
        require(maySend(kind), "You may not send messages of this kind");
    }

    /**
     * Requires the right to change the counter.
     *
     * @throws ProblemException 403 {@code forbidden}, whether the counter exists or not
     */
    public void requireWrite(String counter) {
        require(mayWrite(counter), "You may not change this counter");
    }

    private static void require(boolean allowed, String denial) {
        if (!allowed) {
            throw new ProblemException(403, "forbidden", denial);
        }
    }
}
