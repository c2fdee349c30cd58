package io.liveline.chat.room;

import java.util.List;

import io.liveline.chat.ChatConfig;
import io.liveline.chat.ChatMeters;
import io.liveline.edge.IndexedBag;
import io.netty.buffer.ByteBuf;

/** Members of a room on one event loop that share a framing. Confined to the loop. */
final class MemberGroup {

    // Number of members that are checked together: as many cache misses as a processor can have outstanding, and few
    // enough that the members are still in its cache when they are written to.
    private static final int LOOK_AHEAD = 16;

    private final Framing framing;
    private final RoomShard room;
    private final int maxBytes;
    private final ChatMeters meters;
    private final IndexedBag<Member> members = new IndexedBag<>(10);

    MemberGroup(Framing framing, RoomShard room, ChatConfig config, ChatMeters meters) {
        this.framing = framing;
        this.room = room;
        this.maxBytes = config.catchUpBytes();
        this.meters = meters;
    }

    void add(Member member) {
        members.add(member);
    }

    void remove(Member member) {
        members.remove(member);
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /** Returns a copy of the members, because a member may leave while it is notified. */
    List<Member> members() {
        return members.copy();
    }

    /**
     * Writes the new lines to all members whose connections are ready. Nearly all are at the same position and share
     * one encoding.
     *
     * @param ring the room's ring
     */
    void flush(LineRing ring) {
        ByteBuf lines = null;
        long from = -1;
        long to = -1;
        long delivered = 0;
        // Backwards: a member that leaves meanwhile is replaced by the last one, which has been served already.
        for (int end = members.size(); end > 0; end -= LOOK_AHEAD) {
            int begin = Math.max(0, end - LOOK_AHEAD);
            if (!anyReady(begin, end, ring)) {
                continue;
            }
            for (int i = end - 1; i >= begin; i--) {
                Member member = members.get(i);
                if (member.ahead) {
                    // The ring may have caught up.
                    member.ahead = false;
                    room.serve(member);
                }
                if (!canWrite(member, ring)) {
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
                    lines = framing.encode(ring, from, to, member.connection.allocator());
                }
                delivered += write(member, to, lines);
                if (to < ring.end()) {
                    serve(member);
                }
            }
        }
        if (lines != null) {
            lines.release();
            meters.deliveries.increment(delivered);
            meters.lag(ring.at(ring.end() - 1).timeMillis());
        }
    }

    /**
     * Returns whether any of these members is due for a write. The check loads their objects together: each write
     * evicts from the processor's cache what the next member needs, so single checks would each wait for memory. For
     * the same reason the loop does not stop at the first member found.
     */
    private boolean anyReady(int begin, int end, LineRing ring) {
        int ready = 0;
        for (int i = begin; i < end; i++) {
            Member member = members.get(i);
            if (member.ahead | canWrite(member, ring)) {
                ready++;
            }
        }
        return ready > 0;
    }

    private static boolean canWrite(Member member, LineRing ring) {
        return member.ring == ring && member.isBehind() && member.connection.isReady();
    }

    /** Writes the lines that a member has not received from its current ring, as far as its connection accepts them. */
    void serve(Member member) {
        while (member.isBehind() && member.connection.isReady()) {
            room.stepOverGap(member);
            if (member.isBehind()) {
                long to = framing.fit(member.ring, member.position, maxBytes);
                ByteBuf lines = framing.encode(member.ring, member.position, to, member.connection.allocator());
                meters.deliveries.increment(write(member, to, lines));
                lines.release();
            }
        }
    }

    /**
     * Writes one piece to a member.
     *
     * @return the number of lines written
     */
    private long write(Member member, long to, ByteBuf lines) {
        long count = to - member.position;
        // Before the write, which may find the connection ready again and call this method recursively.
        member.advance(to, member.ring.cursor(to));
        if (!lines.isReadable()) {
            return 0;
        }
        member.connection.write(lines);
        return count;
    }
}
