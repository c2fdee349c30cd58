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
 * Part of a room on one event loop: the ring of its newest lines, and the members whose connections belong to that
 * loop. A line is offered to the loop once. The loop encodes new lines once and writes them to all members whose
 * connections are ready. The others are skipped, and catch up in one piece when their connection is ready again; a
 * member that the ring no longer covers reads the log first. Confined to the loop, except for {@link #offer} and {@link
 * #state}.
 */
final class RoomShard {

    private final Room room;
    private final EventLoop loop;
    private final ChatConfig config;
    private final ChatMeters meters;
    private final LineRing ring;
    private final Map<Framing, MemberGroup> groups = new HashMap<>();
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

    /** Adds a new line. Many lines share one task on the loop. */
    void offer(EncodedLine line) {
        synchronized (inboxLock) {
            if (inbox.size() >= config.ring().length()) {
                // The loop is blocked, and its ring would not hold more lines either.
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
        loop.execute(() -> each(member -> member.connection.state(state)));
    }

    // -- on the loop

    /** Adds a member. It first gets {@code joined}, then the events since its cursor, then new ones. */
    void join(Member member, Cursor after) {
        groups.computeIfAbsent(member.connection.framing(), framing -> new MemberGroup(framing, this, config, meters))
                .add(member);
        long position = after == null ? ring.end() : ring.position(after);
        if (position >= 0) {
            admit(member, ring, position, true);
        } else {
            // The member continues from the log, as one that has received everything up to its cursor.
            member.enter(LineRing.emptyAt(after), 0);
        }
        serve(member);
    }

    void leave(Member member) {
        groups.get(member.connection.framing()).remove(member);
    }

    /** Sends {@code joined} and outstanding lines to a member, as far as its connection accepts them. */
    void serve(Member member) {
        if (member.hasLeft() || !member.connection.isReady()) {
            return;
        }
        if (member.admission != null) {
            sendJoined(member);
        }
        groups.get(member.connection.framing()).serve(member);
        if (hasReadPage(member) && !member.ahead && member.connection.isReady()) {
            readOn(member);
        }
    }

    private boolean hasReadPage(Member member) {
        return !member.hasLeft() && member.ring != null && member.ring != ring && !member.isBehind();
    }

    /** Sends a gap to a member that the ring no longer covers, and continues it with the oldest line that is kept. */
    void stepOverGap(Member member) {
        if (member.position >= member.ring.first()) {
            return;
        }
        meters.gaps.increment();
        Cursor oldest = ring.cursor(ring.first());
        member.connection.gap(room.name(), new Gap(member.cursor(), oldest));
        member.advance(ring.first(), oldest);
        sendMembers(member);
    }

    /** Continues a member that has received all of its page, unless its connection holds a page for another room. */
    private void readOn(Member member) {
        Cursor at = member.ring.cursor(member.ring.end());
        long position = ring.position(at);
        if (position >= 0) {
            member.endReading();
            if (member.isAdmitted()) {
                sendMembers(member);
                member.enter(ring, position);
            } else {
                admit(member, ring, position, true);
            }
            serve(member);
        } else if (member.beginReading()) {
            read(member, at);
        }
    }

    private void flush() {
        drainInbox();
        groups.values().forEach(group -> group.flush(ring));
        groups.values().removeIf(MemberGroup::isEmpty);
    }

    private void drainInbox() {
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

    /** Removes the text of a deleted message for members that have not received it. */
    private void erase(EncodedLine deletion) {
        ring.erase(deletion);
        each(member -> member.erase(deletion, ring));
    }

    private void each(Consumer<Member> action) {
        groups.values().forEach(group -> group.members().forEach(action));
    }

    /**
     * Sends the current members: changes of members are only in the ring, so a member that read the log has missed
     * them.
     */
    private void sendMembers(Member member) {
        String members = room.membersCatchUp();
        if (members != null) {
            member.connection.members(members);
        }
    }

    /** Admits a member. From now on it misses nothing, though {@code joined} may be sent later. */
    private void admit(Member member, LineRing from, long position, boolean recovered) {
        member.admit(new Member.Admission(from, position, from.cursor(position), recovered));
    }

    private void sendJoined(Member member) {
        Member.Admission admission = member.admission;
        member.enter(admission);
        member.connection.state(room.state());
        member.connection.joined(room.name(), admission.cursor(), admission.recovered(), room.members());
    }

    private void read(Member member, Cursor after) {
        meters.pages.increment();
        member.awaitPage();
        room.read(
                        after,
                        Math.min(
                                config.ring().length(),
                                member.connection.framing().maxLines()))
                .subscribe()
                .with(
                        page -> loop.execute(() -> page(member, after, page)),
                        failure -> loop.execute(() -> unreadable(member, failure)));
    }

    private void page(Member member, Cursor after, Page page) {
        if (member.hasLeft()) {
            return;
        }
        if (!page.complete()) {
            enterAfterGap(member, after);
            return;
        }
        if (page.events().isEmpty()) {
            member.endReading();
            member.ahead = ring.position(after) < 0;
        }
        LineRing pageRing = LineRing.of(page, after);
        // The page may have been read before a deletion and delivered after its event.
        pageRing.eraseDeletionsOf(ring);
        if (member.isAdmitted()) {
            member.enter(pageRing, 0);
        } else {
            admit(member, pageRing, 0, true);
        }
        serve(member);
    }

    /** Continues a member after a gap, as the log does not reach back to its cursor. */
    private void enterAfterGap(Member member, Cursor after) {
        member.endReading();
        if (member.isAdmitted()) {
            member.enterAfterGap(ring, after);
        } else {
            admit(member, ring, ring.end(), false);
        }
        serve(member);
    }

    private void unreadable(Member member, Throwable failure) {
        if (!member.hasLeft()) {
            member.connection.unreadable(room.name(), failure);
        }
    }
}
