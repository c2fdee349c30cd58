package io.liveline.chat.room;

import io.liveline.bus.Cursor;
import io.liveline.edge.IndexedBag;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.netty.channel.EventLoop;

/**
 * Membership of one connection in one room, from its request to join until it leaves. Its only state is a position in
 * the room's ring. While it catches up on lines that the ring no longer has, it reads from a ring of its own, which is
 * filled page by page from the log. Confined to the connection's event loop.
 */
public final class Member extends IndexedBag.Entry {

    /**
     * Admission of a member: the position from which it reads once {@code joined} has been sent.
     *
     * @param cursor position in the room's log; stored, because the ring may have advanced when {@code joined} is sent
     * @param recovered whether the member misses nothing since the cursor that it requested
     */
    record Admission(LineRing ring, long position, Cursor cursor, boolean recovered) {}

    /** Position before the start of every ring. */
    private static final long BEFORE_ANY = -1;

    final MemberConnection connection;
    private final RoomRegistry rooms;
    private final RoomName name;
    private final Person person;
    private RoomShard room;
    private boolean left;
    private boolean admitted;
    private boolean reading;
    // Pending joined frame, to send once the connection accepts it; until then the member reads from no ring.
    Admission admission;
    LineRing ring;
    long position;
    // Position in the room's log. Not a Cursor object: the garbage collector would have to scan each member again after
    // each message.
    private String epoch;
    private long offset;
    // True if the member has received the whole log, and this replica's ring has not caught up yet.
    boolean ahead;

    private Member(MemberConnection connection, RoomRegistry rooms, RoomName name, Person person) {
        this.connection = connection;
        this.rooms = rooms;
        this.name = name;
        this.person = person;
    }

    /**
     * Requests to join a room.
     *
     * @param person the person that other members see; null for a client that only receives
     * @param after cursor of the newest event that the client has; null: only new events
     * @throws io.liveline.bus.BusUnavailableException if no more rooms can be subscribed to on this replica
     */
    public static Member enter(
            RoomRegistry rooms,
            RoomName name,
            Person person,
            MemberConnection connection,
            EventLoop loop,
            Cursor after) {
        Member member = new Member(connection, rooms, name, person);
        rooms.enter(name, person).on(loop, shard -> {
            // The member may have left while the room was opened.
            if (!member.left) {
                member.room = shard;
                shard.join(member, after);
            }
        });
        return member;
    }

    /** Leaves the room. Has no effect after the first call. */
    public void leave() {
        if (left) {
            return;
        }
        left = true;
        endReading();
        if (room != null) {
            room.leave(this);
        }
        rooms.leave(name, person);
    }

    /** Changes the name that others see. */
    public void rename(Person renamed) {
        if (!left) {
            rooms.rename(name, renamed);
        }
    }

    /** Continues sending after the connection became ready again. */
    public void serve() {
        if (room != null) {
            room.serve(this);
        }
    }

    /** Removes the text of a deleted message from the member's own ring; the room's ring is updated by its caller. */
    void erase(EncodedLine deletion, LineRing ofRoom) {
        LineRing own = admission == null ? ring : admission.ring();
        if (own != null && own != ofRoom) {
            own.erase(deletion);
        }
    }

    boolean hasLeft() {
        return left;
    }

    /** Admits the member at this position. */
    void admit(Admission newAdmission) {
        admitted = true;
        admission = newAdmission;
    }

    boolean isAdmitted() {
        return admitted;
    }

    /**
     * Reserves the connection's only page of the log, unless another member holds it. If not, the member is served
     * again when the page is free.
     */
    boolean beginReading() {
        reading = reading || connection.beginReading();
        return reading;
    }

    /** Releases the reserved page. */
    void endReading() {
        if (reading) {
            reading = false;
            connection.endReading();
        }
    }

    /** Continues in this ring, from this position on. */
    void enter(LineRing newRing, long newPosition) {
        ring = newRing;
        advance(newPosition, newRing.cursor(newPosition));
    }

    /** Continues from the position of its admission. */
    void enter(Admission next) {
        admission = null;
        ring = next.ring();
        advance(next.position(), next.cursor());
    }

    /** Continues in this ring after a gap between this cursor and the ring's start. */
    void enterAfterGap(LineRing newRing, Cursor at) {
        ring = newRing;
        advance(BEFORE_ANY, at);
    }

    /** Sets the position and the cursor before which everything has been sent. */
    void advance(long newPosition, Cursor cursor) {
        position = newPosition;
        offset = cursor.offset();
        if (!cursor.epoch().equals(epoch)) {
            epoch = cursor.epoch();
        }
    }

    /** Returns the position in the room's log. */
    Cursor cursor() {
        return new Cursor(epoch, offset);
    }

    /** Reads from no ring until a page of the log arrives. */
    void awaitPage() {
        ring = null;
    }

    boolean isBehind() {
        return !left && ring != null && position < ring.end();
    }
}
