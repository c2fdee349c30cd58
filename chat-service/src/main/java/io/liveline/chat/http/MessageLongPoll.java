package io.liveline.chat.http;

import java.time.Duration;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Gap;
import io.liveline.chat.Transport;
import io.liveline.chat.replica.ChatContext;
import io.liveline.chat.replica.EventLoopStates;
import io.liveline.chat.room.Framing;
import io.liveline.chat.room.Member;
import io.liveline.chat.room.MemberConnection;
import io.liveline.edge.CursorParameter;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import io.liveline.edge.TimingWheel;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.auth.Person;
import io.liveline.edge.longlived.PollReply;
import io.liveline.edge.longlived.PollRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.vertx.ext.web.RoutingContext;

/**
 * Long-poll for the events after a cursor: a member that leaves with the first piece it gets. Confined to the event
 * loop of its connection.
 */
final class MessageLongPoll extends TimingWheel.Timed implements MemberConnection {

    private final Request request;
    private final PollReply reply;
    private final EventLoop loop;
    private final Cursor after;
    private final long deadlineMillis;
    private final boolean expires;
    private Member member;
    private boolean finished;

    /** Request of a poll, without its position. */
    private record Request(PageFraming pages, Caller caller, Duration maxWait, ChatContext replica)
            implements PollRequest {

        @Override
        public boolean isLast() {
            return replica.loops().isDraining();
        }

        @Override
        public void answer(String after, PollReply reply) {
            park(this, CursorParameter.parse(after), reply);
        }
    }

    private MessageLongPoll(Request request, PollReply reply, Cursor after) {
        this.request = request;
        this.reply = reply;
        this.loop = reply.loop();
        this.after = after;
        // A draining replica parks no polls.
        long longest = request.isLast() ? 0 : request.maxWait.toMillis();
        long left = request.caller.expiresMillis() - System.currentTimeMillis();
        this.expires = left <= longest;
        this.deadlineMillis = EventLoopStates.nowMillis() + Math.max(0, Math.min(longest, left));
    }

    /**
     * Parks a request. Must be called on the event loop of its connection.
     *
     * @param caller caller, who occupies one more place
     * @param after valid cursor
     * @throws ProblemException 503 {@code full}
     * @throws io.liveline.bus.BusUnavailableException if no more rooms can be subscribed to on this replica
     */
    static void park(
            RoutingContext context,
            PageFraming pages,
            Caller caller,
            String after,
            Duration wait,
            ChatContext replica) {
        replica.polls().respond(context, new Request(pages, caller, wait, replica), after);
    }

    private static void park(Request request, Cursor after, PollReply reply) {
        MessageLongPoll poll = new MessageLongPoll(request, reply, after);
        Person person = request.caller.person();
        ChatContext replica = request.replica;
        replica.longLivedLimit().take(person);
        try {
            // A polling client is no visible member of the room: it would join and leave with every answer.
            poll.member = Member.enter(replica.rooms(), request.pages.room(), null, poll, poll.loop, after);
        } catch (RuntimeException rejection) {
            replica.longLivedLimit().giveBack(person);
            throw rejection;
        }
        replica.activity().connection(Transport.LONGPOLL, +1);
        replica.loops().of(poll.loop).waits().add(poll);
        reply.whenGone(poll::finish);
    }

    @Override
    public long deadlineMillis() {
        return deadlineMillis;
    }

    @Override
    public Framing framing() {
        return request.pages;
    }

    @Override
    public ByteBufAllocator allocator() {
        return UnpooledByteBufAllocator.DEFAULT;
    }

    @Override
    public boolean isReady() {
        return !finished;
    }

    @Override
    public void write(ByteBuf page) {
        answer(page);
    }

    @Override
    public void joined(RoomName room, Cursor cursor, boolean recovered, String members) {
        if (!recovered) {
            answer(request.pages.empty(cursor, false, false));
        }
    }

    @Override
    public void gap(RoomName room, Gap gap) {
        answer(request.pages.empty(gap.resume(), false, true));
    }

    /** Ignores changes of members, which are not in the log. */
    @Override
    public void members(String frame) {}

    /** Rejects the poll while the bus is unavailable, because waiting would hide that nothing can arrive. */
    @Override
    public void state(BusState now) {
        if (now == BusState.DEGRADED) {
            reject(new ProblemException(
                    503,
                    "unavailable",
                    "The bus is unavailable",
                    request.replica.longLivedLimit().retry()));
        }
    }

    @Override
    public void unreadable(RoomName room, Throwable failure) {
        reject(failure);
    }

    /** Answers without messages, or rejects the poll if its token has expired. */
    @Override
    public void timeUp() {
        // Not when it is drained earlier.
        if (expires && EventLoopStates.nowMillis() >= deadlineMillis) {
            reject(Caller.expired());
            return;
        }
        answer(request.pages.empty(after, true, false));
    }

    private void answer(ByteBuf page) {
        if (!finished) {
            finish();
            reply.answer(null, page);
        }
    }

    private void reject(Throwable failure) {
        if (!finished) {
            finish();
            reply.refuse(failure);
        }
    }

    private void finish() {
        if (!finished) {
            finished = true;
            ChatContext replica = request.replica;
            replica.loops().of(loop).waits().remove(this);
            replica.activity().connection(Transport.LONGPOLL, -1);
            replica.longLivedLimit().giveBack(request.caller.person());
            member.leave();
        }
    }
}
