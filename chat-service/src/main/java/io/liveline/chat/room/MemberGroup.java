package io.liveline.chat.room;

import java.util.ArrayList;
import java.util.List;

import io.liveline.chat.ChatConfig;
import io.liveline.chat.ChatMeters;
import io.netty.buffer.ByteBuf;

/** The members of a room on one event loop that are written to in one way. Confined to the loop. */
final class MemberGroup {

    // How many members are looked at together: as many as a processor can wait for at once, and few enough that they
    // are still in its cache when it is their turn.
    private static final int LOOK_AHEAD = 16;

    private final Framing framing;
    private final RoomShard room;
    private final int maxBytes;
    private final ChatMeters meters;
    private final List<Member> members = new ArrayList<>();

    MemberGroup(Framing framing, RoomShard room, ChatConfig config, ChatMeters meters) {
        this.framing = framing;
        this.room = room;
        this.maxBytes = config.catchUpBytes();
        this.meters = meters;
    }

    void add(Member member) {
        member.index = members.size();
        members.add(member);
    }

    void remove(Member member) {
        Member last = members.remove(members.size() - 1);
        if (last != member) {
            members.set(member.index, last);
            last.index = member.index;
        }
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /** A copy: a member may leave on being told something. */
    List<Member> members() {
        return List.copyOf(members);
    }

    /**
     * Writes what is new to everybody who takes it. Nearly all stand at the same position: one encoding for them.
     *
     * @param ring what the room has
     */
    void flush(LineRing ring) {
        ByteBuf lines = null;
        long from = -1;
        long to = -1;
        long delivered = 0;
        // Backwards: who leaves on the way gives its place to the last one, which has had its turn.
        for (int end = members.size(); end > 0; end -= LOOK_AHEAD) {
            int begin = Math.max(0, end - LOOK_AHEAD);
            if (!waits(begin, end, ring)) {
                continue;
            }
            for (int i = end - 1; i >= begin; i--) {
                Member member = members.get(i);
                if (member.ahead) {
                    // The ring may be as far now.
                    member.ahead = false;
                    room.serve(member);
                }
                if (!takes(member, ring)) {
                    continue;
                }
                room.stepOverGap(member);
                if (!member.isBehind()) {
                    continue;
                }
                if (member.position != from) {
                    if (lines != null) {
                        lines.release();
                    }
                    from = member.position;
                    to = framing.fit(ring, from, maxBytes);
                    lines = framing.encode(ring, from, to, member.outlet.allocator());
                }
                delivered += give(member, to, lines);
                if (to < ring.end()) {
                    serve(member);
                }
            }
        }
        if (lines != null) {
            lines.release();
            meters.delivered(delivered);
            meters.lag(ring.at(ring.end() - 1).timeMillis());
        }
    }

    /**
     * Whether any of these members has something to get. To find out, their objects are asked for together; each write
     * drives what the next needs out of the processor's cache, so one by one each would have to be waited for. So it
     * goes through all of them, and does not end at the first that waits.
     */
    private boolean waits(int begin, int end, LineRing ring) {
        int waiting = 0;
        for (int i = begin; i < end; i++) {
            Member member = members.get(i);
            if (member.ahead | takes(member, ring)) {
                waiting++;
            }
        }
        return waiting > 0;
    }

    private static boolean takes(Member member, LineRing ring) {
        return member.ring == ring && member.isBehind() && member.outlet.isReady();
    }

    /** Writes to a member what it is behind by in the ring that it reads, as far as its connection takes it. */
    void serve(Member member) {
        while (member.isBehind() && member.outlet.isReady()) {
            room.stepOverGap(member);
            if (member.isBehind()) {
                long to = framing.fit(member.ring, member.position, maxBytes);
                ByteBuf lines = framing.encode(member.ring, member.position, to, member.outlet.allocator());
                meters.delivered(give(member, to, lines));
                lines.release();
            }
        }
    }

    /** @return how many lines it got */
    private long give(Member member, long to, ByteBuf lines) {
        long count = to - member.position;
        // Before the write, which may find the connection ready again and come back here.
        member.advance(to, member.ring.cursor(to));
        if (!lines.isReadable()) {
            return 0;
        }
        member.outlet.write(lines);
        return count;
    }
}
