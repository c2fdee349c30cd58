package io.liveline.chat;

import java.time.Duration;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Gap;
import io.liveline.edge.Caller;
import io.liveline.edge.HeldResponse;
import io.liveline.edge.Person;
import io.liveline.edge.Problem;
import io.liveline.edge.Problems;
import io.liveline.edge.RoomName;
import io.liveline.edge.Wheel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;

/**
 * A request for what comes behind a cursor, which waits until there is something: a member that leaves with the first
 * piece it gets. Confined to the event loop of its connection.
 */
final class MessagePoll extends Wheel.Timed implements Outlet {

    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final CharSequence PREFERENCE_APPLIED = HttpHeaders.createOptimized("Preference-Applied");

    private final HttpServerResponse response;
    private final EventLoop loop;
    private final Person person;
    private final Pages pages;
    private final Cursor after;
    private final Duration wait;
    private final long deadlineMillis;
    private final boolean expires;
    private final Replica replica;
    private Member member;
    private boolean over;

    private MessagePoll(
            RoutingContext context, Pages pages, Caller caller, Cursor after, Duration wait, Replica replica) {
        this.response = HeldResponse.of(context).response();
        this.loop = ((ConnectionBase) context.request().connection()).channel().eventLoop();
        this.person = caller.person();
        this.pages = pages;
        this.after = after;
        this.wait = wait;
        this.replica = replica;
        // A replica that ends lets nobody wait.
        long longest = replica.loops().isDraining() ? 0 : wait.toMillis();
        long left = caller.expiresMillis() - System.currentTimeMillis();
        this.expires = left <= longest;
        this.deadlineMillis = Loops.nowMillis() + Math.max(0, Math.min(longest, left));
    }

    /**
     * Lets a request wait; called on the event loop of its connection.
     *
     * @param caller who takes one more place
     * @throws Problem 503 {@code full}
     * @throws io.liveline.bus.BusUnavailableException when no more rooms can be listened to here
     */
    static void park(RoutingContext context, Pages pages, Caller caller, Cursor after, Duration wait, Replica replica) {
        MessagePoll poll = new MessagePoll(context, pages, caller, after, wait, replica);
        Person person = caller.person();
        replica.places().take(person);
        try {
            // Who polls is not seen in the room: it would come and go with every answer.
            poll.member = Member.enter(replica.rooms(), pages.room(), null, poll, poll.loop, after);
        } catch (RuntimeException refused) {
            replica.places().giveBack(person);
            throw refused;
        }
        replica.activity().connection(Transport.LONGPOLL, +1);
        replica.loops().of(poll.loop).waits().add(poll);
        poll.response.closeHandler(gone -> poll.over());
    }

    @Override
    protected long deadlineMillis() {
        return deadlineMillis;
    }

    @Override
    public Framing framing() {
        return pages;
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
        // Of its own count: nobody gives it back, as it is memory of the heap.
        answer(Buffer.buffer(page.retainedDuplicate()));
    }

    @Override
    public void joined(RoomName room, Cursor cursor, boolean recovered, String members) {
        if (!recovered) {
            answer(Buffer.buffer(pages.empty(cursor, false, false)));
        }
    }

    @Override
    public void gap(RoomName room, Gap gap) {
        answer(Buffer.buffer(pages.empty(gap.resume(), false, true)));
    }

    /** Coming and going is not in the log, and a poll asks for that. */
    @Override
    public void members(String frame) {}

    /** Waiting on would hide that nothing can come. */
    @Override
    public void state(BusState now) {
        if (now == BusState.DEGRADED) {
            refuse(new Problem(
                    503, "unavailable", "The bus is away", replica.places().retry()));
        }
    }

    @Override
    public void unreadable(RoomName room, Throwable failure) {
        refuse(failure);
    }

    /** Nothing came, or nothing that its client may read any longer. */
    void timeUp() {
        // Not when it is drained before.
        if (expires && Loops.nowMillis() >= deadlineMillis) {
            refuse(Caller.expired());
            return;
        }
        answer(Buffer.buffer(pages.empty(after, true, false)));
    }

    private void answer(Buffer page) {
        if (!over) {
            over();
            if (replica.loops().isDraining()) {
                // The next request is to go elsewhere.
                HeldResponse.closeBehind(response);
            }
            response.putHeader(HttpHeaders.CONTENT_TYPE, JSON)
                    .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE)
                    .putHeader(PREFERENCE_APPLIED, "wait=" + wait.toSeconds())
                    .end(page);
        }
    }

    private void refuse(Throwable failure) {
        if (!over) {
            over();
            Problems.answer(response, failure);
        }
    }

    private void over() {
        if (!over) {
            over = true;
            replica.loops().of(loop).waits().remove(this);
            replica.activity().connection(Transport.LONGPOLL, -1);
            replica.places().giveBack(person);
            member.leave();
        }
    }
}
