package io.liveline.chat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.liveline.bus.BusState;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Gap;
import io.liveline.edge.Caller;
import io.liveline.edge.Person;
import io.liveline.edge.Problem;
import io.liveline.edge.Problems;
import io.liveline.edge.RoomName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;

/**
 * One person on one WebSocket. While it does not take what it is told, nothing more is read from it. Confined to the
 * connection's event loop.
 */
final class Session implements Outlet, Heartbeats.Beating {

    private static final short GOING_AWAY = 1001;
    /** Of the registry that RFC 6455, section 11.7, sets up: browsers and libraries come back after this one. */
    private static final short SERVICE_RESTART = 1012;

    private static final short TRY_AGAIN_LATER = 1013;

    /** Of our own: 401 among the codes that are for libraries and applications. Who has another token comes back. */
    private static final short TOKEN_EXPIRED = 3401;

    /** For how long a client may take to hear that it is closed. */
    private static final long CLOSING_SECONDS = 5;

    private final Person person;
    private final Guard guard;
    private final ServerWebSocket socket;
    private final Channel channel;
    private final Replica replica;
    private final ChatConfig config;
    private final ChatMeters meters;
    private final Outbox outbox;
    private final Map<RoomName, Member> joined = new HashMap<>();
    private Caller caller;
    // Null: does not come.
    private ScheduledFuture<?> expiry;
    private int postsUnderWay;
    private BusState told = BusState.LIVE;
    private long lastSeenNanos = System.nanoTime();
    private boolean paused;
    private boolean closed;

    Session(Caller caller, Guard guard, ServerWebSocket socket, Channel channel, Replica replica) {
        this.caller = caller;
        this.person = caller.person();
        this.guard = guard;
        this.socket = socket;
        this.channel = channel;
        this.replica = replica;
        this.config = replica.config();
        this.meters = replica.meters();
        this.outbox = Outbox.open(channel, config.outboxBytes(), this::writabilityChanged);
        awaitExpiry();
    }

    // -- what the client says

    void text(String text) {
        seen();
        text.lines().filter(line -> !line.isBlank()).forEach(this::line);
    }

    void binary() {
        seen();
        say(Outgoing.error(Problem.bad("bad_json", "Frames are text, one JSON document a line"), null, null));
    }

    /** Any sign of life. */
    void seen() {
        lastSeenNanos = System.nanoTime();
    }

    private void line(String line) {
        Frame frame = null;
        try {
            frame = FrameDecoder.decode(line);
            guard.count(caller);
            handle(frame);
        } catch (BadFrame bad) {
            meters.refused();
            say(Outgoing.error(bad));
        } catch (Problem | BusUnavailableException refused) {
            meters.refused();
            say(Outgoing.error(Problems.of(refused), Frame.room(frame), Frame.id(frame)));
        }
    }

    private void handle(Frame frame) throws BadFrame {
        if (frame instanceof Frame.Join join) {
            join(join);
        } else if (frame instanceof Frame.Leave leave) {
            checkJoined(leave.room(), null);
            leave(leave.room());
        } else if (frame instanceof Frame.Post post) {
            post(post);
        } else if (frame instanceof Frame.Edit edit) {
            checkJoined(edit.room(), null);
            change(
                    edit.room(),
                    edit.message(),
                    replica.revisions().edit(edit.room(), caller, edit.message(), edit.text()));
        } else if (frame instanceof Frame.Delete delete) {
            checkJoined(delete.room(), null);
            change(
                    delete.room(),
                    delete.message(),
                    replica.revisions().delete(delete.room(), caller, delete.message()));
        } else if (frame instanceof Frame.Token token) {
            renew(token.token());
        }
    }

    private void join(Frame.Join join) throws BadFrame {
        RoomName name = join.room();
        caller.rights().requireJoin(name);
        leave(name);
        if (joined.size() >= config.roomsPerConnection()) {
            Problem problem = Problem.bad(
                    "too_many_rooms", "A connection may be in " + config.roomsPerConnection() + " rooms; leave one");
            throw new BadFrame(problem, name.text(), null);
        }
        if (replica.bus().state() == BusState.DEGRADED) {
            state(BusState.DEGRADED);
        }
        joined.put(name, Member.enter(replica.rooms(), name, person, this, channel.eventLoop(), join.after()));
    }

    private void leave(RoomName name) {
        Member member = joined.remove(name);
        if (member != null) {
            member.leave();
        }
    }

    private void post(Frame.Post post) throws BadFrame {
        checkJoined(post.room(), post.id());
        Draft draft;
        try {
            caller.rights().requirePost(post.room());
            draft = Message.draft(post.room(), person, post.id(), post.text(), config);
        } catch (Problem problem) {
            throw new BadFrame(problem, post.room().text(), post.id());
        }
        begun();
        replica.bus()
                .publish(post.room().messages(), draft)
                .subscribe()
                .with(
                        cursor -> settled(() -> posted(post, cursor)),
                        failure -> settled(() -> say(
                                Outgoing.error(Problems.of(failure), post.room().text(), post.id()))));
    }

