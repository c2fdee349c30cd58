package io.liveline.chat;

import io.liveline.bus.Cursor;
import io.liveline.edge.Person;
import io.liveline.edge.RoomName;
import io.netty.channel.EventLoop;

/**
 * One connection in one room, from when it asks to come in until it leaves: a position in the room's ring, and nothing
 * else to hold for it. While it catches up on what the ring no longer has, it reads from a ring of its own, filled page
 * by page from the log. Confined to the connection's event loop.
 */
final class Member {

    final Outlet outlet;
    private final Rooms rooms;
    private final RoomName name;
    private final Person person;
    private LoopRoom room;
    private boolean gone;
    // Its place in the crowd, so that leaving needs no search.
    int index;
    Ring ring;
    long position;
    // Where it stands in the room's log. Not as a cursor: the collector would have to look at each member again after
    // each message.
    private String epoch;
    private long offset;
    // Everything that the log has is sent, and this replica's ring is not as far yet.
    boolean ahead;

    private Member(Outlet outlet, Rooms rooms, RoomName name, Person person) {
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
    static Member enter(Rooms rooms, RoomName name, Person person, Outlet outlet, EventLoop loop, Cursor after) {
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
    void leave() {
        if (gone) {
            return;
        }
        gone = true;
        if (room != null) {
            room.leave(this);
        }
        rooms.leave(name, person);
    }

    /** Its connection takes bytes again. */
    void serve() {
        if (room != null) {
            room.serve(this);
        }
    }

    boolean isGone() {
        return gone;
    }

    /** Reads from this ring, from this position on. */
    void enter(Ring newRing, long newPosition) {
        ring = newRing;
        advance(newPosition, newRing.cursor(newPosition));
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
