package io.liveline.chat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.EventBus;
import io.liveline.edge.Person;
import io.liveline.edge.Problem;
import io.liveline.edge.Problems;
import io.liveline.edge.RoomName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;

/**
 * One person on one connection. What it is told goes straight to the socket as long as that takes it; beyond that only
 * a bounded number of bytes is held, and nothing more is read from it meanwhile. Confined to the connection's event loop.
 */
final class Session {

    private static final short GOING_AWAY = 1001;
    private static final short TRY_AGAIN_LATER = 1013;

    private final Person person;
    private final ServerWebSocket socket;
    private final Channel channel;
    private final Rooms rooms;
    private final EventBus bus;
    private final Revisions revisions;
    private final Activity activity;
    private final ChatConfig config;
    private final ChatMeters meters;
    // Null: asked to come in, and the room is not there yet.
    private final Map<RoomName, Member> joined = new HashMap<>();
    private final Deque<byte[]> outbox = new ArrayDeque<>();
    private int outboxBytes;
    private int postsUnderWay;
    private BusState told = BusState.LIVE;
    private long lastSeenNanos = System.nanoTime();
    private long blockedSinceNanos;
    private boolean paused;
    private boolean closed;

    Session(
            Person person,
            ServerWebSocket socket,
            Channel channel,
            Rooms rooms,
            EventBus bus,
            Revisions revisions,
            Activity activity,
            ChatConfig config,
            ChatMeters meters) {
        this.person = person;
        this.socket = socket;
        this.channel = channel;
        this.rooms = rooms;
        this.bus = bus;
        this.revisions = revisions;
        this.activity = activity;
        this.config = config;
        this.meters = meters;
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
            handle(frame);
        } catch (BadFrame bad) {
            meters.refused();
            say(Outgoing.error(bad));
        } catch (Problem problem) {
            meters.refused();
            say(Outgoing.error(problem, Frame.room(frame), null));
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
            change(edit.room(), edit.message(), revisions.edit(edit.room(), person, edit.message(), edit.text()));
        } else if (frame instanceof Frame.Delete delete) {
            change(delete.room(), delete.message(), revisions.delete(delete.room(), person, delete.message()));
        }
    }

    private void join(Frame.Join join) throws BadFrame {
        RoomName name = join.room();
        leave(name);
        if (joined.size() >= config.roomsPerConnection()) {
            Problem problem = Problem.bad(
                    "too_many_rooms", "A connection may be in " + config.roomsPerConnection() + " rooms; leave one");
            throw new BadFrame(problem, name.text(), null);
        }
        if (bus.state() == BusState.DEGRADED) {
            state(BusState.DEGRADED);
        }
        Room room = rooms.enter(name, person);
        joined.put(name, null);
        room.on(channel.eventLoop(), part -> {
            // It may have left, or left and come again, while the room was being opened.
            if (!closed && joined.containsKey(name) && joined.get(name) == null) {
                Member member = new Member(this, part);
                joined.put(name, member);
                part.join(member, join.after());
            }
        });
    }

    /** Leaves a room; nothing happens when it is not in it. */
    void leave(RoomName name) {
        if (joined.containsKey(name)) {
            Member member = joined.remove(name);
            if (member != null) {
                member.room.leave(member);
            }
            rooms.leave(name, person);
        }
    }

    private void post(Frame.Post post) throws BadFrame {
        checkJoined(post.room(), post.id());
        try {
            var draft = Message.draft(post.room(), person, post.id(), post.text(), config);
            postsUnderWay++;
            regulateReading();
            bus.publish(post.room().messages(), draft)
                    .subscribe()
                    .with(
                            cursor -> channel.eventLoop().execute(() -> posted(post, cursor)),
                            failure -> channel.eventLoop().execute(() -> notPosted(post, failure)));
        } catch (Problem problem) {
            throw new BadFrame(problem, post.room().text(), post.id());
        }
    }

    private void posted(Frame.Post post, Cursor cursor) {
        meters.posted();
        activity.posted(post.room(), cursor);
        postsUnderWay--;
        say(Outgoing.posted(post, cursor));
        regulateReading();
    }

    private void notPosted(Frame.Post post, Throwable failure) {
        postsUnderWay--;
        say(Outgoing.error(Problems.of(failure), post.room().text(), post.id()));
        regulateReading();
    }

    /** There is no answer of its own: the sender hears of the change like everybody in the room. */
    private void change(RoomName room, Cursor message, Uni<Cursor> change) throws BadFrame {
        checkJoined(room, null);
        postsUnderWay++;
        regulateReading();
        change.subscribe().with(cursor -> channel.eventLoop().execute(this::settled), failure -> channel.eventLoop()
                .execute(() -> {
                    say(Outgoing.refused(Problems.of(failure), room, message));
                    settled();
                }));
    }

    private void settled() {
        postsUnderWay--;
        regulateReading();
    }

    private void checkJoined(RoomName room, String id) throws BadFrame {
        if (!joined.containsKey(room)) {
            throw new BadFrame(Problem.bad("not_joined", "Join the room first"), room.text(), id);
        }
    }

    // -- what the client is told

    /** Whether the connection takes more, and everything said before is on its way. */
    boolean isReady() {
        return outbox.isEmpty() && channel.isWritable() && !closed;
    }

    ByteBufAllocator allocator() {
        return channel.alloc();
    }

    /** Writes a whole frame, whose one reference is given up; only when {@link #isReady}. */
    void write(ByteBuf frame) {
        channel.writeAndFlush(frame, channel.voidPromise());
    }

    /** Says something that is not from a room's ring, in its turn. */
    void say(String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        if (isReady()) {
            write(TextFrames.of(text, allocator()));
            return;
        }
        if (closed) {
            return;
        }
        outbox.add(text);
        outboxBytes += text.length;
        if (outboxBytes > config.outboxBytes()) {
            meters.closedSlow();
            close(TRY_AGAIN_LATER, "takes nothing");
        }
        regulateReading();
    }

    /** The bus went away or is back: said once for all rooms. */
    void state(BusState now) {
        if (now != told) {
            told = now;
            say(Outgoing.state(now));
        }
    }

    /** The connection began or ceased to take bytes. */
    void writabilityChanged() {
        if (!channel.isWritable()) {
            blockedSinceNanos = System.nanoTime();
            return;
        }
        while (!outbox.isEmpty() && channel.isWritable()) {
            byte[] text = outbox.poll();
            outboxBytes -= text.length;
            write(TextFrames.of(text, allocator()));
        }
        // A copy: one that takes nothing any more may be closed on the way, and leaves its rooms.
        for (Member member : new ArrayList<>(joined.values())) {
            if (member != null && isReady()) {
                member.room.serve(member);
            }
        }
        regulateReading();
    }

    /** Every few seconds: gives and asks for a sign of life, or gives up. */
    void tick(boolean heartbeat, long nowNanos) {
        if (nowNanos - lastSeenNanos > config.silence().toNanos()) {
            meters.closedSilent();
            close(GOING_AWAY, "no sign of life");
        } else if (!channel.isWritable()
                && nowNanos - blockedSinceNanos > config.noProgress().toNanos()) {
            meters.closedSlow();
            close(TRY_AGAIN_LATER, "takes nothing");
        } else if (heartbeat && isReady()) {
            socket.writePing(Buffer.buffer());
            say(Outgoing.HEARTBEAT);
        }
    }

    void close(short code, String reason) {
        if (!closed) {
            socket.close(code, reason);
            closed();
        }
    }

    /** The connection is gone. */
    void closed() {
        closed = true;
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
