package io.liveline.chat.room;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Gap;
import io.liveline.bus.Page;
import io.liveline.chat.ChatConfig;
import io.liveline.chat.ChatMeters;
import io.netty.channel.EventLoop;

/**
 * A room on one event loop: the ring of its newest lines and the members whose connections live on that loop. A line is
 * offered to the loop once; the loop encodes what is new once and writes it to everybody who can take it. Who cannot is
 * passed over, and catches up in one piece when the connection takes bytes again; who is too far behind for the ring
 * reads the log first. Confined to the loop, but for {@link #offer} and {@link #state}.
 */
final class RoomShard {

    private final Room room;
    private final EventLoop loop;
    private final ChatConfig config;
    private final ChatMeters meters;
    private final LineRing ring;
    private final Map<Framing, MemberGroup> crowds = new HashMap<>();
    private final Object inboxLock = new Object();
    private Deque<EncodedLine> inbox = new ArrayDeque<>();
    private Cursor lostUpTo;
    private boolean flushing;

    RoomShard(Room room, EventLoop loop, Cursor start, ChatConfig config, ChatMeters meters) {
        this.room = room;
        this.loop = loop;
        this.config = config;
        this.meters = meters;
        this.ring = new LineRing(config.ring().length(), config.ring().bytes(), start);
    }

    // -- from the bus's loop

    /** A new line; many of them cost one turn of the loop. */
    void offer(EncodedLine line) {
        synchronized (inboxLock) {
            if (inbox.size() >= config.ring().length()) {
                // The loop is stuck, and its ring would not hold more either.
                lostUpTo = inbox.poll().cursor();
            }
            inbox.add(line);
            if (flushing) {
                return;
            }
            flushing = true;
        }
        loop.execute(this::flush);
    }

    void state(BusState state) {
        loop.execute(() -> each(member -> member.outlet.state(state)));
    }

    // -- on the loop

    /** A member comes in; what it gets first is {@code joined}, then what it has missed, then what is new. */
    void join(Member member, Cursor after) {
        crowds.computeIfAbsent(member.outlet.framing(), framing -> new MemberGroup(framing, this, config, meters))
                .add(member);
        long position = after == null ? ring.end() : ring.position(after);
        if (position >= 0) {
            letIn(member, ring, position, true);
        } else {
            // Like one that has got everything up to there.
            member.enter(LineRing.nothingBehind(after), 0);
        }
        serve(member);
    }

    void leave(Member member) {
        crowds.get(member.outlet.framing()).remove(member);
    }

    /** Tells a member that it is in, and sends it what it is behind by: all as far as its connection takes it. */
    void serve(Member member) {
        if (member.isGone() || !member.outlet.isReady()) {
            return;
        }
        if (member.greeting != null) {
            greet(member);
        }
        crowds.get(member.outlet.framing()).serve(member);
        if (hasReadPage(member) && !member.ahead && member.outlet.isReady()) {
            readOn(member);
        }
    }

    private boolean hasReadPage(Member member) {
        return !member.isGone() && member.ring != null && member.ring != ring && !member.isBehind();
    }

    /** A member that the ring has passed is told so, and goes on with the oldest line that is left. */
    void stepOverGap(Member member) {
        if (member.position >= member.ring.first()) {
            return;
        }
        meters.gap();
        Cursor oldest = ring.cursor(ring.first());
        member.outlet.gap(room.name(), new Gap(member.cursor(), oldest));
        member.advance(ring.first(), oldest);
        tellMembers(member);
    }

    /** Continues a member that has got all of the page that it was given, if its connection reads for no other now. */
    private void readOn(Member member) {
        Cursor at = member.ring.cursor(member.ring.end());
        long position = ring.position(at);
        if (position >= 0) {
            member.endReading();
            if (member.isIn()) {
                tellMembers(member);
                member.enter(ring, position);
            } else {
                letIn(member, ring, position, true);
            }
            serve(member);
        } else if (member.beginReading()) {
            read(member, at);
        }
    }

    private void flush() {
        takeInbox();
        crowds.values().forEach(crowd -> crowd.flush(ring));
        crowds.values().removeIf(MemberGroup::isEmpty);
    }

    private void takeInbox() {
        Deque<EncodedLine> lines;
        Cursor lost;
        synchronized (inboxLock) {
            lines = inbox;
            lost = lostUpTo;
            inbox = new ArrayDeque<>();
            lostUpTo = null;
            flushing = false;
        }
        if (lost != null && !lost.equals(ring.cursor(ring.end()))) {
            ring.add(EncodedLine.of(room.name(), new Gap(ring.cursor(ring.end()), lost)));
        }
        for (EncodedLine line : lines) {
            ring.add(line);
            if (line.kind() == EncodedLine.Kind.DELETION) {
                erase(line);
            }
        }
    }

    /** Who has not got a message that was deleted does not get its text any more. */
    private void erase(EncodedLine deletion) {
        ring.erase(deletion);
        each(member -> member.erase(deletion, ring));
    }

    private void each(Consumer<Member> told) {
        crowds.values().forEach(crowd -> crowd.members().forEach(told));
    }

    /** Coming and going is told in the ring only: who was not reading it is told how it stands. */
    private void tellMembers(Member member) {
        String members = room.membersAgain();
        if (members != null) {
            member.outlet.members(members);
        }
    }

    /** From now on nothing passes the member by, though it may be told later that it is in. */
    private void letIn(Member member, LineRing from, long position, boolean recovered) {
        member.letIn(new Member.Greeting(from, position, from.cursor(position), recovered));
    }

    private void greet(Member member) {
        Member.Greeting greeting = member.greeting;
        member.enter(greeting);
        member.outlet.state(room.state());
        member.outlet.joined(room.name(), greeting.cursor(), greeting.recovered(), room.members());
    }

    private void read(Member member, Cursor after) {
        meters.page();
        member.await();
        room.read(
                        after,
                        Math.min(config.ring().length(), member.outlet.framing().maxLines()))
                .subscribe()
                .with(
                        page -> loop.execute(() -> page(member, after, page)),
                        failure -> loop.execute(() -> unreadable(member, failure)));
    }

    private void page(Member member, Cursor after, Page page) {
        if (member.isGone()) {
            return;
        }
        if (!page.complete()) {
            enterBehindGap(member, after);
            return;
        }
        if (page.events().isEmpty()) {
            member.endReading();
            member.ahead = ring.position(after) < 0;
        }
        LineRing stretch = LineRing.of(page, after);
        // The page may have been read before something was deleted, and have come after that was told.
        stretch.eraseAsIn(ring);
        if (member.isIn()) {
            member.enter(stretch, 0);
        } else {
            letIn(member, stretch, 0, true);
        }
        serve(member);
    }

    /** The log does not reach back to where the member stands. */
    private void enterBehindGap(Member member, Cursor after) {
        member.endReading();
        if (member.isIn()) {
            member.enterBehindGap(ring, after);
        } else {
            letIn(member, ring, ring.end(), false);
        }
        serve(member);
    }

    private void unreadable(Member member, Throwable failure) {
        if (!member.isGone()) {
            member.outlet.unreadable(room.name(), failure);
        }
    }
}
