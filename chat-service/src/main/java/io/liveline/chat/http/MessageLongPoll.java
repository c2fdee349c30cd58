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
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.vertx.ext.web.RoutingContext;

/**
 * A request for what comes behind a cursor, which waits until there is something: a member that leaves with the first
 * piece it gets. Confined to the event loop of its connection.
 */
final class MessageLongPoll extends TimingWheel.Timed implements MemberConnection {

    private final Question question;
    private final PollReply reply;
    private final EventLoop loop;
    private final Cursor after;
    private final long deadlineMillis;
    private final boolean expires;
    private Member member;
    private boolean over;

    /** What is asked, but for from where on. */
    private record Question(PageFraming pages, Caller caller, Duration longest, ChatContext replica) {

        void ask(String after, PollReply reply) {
            park(this, CursorParameter.parse(after), reply);
        }
    }

    private MessageLongPoll(Question question, PollReply reply, Cursor after) {
        this.question = question;
        this.reply = reply;
        this.loop = reply.loop();
        this.after = after;
        // A replica that ends lets nobody wait.
        long longest = question.replica.loops().isDraining() ? 0 : question.longest.toMillis();
        long left = question.caller.expiresMillis() - System.currentTimeMillis();
        this.expires = left <= longest;
        this.deadlineMillis = EventLoopStates.nowMillis() + Math.max(0, Math.min(longest, left));
    }

    /**
     * Lets a request wait; called on the event loop of its connection.
     *
     * @param caller who takes one more place
     * @throws ProblemException 503 {@code full}
     * @throws io.liveline.bus.BusUnavailableException when no more rooms can be listened to here
     */
    static void park(
            RoutingContext context,
            PageFraming pages,
            Caller caller,
            Cursor after,
            Duration wait,
            ChatContext replica) {
        Question question = new Question(pages, caller, wait, replica);
        String position = after.toString();
        String mark = context.request().uri().contains("?after=" + position) ? "?after=" : "&after=";
        park(question, after, replica.polls().reply(context, caller, wait, mark, position, question::ask));
    }

    private static void park(Question question, Cursor after, PollReply reply) {
        MessageLongPoll poll = new MessageLongPoll(question, reply, after);
        Person person = question.caller.person();
        ChatContext replica = question.replica;
        replica.places().take(person);
        try {
            // Who polls is not seen in the room: it would come and go with every answer.
            poll.member = Member.enter(replica.rooms(), question.pages.room(), null, poll, poll.loop, after);
        } catch (RuntimeException refused) {
            replica.places().giveBack(person);
            throw refused;
        }
        replica.activity().connection(Transport.LONGPOLL, +1);
        replica.loops().of(poll.loop).waits().add(poll);
        reply.whenGone(poll::over);
    }

    @Override
    public long deadlineMillis() {
        return deadlineMillis;
    }

    @Override
    public Framing framing() {
        return question.pages;
    }

    @Override
    public ByteBufAllocator allocator() {
        return UnpooledByteBufAllocator.DEFAULT;
    }

    @Override
    public boolean isReady() {
        return !over;
    }

    @Override
    public void write(ByteBuf page) {
        answer(page);
    }

    @Override
    public void joined(RoomName room, Cursor cursor, boolean recovered, String members) {
        if (!recovered) {
            answer(question.pages.empty(cursor, false, false));
        }
    }

    @Override
    public void gap(RoomName room, Gap gap) {
        answer(question.pages.empty(gap.resume(), false, true));
    }

    /** Coming and going is not in the log, and a poll asks for that. */
    @Override
    public void members(String frame) {}

    /** Waiting on would hide that nothing can come. */
    @Override
    public void state(BusState now) {
        if (now == BusState.DEGRADED) {
            refuse(new ProblemException(
                    503,
                    "unavailable",
                    "The bus is away",
                    question.replica.places().retry()));
        }
    }

    @Override
    public void unreadable(RoomName room, Throwable failure) {
        refuse(failure);
    }

    /** Nothing came, or nothing that its client may read any longer. */
    @Override
    public void timeUp() {
        // Not when it is drained before.
        if (expires && EventLoopStates.nowMillis() >= deadlineMillis) {
            refuse(Caller.expired());
            return;
        }
        answer(question.pages.empty(after, true, false));
    }

    private void answer(ByteBuf page) {
        if (!over) {
            over();
            PollReply.Answer answer = new PollReply.Answer(null, page);
            if (question.replica.loops().isDraining()) {
                reply.answerLast(answer);
            } else {
                reply.answer(answer);
            }
        }
    }

    private void refuse(Throwable failure) {
        if (!over) {
            over();
            reply.refuse(failure);
        }
    }

    private void over() {
        if (!over) {
            over = true;
            ChatContext replica = question.replica;
            replica.loops().of(loop).waits().remove(this);
            replica.activity().connection(Transport.LONGPOLL, -1);
            replica.places().giveBack(question.caller.person());
            member.leave();
        }
    }
}
