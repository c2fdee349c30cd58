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
import io.netty.channel.EventLoop;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.WebSocketConnection;
import io.vertx.core.buffer.Buffer;
import org.jboss.logging.Logger;

/**
 * Session of one person on one WebSocket. While the connection does not accept what is sent, the server does not read
 * from it. Confined to the connection's event loop.
 */
final class WebSocketSession implements MemberConnection, Heartbeats.Connection, UnsentBudget.Waiting {

    private static final Logger LOG = Logger.getLogger(WebSocketSession.class);

    private static final int GOING_AWAY = 1001;
    /** Of the registry that RFC 6455, section 11.7, defines. Browsers and libraries reconnect after this code. */
    private static final int SERVICE_RESTART = 1012;

    private static final int TRY_AGAIN_LATER = 1013;

    /** Our own code: 401 in the range for libraries and applications. The client reconnects with a new token. */
    private static final int TOKEN_EXPIRED = 3401;

    /** Time that the client has to answer the close frame. */
    private static final long CLOSING_SECONDS = 5;

    private final WebSocketConnection connection;
    private final InboundFrames frames;
    private final Channel channel;
    private final ChatConfig config;
    private final ChatMeters meters;
    private final ActivityPublisher activity;
    private final Outbox outbox;
    private final FrameHandler frameHandler;
    private final TokenExpiry expiry;
    private final Framing framing;
    private BusState state = BusState.LIVE;
    private BusState sentState = BusState.LIVE;
    // Number of members served so far. The next one is served first when the connection becomes ready again.
    private int served;
    private long lastSeenNanos = System.nanoTime();
    private boolean paused;
    private boolean reading;
    private boolean draining;
    private boolean closed;

    WebSocketSession(
            Caller caller,
            Authenticator authenticator,
            RateLimiter limits,
            WebSocketConnection connection,
            InboundFrames frames,
            ChatContext replica) {
        this.connection = connection;
        this.frames = frames;
        this.channel = frames.channel();
        this.config = replica.config();
        this.meters = replica.meters();
        this.activity = replica.activity();
        UnsentBudget backlog = replica.loops().of(loop()).backlog();
        this.outbox = Outbox.open(channel, config.outboxBytes(), backlog, this, this::writabilityChanged);
        this.frameHandler = new FrameHandler(this, caller, authenticator, limits, loop(), replica);
        this.framing = TextFraming.of(connection.subprotocol());
        this.expiry = new TokenExpiry(loop(), this::expire);
        expiry.await(caller);
    }

    EventLoop loop() {
        return channel.eventLoop();
    }

    // -- input from the client

    void text(String text) {
        touch();
        if (!closed) {
            frameHandler.message(text);
        }
    }

    void binary() {
        touch();
        if (!closed) {
            frameHandler.bad("bad_json", "Frames are text, with one JSON document per line");
        }
    }

    /** Notes that something was received from the client. */
    void touch() {
        lastSeenNanos = System.nanoTime();
    }

    /** Restarts the expiry timer with a renewed token. */
    void awaitExpiry(Caller renewed) {
        expiry.await(renewed);
    }

    private void expire() {
        ProblemException expired = Caller.expired();
        send(ServerFrames.error(expired, null, null));
        close(TOKEN_EXPIRED, expired.code());
    }

    // -- output to the client

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

    /** Allows one page at a time, of any room: the pages of many rooms could exceed the memory. */
    @Override
    public boolean beginReading() {
        boolean begins = !reading;
        reading = true;
        return begins;
    }

    @Override
    public void endReading() {
        reading = false;
        loop().execute(this::writabilityChanged);
    }

    @Override
    public void joined(RoomName room, Cursor cursor, boolean recovered, String members) {
        activity.room(room);
        send(ServerFrames.joined(room, cursor, recovered, members));
    }

    @Override
    public void gap(RoomName room, Gap gap) {
        send(ServerFrames.gap(room, gap));
    }

    @Override
    public void members(String frame) {
        send(frame);
    }

    /** Reports the state once for all rooms, and only the current one when the connection is ready. */
    @Override
    public void state(BusState now) {
        state = now;
        sendState();
    }

    private void sendState() {
        if (state != sentState && isReady()) {
            sentState = state;
            send(ServerFrames.state(state));
        }
    }

    @Override
    public void unreadable(RoomName room, Throwable failure) {
        send(ServerFrames.error(ProblemResponses.of(failure), room.text(), null));
        frameHandler.leave(room);
    }

    /**
     * Sends a frame that does not come from a room's ring, in order. While the connection is not ready, callers may
     * only send a bounded number of frames: answers to frames that were read before.
     */
    void send(String json) {
        if (!closed) {
            outbox.send(json);
        }
    }

    /** Handles a connection that became ready, or ceased to be. */
    private void writabilityChanged() {
        regulateReading();
        if (!isReady()) {
            return;
        }
        sendState();
        List<Member> members = frameHandler.members();
        // In turn, so that no room waits forever for one that always has output.
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
            meters.closedSilent.increment();
            close(GOING_AWAY, "heartbeat timeout");
        } else if (outbox.isStuck(nowNanos, config.noProgress().toNanos())) {
            meters.closedSlow.increment();
            close(TRY_AGAIN_LATER, "slow consumer");
        } else if (heartbeat && isReady()) {
            connection.sendPing(Buffer.buffer()).subscribe().with(sent -> {}, WebSocketSession::unsent);
            send(ServerFrames.HEARTBEAT);
        }
    }

    /**
     * Sends {@code reconnect}. If the client does not close the connection in its slot, the server closes it a little
     * later.
     */
    @Override
    public void drain(long slotMillis, long patienceMillis) {
        if (draining) {
            return;
        }
        draining = true;
        send(ServerFrames.reconnect(slotMillis));
        Heartbeats.after(
                slotMillis + patienceMillis, loop(), () -> close(SERVICE_RESTART, "reconnect to another replica"));
    }

    void close(int code, String reason) {
        if (closed) {
            return;
        }
        closed();
        if (connection.isOpen()) {
            connection.close(new CloseReason(code, reason)).subscribe().with(sent -> {}, WebSocketSession::unsent);
        }
        loop().schedule(this::cut, CLOSING_SECONDS, TimeUnit.SECONDS);
    }

    /** Logs that the connection was lost while a frame was written. Its close handler follows. */
    private static void unsent(Throwable failure) {
        LOG.debug("Control frame not sent", failure);
    }

    @Override
    public void evict() {
        if (!closed) {
            meters.closedSlow.increment();
            closed();
            cut();
        }
    }

    /**
     * Closes the channel without waiting. Vert.x would wait until everything written is accepted, so this starts after
     * its handlers.
     */
    private void cut() {
        channel.pipeline().firstContext().close();
    }

    /** Releases the session of a closed connection. */
    void closed() {
        closed = true;
        expiry.cancel();
        outbox.close();
        frameHandler.leaveAll();
    }

    boolean isClosed() {
        return closed;
    }

    /** Pauses reading from a client that does not accept output, or has too many pending requests. */
    void regulateReading() {
        boolean pause = !outbox.isReady() || frameHandler.isBusy();
        if (pause != paused && !closed) {
            paused = pause;
            if (pause) {
                frames.pause();
            } else {
                frames.resume();
            }
        }
    }
}
