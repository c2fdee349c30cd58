package io.liveline.chat.websocket;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Gap;
import io.liveline.chat.ChatConfig;
import io.liveline.chat.ChatMeters;
import io.liveline.chat.protocol.ServerFrames;
import io.liveline.chat.replica.ActivityPublisher;
import io.liveline.chat.replica.ChatContext;
import io.liveline.chat.replica.Heartbeats;
import io.liveline.chat.replica.TokenExpiry;
import io.liveline.chat.replica.UnsentBudget;
import io.liveline.chat.room.Framing;
import io.liveline.chat.room.Member;
import io.liveline.chat.room.MemberConnection;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Authenticator;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.limit.RateLimiter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;

/**
 * One person on one WebSocket. While it does not take what it is told, nothing more is read from it. Confined to the
 * connection's event loop.
 */
final class WebSocketSession implements MemberConnection, Heartbeats.Beating, UnsentBudget.Waiting {

    private static final short GOING_AWAY = 1001;
    /** Of the registry that RFC 6455, section 11.7, sets up: browsers and libraries come back after this one. */
    private static final short SERVICE_RESTART = 1012;

    private static final short TRY_AGAIN_LATER = 1013;

    /** Of our own: 401 among the codes that are for libraries and applications. Who has another token comes back. */
    private static final short TOKEN_EXPIRED = 3401;

    /** For how long a client may take to hear that it is closed. */
    private static final long CLOSING_SECONDS = 5;

    private final ServerWebSocket socket;
    private final Channel channel;
    private final ChatConfig config;
    private final ChatMeters meters;
    private final ActivityPublisher activity;
    private final Outbox outbox;
    private final FrameHandler requests;
    private final TokenExpiry expiry;
    private final Framing framing;
    private BusState state = BusState.LIVE;
    private BusState told = BusState.LIVE;
    // How many members were served: the next one is first when the connection takes bytes again.
    private int served;
    private long lastSeenNanos = System.nanoTime();
    private boolean paused;
    private boolean reading;
    private boolean leaving;
    private boolean closed;

    WebSocketSession(
            Caller caller,
            Authenticator identity,
            RateLimiter limits,
            ServerWebSocket socket,
            Channel channel,
            ChatContext replica) {
        this.socket = socket;
        this.channel = channel;
        this.config = replica.config();
        this.meters = replica.meters();
        this.activity = replica.activity();
        UnsentBudget backlog = replica.loops().of(channel.eventLoop()).backlog();
        this.outbox = Outbox.open(channel, config.outboxBytes(), backlog, this, this::turned);
        this.requests = new FrameHandler(this, caller, identity, limits, channel.eventLoop(), replica);
        this.framing = TextFraming.of(socket.subProtocol());
        this.expiry = new TokenExpiry(channel.eventLoop(), this::expire);
        expiry.await(caller);
    }

    // -- what the client says

    void text(String text) {
        seen();
        if (!closed) {
            requests.message(text);
        }
    }

    void binary() {
        seen();
        if (!closed) {
            requests.bad("bad_json", "Frames are text, one JSON document a line");
        }
    }

    /** Any sign of life. */
    void seen() {
        lastSeenNanos = System.nanoTime();
    }

    /** It goes on with another token: what counts is how long that one holds. */
    void awaitExpiry(Caller renewed) {
        expiry.await(renewed);
    }

    private void expire() {
        ProblemException expired = Caller.expired();
        say(ServerFrames.error(expired, null, null));
        close(TOKEN_EXPIRED, expired.code());
    }

    // -- what the client is told

    @Override
    public Framing framing() {
        return framing;
    }

    @Override
    public ByteBufAllocator allocator() {
        return channel.alloc();
    }

    @Override
    public boolean isReady() {
        return !closed && outbox.isReady();
    }

    @Override
    public void write(ByteBuf lines) {
        outbox.write(lines);
    }

    /** One page at a time, of whichever room: many could be more than there is memory for. */
    @Override
    public boolean beginReading() {
        boolean begins = !reading;
        reading = true;
        return begins;
    }

    @Override
    public void endReading() {
        reading = false;
        channel.eventLoop().execute(this::turned);
    }

    @Override
    public void joined(RoomName room, Cursor cursor, boolean recovered, String members) {
        activity.room(room);
        say(ServerFrames.joined(room, cursor, recovered, members));
    }

    @Override
    public void gap(RoomName room, Gap gap) {
        say(ServerFrames.gap(room, gap));
    }

    @Override
    public void members(String frame) {
        say(frame);
    }

    /** Said once for all rooms, and only as it is when the connection takes it. */
    @Override
    public void state(BusState now) {
        state = now;
        tellState();
    }

    private void tellState() {
        if (state != told && isReady()) {
            told = state;
            say(ServerFrames.state(state));
        }
    }

    @Override
    public void unreadable(RoomName room, Throwable failure) {
        say(ServerFrames.error(ProblemResponses.of(failure), room.text(), null));
        requests.leave(room);
    }

    /**
     * Says something that is not from a room's ring, in its turn. When the connection is not ready, only what there is
     * a bounded number of: answers to what was read before.
     */
    void say(String json) {
        if (!closed) {
            outbox.say(json);
        }
    }

    /** The connection began or ceased to take bytes. */
    private void turned() {
        regulateReading();
        if (!isReady()) {
            return;
        }
        tellState();
        List<Member> members = requests.members();
        // Each in its turn: no room waits for ever behind one that always has something.
        Collections.rotate(members, -served);
        for (Member member : members) {
            if (!isReady()) {
                return;
            }
            served++;
            member.serve();
        }
    }

    @Override
    public void tick(boolean heartbeat, long nowNanos) {
        if (nowNanos - lastSeenNanos > config.silence().toNanos()) {
            meters.closedSilent();
            close(GOING_AWAY, "no sign of life");
        } else if (outbox.isStuck(nowNanos, config.noProgress().toNanos())) {
            meters.closedSlow();
            close(TRY_AGAIN_LATER, "takes nothing");
        } else if (heartbeat && isReady()) {
            socket.writePing(Buffer.buffer());
            say(ServerFrames.HEARTBEAT);
        }
    }

    /** The client goes by itself when its time has come, or its connection is closed a little later. */
    @Override
    public void seeOff(long slotMillis, long patienceMillis) {
        if (leaving) {
            return;
        }
        leaving = true;
        say(ServerFrames.reconnect(slotMillis));
        Heartbeats.after(
                slotMillis + patienceMillis, channel.eventLoop(), () -> close(SERVICE_RESTART, "comes back elsewhere"));
    }

    void close(short code, String reason) {
        if (closed) {
            return;
        }
        closed();
        socket.close(code, reason);
        channel.eventLoop().schedule(this::cut, CLOSING_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void giveUp() {
        if (!closed) {
            meters.closedSlow();
            closed();
            cut();
        }
    }

    /** Vert.x waits for what was written to be taken, however long that takes: this begins behind its own handlers. */
    private void cut() {
        channel.pipeline().firstContext().close();
    }

    /** The connection is gone. */
    void closed() {
        closed = true;
        expiry.cancel();
        outbox.close();
        requests.leaveAll();
    }

    boolean isClosed() {
        return closed;
    }

    /** Nothing is read from who does not take what it is told, or has too much under way. */
    void regulateReading() {
        boolean pause = !outbox.isReady() || requests.isBusy();
        if (pause != paused && !closed) {
            paused = pause;
            if (pause) {
                socket.pause();
            } else {
                socket.resume();
            }
        }
    }
}
