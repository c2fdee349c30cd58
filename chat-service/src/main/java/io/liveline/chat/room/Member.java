package io.liveline.chat.room;

import io.liveline.bus.Cursor;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.netty.channel.EventLoop;

/**
 * One connection in one room, from when it asks to come in until it leaves: a position in the room's ring, and nothing
 * else to hold for it. While it catches up on what the ring no longer has, it reads from a ring of its own, filled page
 * by page from the log. Confined to the connection's event loop.
 */
public final class Member {

    /**
     * How a member comes in: it reads from there when it has been told so.
     *
     * @param cursor where it stands in the room's log; kept, as the ring may have gone on when it is told
     * @param recovered whether it misses nothing of what it asked for
     */
    record Greeting(LineRing ring, long position, Cursor cursor, boolean recovered) {}

    /** A position that every ring has passed. */
    private static final long BEFORE_ANY = -1;

    final MemberConnection outlet;
    private final RoomRegistry rooms;
    private final RoomName name;
    private final Person person;
    private RoomShard room;
    private boolean gone;
    private boolean in;
    private boolean reading;
    // What is yet to be told first, when the connection takes it; it reads from no ring until then.
    Greeting greeting;
    // Its place in the crowd, so that leaving needs no search.
    int index;
    LineRing ring;
    long position;
    // Where it stands in the room's log. Not as a cursor: the collector would have to look at each member again after
    // each message.
    private String epoch;
    private long offset;
    // Everything that the log has is sent, and this replica's ring is not as far yet.
    boolean ahead;

    private Member(MemberConnection outlet, RoomRegistry rooms, RoomName name, Person person) {
        this.outlet = outlet;
        this.rooms = rooms;
        this.name = name;
        this.person = person;
    }

    /**
     * Asks to come into a room.
     *
     * @param person whom the others see come in; null for who only listens
     * @param after what it has already; null: only what is new
     * @throws io.liveline.bus.BusUnavailableException when no more rooms can be listened to here
     */
    public static Member enter(
            RoomRegistry rooms, RoomName name, Person person, MemberConnection outlet, EventLoop loop, Cursor after) {
        Member member = new Member(outlet, rooms, name, person);
        rooms.enter(name, person).on(loop, part -> {
            // It may have left while the room was being opened.
            if (!member.gone) {
                member.room = part;
                part.join(member, after);
            }
        });
        return member;
    }

    /** Leaves; nothing happens when it has left already. */
    public void leave() {
        if (gone) {
            return;
        }
        gone = true;
        endReading();
        if (room != null) {
            room.leave(this);
        }
        rooms.leave(name, person);
    }

    /** Is seen under another name from now on. */
    public void rename(Person renamed) {
        if (!gone) {
            rooms.rename(name, renamed);
        }
    }

    /** Its connection takes bytes again. */
    public void serve() {
        if (room != null) {
            room.serve(this);
        }
    }

    /** Does not get the text of a deleted message from a ring of its own; the room's has been seen to. */
    void erase(EncodedLine deletion, LineRing ofRoom) {
        LineRing own = greeting == null ? ring : greeting.ring();
        if (own != null && own != ofRoom) {
            own.erase(deletion);
        }
    }

    boolean isGone() {
        return gone;
    }

    /** It is known where it comes in. */
    void letIn(Greeting there) {
        in = true;
        greeting = there;
    }

    boolean isIn() {
        return in;
    }

    /** Takes the connection's turn to read the log, unless another member has it; it is served again when it may. */
    boolean beginReading() {
        reading = reading || outlet.beginReading();
        return reading;
    }

    /** Has nothing of the log left to be told. */
    void endReading() {
        if (reading) {
            reading = false;
            outlet.endReading();
        }
    }

    /** Reads from this ring, from this position on. */
    void enter(LineRing newRing, long newPosition) {
        ring = newRing;
        advance(newPosition, newRing.cursor(newPosition));
    }

    /** Comes in as it was told. */
    void enter(Greeting told) {
        greeting = null;
        ring = told.ring();
        advance(told.position(), told.cursor());
    }

    /** Reads from this ring, when it has been told what it misses between this cursor and the ring's beginning. */
    void enterBehindGap(LineRing newRing, Cursor at) {
        ring = newRing;
        advance(BEFORE_ANY, at);
    }

    /** Has got everything before this position, which is at this cursor. */
    void advance(long newPosition, Cursor cursor) {
        position = newPosition;
        offset = cursor.offset();
        if (!cursor.epoch().equals(epoch)) {
            epoch = cursor.epoch();
        }
    }

    /** Where it stands in the room's log. */
    Cursor cursor() {
        return new Cursor(epoch, offset);
    }

    /** Reads from no ring until a page of the log has come. */
    void await() {
        ring = null;
    }

    boolean isBehind() {
        return !gone && ring != null && position < ring.end();
    }
}
