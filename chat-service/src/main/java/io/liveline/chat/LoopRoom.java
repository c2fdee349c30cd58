package io.liveline.chat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Gap;
import io.liveline.bus.Page;
import io.liveline.edge.Problems;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;

/**
 * A room on one event loop: the ring of its newest lines and the members whose connections live on that loop. A line is
 * offered to the loop once; the loop encodes what is new once and writes it to everybody who can take it. Who cannot is
 * passed over, and catches up in one frame when the connection takes bytes again. Confined to the loop, but for
 * {@link #offer}.
 */
final class LoopRoom {

    private final Room room;
    private final EventLoop loop;
    private final ChatConfig config;
    private final ChatMeters meters;
    private final Ring ring;
    private final List<Member> members = new ArrayList<>();
    private final Object inboxLock = new Object();
    private Deque<Encoded> inbox = new ArrayDeque<>();
    private Cursor lostUpTo;
    private boolean flushing;

    LoopRoom(Room room, EventLoop loop, Cursor start, ChatConfig config, ChatMeters meters) {
        this.room = room;
        this.loop = loop;
        this.config = config;
        this.meters = meters;
        this.ring = new Ring(config.ring().length(), config.ring().bytes(), start);
    }

    // -- from the bus's loop

    /** A new line; many of them cost one turn of the loop. */
    void offer(Encoded line) {
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
        loop.execute(() -> members.forEach(member -> member.session.state(state)));
    }

    // -- on the loop

    /** A member comes in; what it gets first is {@code joined}, then what it has missed, then what is new. */
    void join(Member member, Cursor after) {
        member.index = members.size();
        members.add(member);
        if (after == null) {
            enter(member, ring.end(), true);
            return;
        }
        long position = ring.position(after);
        if (position >= 0) {
            enter(member, position, true);
            serve(member);
        } else {
            read(member, after, true);
        }
    }

    void leave(Member member) {
        if (member.isGone()) {
            return;
        }
        Member last = members.remove(members.size() - 1);
        if (last != member) {
            members.set(member.index, last);
            last.index = member.index;
        }
        member.index = -1;
    }

    /** Sends a member what it is behind by, as far as its connection takes it. */
    void serve(Member member) {
        while (member.isBehind() && member.session.isReady()) {
            stepOverGap(member);
            long to = TextFrames.fit(member.ring, member.position, config.catchUpBytes());
            ByteBuf frame = TextFrames.of(member.ring, member.position, to, member.session.allocator());
            meters.delivered(to - member.position);
            // Before the write, which may find the socket writable again and come back here.
            member.advance(to, member.ring.cursor(to));
            member.session.write(frame);
        }
        if (member.ring != null && member.ring != ring && !member.isBehind() && !member.ahead) {
            readOn(member);
        }
    }

    private void flush() {
        takeInbox();
        // Nearly everybody stands at the same position: one encoding for all of them.
        ByteBuf frame = null;
        long from = -1;
        long to = -1;
        Cursor reached = null;
        // Backwards: who is closed on the way leaves its place to the last one, which has had its turn.
        for (int i = members.size() - 1; i >= 0; i--) {
            Member member = members.get(i);
            if (member.ahead) {
                readOn(member);
            }
            if (member.ring != ring || !member.isBehind() || !member.session.isReady()) {
                continue;
            }
            stepOverGap(member);
            if (member.position != from) {
                if (frame != null) {
                    frame.release();
                }
                from = member.position;
                to = TextFrames.fit(ring, from, config.catchUpBytes());
                reached = ring.cursor(to);
                frame = TextFrames.of(ring, from, to, member.session.allocator());
            }
            meters.delivered(to - from);
            member.advance(to, reached);
            member.session.write(frame.retainedDuplicate());
            if (to < ring.end()) {
                serve(member);
            }
        }
        if (frame != null) {
            frame.release();
            meters.lag(ring.at(ring.end() - 1).timeMillis());
        }
    }

    private void takeInbox() {
        Deque<Encoded> lines;
        Cursor lost;
        synchronized (inboxLock) {
            lines = inbox;
            lost = lostUpTo;
            inbox = new ArrayDeque<>();
            lostUpTo = null;
            flushing = false;
        }
        if (lost != null && !lost.equals(ring.cursor(ring.end()))) {
            Gap gap = new Gap(ring.cursor(ring.end()), lost);
            ring.add(Encoded.of(lost, Outgoing.gap(room.name(), gap)));
        }
        lines.forEach(ring::add);
    }

    /** A member that the ring has passed is told so, and goes on with the oldest line that is left. */
    private void stepOverGap(Member member) {
        if (member.position >= member.ring.first()) {
            return;
        }
        meters.gap();
        Cursor oldest = ring.cursor(ring.first());
        member.session.say(Outgoing.gap(room.name(), new Gap(member.lastCursor, oldest)));
        member.advance(ring.first(), oldest);
        tellMembers(member);
    }

    /** Coming and going is told in the ring only: who was not reading it is told how it stands. */
    private void tellMembers(Member member) {
        String members = room.membersAgain();
        if (members != null) {
            member.session.say(members);
        }
    }

    private void enter(Member member, long position, boolean recovered) {
        member.session.state(room.state());
        member.session.say(Outgoing.joined(room.name(), ring.cursor(position), recovered, room.members()));
        member.enter(ring, position);
    }

    /** Continues a member that has got all of the page that it was given. */
    private void readOn(Member member) {
        Cursor at = member.ring.cursor(member.ring.end());
        long position = ring.position(at);
        member.ahead = false;
        if (position >= 0) {
            tellMembers(member);
            member.enter(ring, position);
            serve(member);
        } else {
            read(member, at, false);
        }
    }

    private void read(Member member, Cursor after, boolean first) {
        member.await();
        room.read(after)
                .subscribe()
                .with(
                        page -> loop.execute(() -> page(member, after, page, first)),
                        failure -> loop.execute(() -> unreadable(member, failure)));
    }

    private void page(Member member, Cursor after, Page page, boolean first) {
        if (member.isGone()) {
            return;
        }
        if (!page.complete()) {
            enterBehindGap(member, after, first);
            return;
        }
        if (first) {
            member.session.state(room.state());
            member.session.say(Outgoing.joined(room.name(), after, true, room.members()));
        }
        Ring backlog = new Ring(Math.max(1, page.events().size()), Integer.MAX_VALUE, after);
        page.events().forEach(event -> backlog.add(Encoded.of(event)));
        member.enter(backlog, 0);
        member.ahead = page.events().isEmpty() && ring.position(after) < 0;
        serve(member);
    }

    /** The log does not reach back to where the member stands. */
    private void enterBehindGap(Member member, Cursor after, boolean first) {
        if (first) {
            enter(member, ring.end(), false);
        } else {
            member.session.say(Outgoing.gap(room.name(), new Gap(after, ring.cursor(ring.first()))));
            tellMembers(member);
            member.enter(ring, ring.first());
            serve(member);
        }
    }

    private void unreadable(Member member, Throwable failure) {
        if (!member.isGone()) {
            member.session.say(Outgoing.error(Problems.of(failure), room.name().text(), null));
            member.session.leave(room.name());
        }
    }
}