    private void posted(Frame.Post post, Cursor cursor) {
        meters.posted();
        replica.activity().room(post.room());
        say(Outgoing.posted(post, cursor));
    }

    /** There is no answer of its own: the sender hears of the change like everybody in the room. */
    private void change(RoomName room, Cursor message, Uni<Cursor> change) {
        begun();
        change.subscribe()
                .with(
                        cursor -> settled(() -> {}),
                        failure -> settled(() -> say(Outgoing.refused(Problems.of(failure), room, message))));
    }

    private void begun() {
        postsUnderWay++;
        regulateReading();
    }

    private void settled(Runnable told) {
        channel.eventLoop().execute(() -> {
            postsUnderWay--;
            told.run();
            regulateReading();
        });
    }

    private void checkJoined(RoomName room, String id) throws BadFrame {
        if (!joined.containsKey(room)) {
            throw new BadFrame(Problem.bad("not_joined", "Join the room first"), room.text(), id);
        }
    }

    // -- until when it may

    /** Goes on with another token, and leaves the rooms that it no longer gives. */
    private void renew(String token) {
        guard.renew(caller, token)
                .onSuccess(renewed -> channel.eventLoop().execute(() -> renewed(renewed)))
                .onFailure(failure ->
                        channel.eventLoop().execute(() -> say(Outgoing.error(Problems.of(failure), null, null))));
    }

    private void renewed(Caller renewed) {
        if (closed) {
            return;
        }
        caller = renewed;
        awaitExpiry();
        for (RoomName room : List.copyOf(joined.keySet())) {
            try {
                caller.rights().requireJoin(room);
            } catch (Problem forbidden) {
                leave(room);
                say(Outgoing.error(forbidden, room.text(), null));
            }
        }
    }

    private void awaitExpiry() {
        cancelExpiry();
        if (caller.expiresMillis() != Caller.NEVER) {
            long left = caller.expiresMillis() - System.currentTimeMillis();
            expiry = channel.eventLoop().schedule(this::expire, left, TimeUnit.MILLISECONDS);
        }
    }

    private void expire() {
        Problem expired = Caller.expired();
        say(Outgoing.error(expired, null, null));
        close(TOKEN_EXPIRED, expired.code());
    }

    private void cancelExpiry() {
        if (expiry != null) {
            expiry.cancel(false);
        }
    }

    // -- what the client is told

    @Override
    public Framing framing() {
        return TextFrames.LINES;
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

    @Override
    public void joined(RoomName room, Cursor cursor, boolean recovered, String members) {
        replica.activity().room(room);
        say(Outgoing.joined(room, cursor, recovered, members));
    }

    @Override
    public void gap(RoomName room, Gap gap) {
        say(Outgoing.gap(room, gap));
    }

    @Override
    public void members(String frame) {
        say(frame);
    }

    /** Said once for all rooms. */
    @Override
    public void state(BusState now) {
        if (now != told) {
            told = now;
            say(Outgoing.state(now));
        }
    }

    @Override
    public void unreadable(RoomName room, Throwable failure) {
        say(Outgoing.error(Problems.of(failure), room.text(), null));
        leave(room);
    }

    /** Says something that is not from a room's ring, in its turn. */
    void say(String json) {
        if (closed) {
            return;
        }
        if (outbox.say(json)) {
            regulateReading();
        } else {
            meters.closedSlow();
            close(TRY_AGAIN_LATER, "takes nothing");
        }
    }

    /** The connection began or ceased to take bytes. */
    private void writabilityChanged() {
        if (!isReady()) {
            return;
        }
        // A copy: one that takes nothing any more may be closed on the way, and leaves its rooms.
        for (Member member : new ArrayList<>(joined.values())) {
            if (isReady()) {
                member.serve();
            }
        }
        regulateReading();
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
            say(Outgoing.HEARTBEAT);
        }
    }

    /** The client goes by itself when its time has come, or its connection is closed a little later. */
    @Override
    public void seeOff(long slotMillis, long patienceMillis) {
        say(Outgoing.reconnect(slotMillis));
        channel.eventLoop()
                .schedule(
                        () -> close(SERVICE_RESTART, "comes back elsewhere"),
                        slotMillis + patienceMillis,
                        TimeUnit.MILLISECONDS);
    }

    void close(short code, String reason) {
        if (closed) {
            return;
        }
        closed();
        socket.close(code, reason);
        // Vert.x waits for what was written to be taken, however long that takes: this begins where its own handlers
        // are
        // passed by.
        channel.eventLoop()
                .schedule(() -> channel.pipeline().firstContext().close(), CLOSING_SECONDS, TimeUnit.SECONDS);
    }

    /** The connection is gone. */
    void closed() {
        closed = true;
        cancelExpiry();
        outbox.clear();
        for (RoomName name : joined.keySet().toArray(new RoomName[0])) {
            leave(name);
        }
    }

    /** Nothing is read from who does not take the answers, or has too much under way. */
    private void regulateReading() {
        boolean pause = !outbox.isEmpty() || postsUnderWay >= config.postsUnderWay();
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
