package io.liveline.chat.http;

import java.time.Duration;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Gap;
import io.liveline.chat.Transport;
import io.liveline.chat.protocol.ServerFrames;
import io.liveline.chat.replica.ChatContext;
import io.liveline.chat.replica.Heartbeats;
import io.liveline.chat.replica.TokenExpiry;
import io.liveline.chat.replica.UnsentBudget;
import io.liveline.chat.room.Framing;
import io.liveline.chat.room.Member;
import io.liveline.chat.room.MemberConnection;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.auth.Person;
import io.liveline.edge.longlived.SseResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * SSE stream of one room: the frames that a WebSocket would get, one per event. Confined to the event loop of its
 * connection.
 */
final class RoomEventStream implements MemberConnection, Heartbeats.Connection, UnsentBudget.Waiting {

    private final SseResponse sse;
    private final HttpServerResponse response;
    private final Person person;
    private final ChatContext replica;
    private final TokenExpiry expiry;
    private Member member;
    private BusState state = BusState.LIVE;
    private BusState sentState = BusState.LIVE;
    private long blockedSinceNanos;
    private boolean closed;

    private RoomEventStream(RoutingContext context, Person person, ChatContext replica) {
        this.sse = new SseResponse(context);
        this.response = sse.response();
        this.person = person;
        this.replica = replica;
        this.expiry = new TokenExpiry(sse.loop(), this::expire);
    }

    /**
     * Opens a stream, or answers a HEAD request with its headers. Must be called on the event loop of its connection.
     *
     * @param caller caller; without a person, the client only receives
     * @param after cursor of the newest event that the client has; null: only new events
     * @throws io.liveline.edge.ProblemException 503 {@code full}
     * @throws io.liveline.bus.BusUnavailableException if no more rooms can be subscribed to on this replica
     */
    static void open(RoutingContext context, RoomName room, Caller caller, Cursor after, ChatContext replica) {
        if (SseResponse.answerHead(context)) {
            return;
        }
        Person person = caller.person();
        RoomEventStream stream = new RoomEventStream(context, person, replica);
        replica.longLivedLimit().take(person);
        try {
            stream.member = Member.enter(replica.rooms(), room, person, stream, stream.sse.loop(), after);
        } catch (RuntimeException rejection) {
            replica.longLivedLimit().giveBack(person);
            throw rejection;
        }
        stream.start();
        stream.expiry.await(caller);
        // Last, because a draining replica may end the stream at once.
        replica.loops().of(stream.sse.loop()).heartbeats().add(stream);
    }

    /** Ends the stream when the token expires. The client reconnects with a new token. */
    private void expire() {
        write(SseFraming.of(null, ServerFrames.error(Caller.expired(), null, null)));
        end();
    }

    private void start() {
        replica.activity().connection(Transport.SSE, +1);
        response.drainHandler(drained -> {
            blockedSinceNanos = 0;
            backlog().remove(this);
            sendState();
            member.serve();
        });
        sse.start(replica.longLivedLimit().retry(), this::closed);
    }

    @Override
    public Framing framing() {
        return SseFraming.EVENTS;
    }

    @Override
    public ByteBufAllocator allocator() {
        return UnpooledByteBufAllocator.DEFAULT;
    }

    @Override
    public boolean isReady() {
        return !closed && !response.writeQueueFull();
    }

    @Override
    public void write(ByteBuf events) {
        if (closed) {
            return;
        }
        // A duplicate with its own reference count; it is heap memory, so it need not be released.
        response.write(Buffer.buffer(events.retainedDuplicate()));
        if (response.writeQueueFull()) {
            if (blockedSinceNanos == 0) {
                blockedSinceNanos = System.nanoTime();
            }
            backlog().add(this, events.readableBytes());
        }
    }

    private UnsentBudget backlog() {
        return replica.loops().of(sse.loop()).backlog();
    }

    @Override
    public void evict() {
        if (!closed) {
            replica.meters().closedSlow.increment();
            cut();
        }
    }

    @Override
    public void joined(RoomName room, Cursor cursor, boolean recovered, String members) {
        Duration heartbeat = replica.config().heartbeat();
        write(SseFraming.of(cursor, ServerFrames.joined(room, cursor, recovered, members, heartbeat)));
    }

    @Override
    public void gap(RoomName room, Gap gap) {
        write(SseFraming.of(gap.resume(), ServerFrames.gap(room, gap)));
    }

    @Override
    public void members(String frame) {
        write(SseFraming.of(null, frame));
    }

    @Override
    public void state(BusState now) {
        state = now;
        sendState();
    }

    private void sendState() {
        if (state != sentState && isReady()) {
            sentState = state;
            write(SseFraming.of(null, ServerFrames.state(state)));
        }
    }

    /** Ends the stream after a failed read. The client reconnects by itself, and continues at its cursor. */
    @Override
    public void unreadable(RoomName room, Throwable failure) {
        write(SseFraming.of(null, ServerFrames.error(ProblemResponses.of(failure), room.text(), null)));
        end();
    }

    /** Sends the heartbeat as an event, because a page cannot see comments. */
    @Override
    public void tick(boolean heartbeat, long nowNanos) {
        Duration patience = replica.config().noProgress();
        if (blockedSinceNanos != 0 && nowNanos - blockedSinceNanos > patience.toNanos()) {
            evict();
        } else if (heartbeat && isReady()) {
            write(SseFraming.of(null, ServerFrames.HEARTBEAT));
        }
    }

    /** Ends the stream in its slot. A browser reconnects by itself. */
    @Override
    public void drain(long slotMillis, long patienceMillis) {
        Heartbeats.after(slotMillis, sse.loop(), this::end);
    }

    private void end() {
        if (!closed) {
            sse.end(replica.longLivedLimit().retry());
        }
    }

    /** Closes the connection at once, without the outstanding bytes. */
    private void cut() {
        sse.cut();
        closed();
    }

    private void closed() {
        if (!closed) {
            closed = true;
            expiry.cancel();
            backlog().remove(this);
            replica.loops().of(sse.loop()).heartbeats().remove(this);
            replica.activity().connection(Transport.SSE, -1);
            replica.longLivedLimit().giveBack(person);
            member.leave();
        }
    }
}
