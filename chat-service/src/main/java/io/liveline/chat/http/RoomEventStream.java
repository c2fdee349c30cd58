package io.liveline.chat.http;

import java.nio.charset.StandardCharsets;
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
import io.liveline.edge.longlived.LongLivedResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;

/**
 * One room over SSE: the frames that a WebSocket would get of it, one an event. Confined to the event loop of its
 * connection.
 */
final class RoomEventStream implements MemberConnection, Heartbeats.Beating, UnsentBudget.Waiting {

    private static final CharSequence TYPE = HttpHeaders.createOptimized("text/event-stream");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final CharSequence ACCEL_BUFFERING = HttpHeaders.createOptimized("X-Accel-Buffering");
    private static final CharSequence NO = HttpHeaders.createOptimized("no");

    private final LongLivedResponse held;
    private final HttpServerResponse response;
    private final Person person;
    private final ChatContext replica;
    private final EventLoop loop;
    private final TokenExpiry expiry;
    private Member member;
    private BusState state = BusState.LIVE;
    private BusState told = BusState.LIVE;
    private long blockedSinceNanos;
    private boolean closed;

    private RoomEventStream(RoutingContext context, Person person, ChatContext replica) {
        this.held = LongLivedResponse.of(context);
        this.response = held.response();
        this.person = person;
        this.replica = replica;
        this.loop = ((ConnectionBase) context.request().connection()).channel().eventLoop();
        this.expiry = new TokenExpiry(loop, this::expire);
    }

    /**
     * Begins a stream, or only says what it would be; called on the event loop of its connection.
     *
     * @param caller without a person, only listens
     * @param after what the reader has already; null: only what is new
     * @throws io.liveline.edge.ProblemException 503 {@code full}
     * @throws io.liveline.bus.BusUnavailableException when no more rooms can be listened to here
     */
    static void open(RoutingContext context, RoomName room, Caller caller, Cursor after, ChatContext replica) {
        if (context.request().method().equals(HttpMethod.HEAD)) {
            describe(context.response()).end();
            return;
        }
        Person person = caller.person();
        RoomEventStream stream = new RoomEventStream(context, person, replica);
        replica.places().take(person);
        try {
            stream.member = Member.enter(replica.rooms(), room, person, stream, stream.loop, after);
        } catch (RuntimeException refused) {
            replica.places().giveBack(person);
            throw refused;
        }
        stream.begin();
        stream.expiry.await(caller);
        // Last: while this replica ends, the stream is ended, maybe at once.
        replica.loops().of(stream.loop).heartbeats().add(stream);
    }

    private static HttpServerResponse describe(HttpServerResponse response) {
        return response.putHeader(HttpHeaders.CONTENT_TYPE, TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE)
                .putHeader(ACCEL_BUFFERING, NO);
    }

    /** Its reader comes back with another token, or not. */
    private void expire() {
        write(SseFraming.of(null, ServerFrames.error(Caller.expired(), null, null)));
        end();
    }

    private void begin() {
        replica.activity().connection(Transport.SSE, +1);
        describe(response).setChunked(true);
        // A client that goes away is told of by the close handler, not by a failed write.
        response.exceptionHandler(gone -> {});
        response.closeHandler(gone -> closed());
        response.endHandler(ended -> closed());
        response.drainHandler(drained -> {
            blockedSinceNanos = 0;
            backlog().remove(this);
            tellState();
            member.serve();
        });
        write(retry());
        held.begun();
    }

    /**
     * When its reader is to come back after an end: a line of the event that follows. In a block of its own several
     * libraries would take it for an empty event.
     */
    private ByteBuf retry() {
        long millis = replica.places().retry().toMillis();
        return Unpooled.copiedBuffer("retry: " + millis + "\n", StandardCharsets.US_ASCII);
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
        // Of its own count: nobody gives it back, as it is memory of the heap.
        response.write(Buffer.buffer(events.retainedDuplicate()));
        if (response.writeQueueFull()) {
            if (blockedSinceNanos == 0) {
                blockedSinceNanos = System.nanoTime();
            }
            backlog().add(this, events.readableBytes());
        }
    }

    private UnsentBudget backlog() {
        return replica.loops().of(loop).backlog();
    }

    @Override
    public void giveUp() {
        if (!closed) {
            replica.meters().closedSlow();
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
        tellState();
    }

    private void tellState() {
        if (state != told && isReady()) {
            told = state;
            write(SseFraming.of(null, ServerFrames.state(state)));
        }
    }

    /** Its reader comes back by itself, and goes on where it is. */
    @Override
    public void unreadable(RoomName room, Throwable failure) {
        write(SseFraming.of(null, ServerFrames.error(ProblemResponses.of(failure), room.text(), null)));
        end();
    }

    /** A heartbeat is an event: a page cannot see comments. */
    @Override
    public void tick(boolean heartbeat, long nowNanos) {
        Duration patience = replica.config().noProgress();
        if (blockedSinceNanos != 0 && nowNanos - blockedSinceNanos > patience.toNanos()) {
            giveUp();
        } else if (heartbeat && isReady()) {
            write(SseFraming.of(null, ServerFrames.HEARTBEAT));
        }
    }

    /** Its turn comes once: a browser comes back by itself. */
    @Override
    public void seeOff(long slotMillis, long patienceMillis) {
        Heartbeats.after(slotMillis, loop, this::end);
    }

    /** Ends it in such a way that its reader comes back over another connection, which may lead elsewhere. */
    private void end() {
        if (closed) {
            return;
        }
        if (!isReady()) {
            cut();
            return;
        }
        write(retry());
        response.end();
        held.sendElsewhere();
    }

    /** Ends it at once, whatever is still to be taken. */
    private void cut() {
        held.cut();
        closed();
    }

    private void closed() {
        if (!closed) {
            closed = true;
            expiry.cancel();
            backlog().remove(this);
            replica.loops().of(loop).heartbeats().remove(this);
            replica.activity().connection(Transport.SSE, -1);
            replica.places().giveBack(person);
            member.leave();
        }
    }
}
