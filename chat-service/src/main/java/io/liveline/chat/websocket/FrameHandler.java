package io.liveline.chat.websocket;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.liveline.bus.BusState;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.chat.protocol.BadFrameException;
import io.liveline.chat.protocol.ClientFrame;
import io.liveline.chat.protocol.ClientFrameDecoder;
import io.liveline.chat.protocol.ServerFrames;
import io.liveline.chat.replica.ChatContext;
import io.liveline.chat.room.Member;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Authenticator;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.limit.RateLimiter;
import io.netty.channel.EventLoop;
import io.smallrye.mutiny.Uni;

/**
 * Handler of the frames of one WebSocket: the joined rooms, and the pending requests. Confined to the connection's
 * event loop.
 */
final class FrameHandler implements ClientFrame.Handler {

    private final WebSocketSession session;
    private final Authenticator authenticator;
    private final RateLimiter limits;
    private final EventLoop loop;
    private final ChatContext replica;
    private final Map<RoomName, Member> joined = new HashMap<>(2);
    private Caller caller;
    private int pending;

    FrameHandler(
            WebSocketSession session,
            Caller caller,
            Authenticator authenticator,
            RateLimiter limits,
            EventLoop loop,
            ChatContext replica) {
        this.session = session;
        this.caller = caller;
        this.authenticator = authenticator;
        this.limits = limits;
        this.loop = loop;
        this.replica = replica;
    }

    /**
     * Handles a message line by line. A message with too many lines is rejected as a whole, because each line may have
     * an answer.
     */
    void message(String text) {
        int most = replica.config().framesPerMessage();
        List<String> lines =
                text.lines().filter(line -> !line.isBlank()).limit(most + 1L).toList();
        if (lines.size() > most) {
            bad("too_many_frames", "A message may hold " + most + " frames; this one was rejected as a whole");
        } else {
            lines.forEach(this::line);
        }
    }

    /** Rejects a whole message, within the sender's rate limit. */
    void bad(String code, String detail) {
        ProblemException tooFast = count();
        reject(tooFast != null ? tooFast : ProblemException.bad(code, detail), null, null);
    }

    /** Handles a line, or sends the error. */
    private void line(String line) {
        // First, because a malformed line costs work and gets an answer, too.
        ProblemException tooFast = count();
        try {
            ClientFrame frame = ClientFrameDecoder.decode(line);
            if (tooFast != null) {
                reject(tooFast, frame);
            } else {
                handle(frame);
            }
        } catch (BadFrameException bad) {
            reject(tooFast != null ? tooFast : bad.problem, bad.room, bad.id);
        }
    }

    private void handle(ClientFrame frame) throws BadFrameException {
        try {
            frame.dispatch(this);
        } catch (ProblemException | BusUnavailableException rejection) {
            reject(ProblemResponses.of(rejection), frame);
        }
    }

    /** Counts a frame against the rate limit of its sender. Returns null, or 429 {@code rate_limited}. */
    private ProblemException count() {
        try {
            limits.person(caller).take();
            return null;
        } catch (ProblemException tooFast) {
            return tooFast;
        }
    }

    private void reject(ProblemException problem, ClientFrame frame) {
        reject(problem, frame.room() == null ? null : frame.room().text(), frame.id());
    }

    private void reject(ProblemException problem, String room, String id) {
        replica.meters().refused.increment();
        session.send(ServerFrames.error(problem, room, id));
    }

    @Override
    public void join(ClientFrame.Join join) throws BadFrameException {
        RoomName name = join.room();
        caller.rights().requireJoin(name);
        leave(name);
        if (joined.size() >= replica.config().roomsPerConnection()) {
            ProblemException problem = ProblemException.bad(
                    "too_many_rooms",
                    "A connection may be in " + replica.config().roomsPerConnection() + " rooms; leave one first");
            throw new BadFrameException(problem, name.text(), null);
        }
        if (replica.bus().state() == BusState.DEGRADED) {
            session.state(BusState.DEGRADED);
        }
        joined.put(name, Member.enter(replica.rooms(), name, caller.person(), session, loop, join.after()));
    }

    @Override
    public void leave(ClientFrame.Leave leave) throws BadFrameException {
        checkJoined(leave.room(), null);
        leave(leave.room());
    }

    void leave(RoomName name) {
        Member member = joined.remove(name);
        if (member != null) {
            member.leave();
        }
    }

    @Override
    public void post(ClientFrame.Post post) throws BadFrameException {
        checkJoined(post.room(), post.id());
        Draft draft;
        try {
            draft = replica.rules().draft(post.room(), caller, post.id(), post.content());
        } catch (ProblemException problem) {
            throw new BadFrameException(problem, post.room().text(), post.id());
        }
        started();
        replica.bus()
                .publish(post.room().messages(), draft)
                .subscribe()
                .with(
                        cursor -> completed(() -> posted(post, cursor)),
                        failure -> completed(() -> session.send(ServerFrames.error(
                                ProblemResponses.of(failure), post.room().text(), post.id()))));
    }

    private void posted(ClientFrame.Post post, Cursor cursor) {
        replica.meters().posts.increment();
        replica.activity().room(post.room());
        session.send(ServerFrames.posted(post, cursor));
    }

    @Override
    public void edit(ClientFrame.Edit edit) throws BadFrameException {
        checkJoined(edit.room(), edit.id());
        change(
                edit,
                edit.message(),
                replica.editor().edit(edit.room(), caller, edit.message(), edit.content(), edit.id()));
    }

    @Override
    public void delete(ClientFrame.Delete delete) throws BadFrameException {
        checkJoined(delete.room(), delete.id());
        change(delete, delete.message(), replica.editor().delete(delete.room(), caller, delete.message(), delete.id()));
    }

    /**
     * Applies a change. Success has an answer of its own if the change has an id: the sender may have received the
     * event of the change before, over another transport.
     */
    private void change(ClientFrame frame, Cursor message, Uni<Cursor> change) {
        started();
        change.subscribe()
                .with(
                        cursor -> completed(() -> {
                            if (frame.id() != null) {
                                session.send(ServerFrames.changed(frame, message, cursor));
                            }
                        }),
                        failure -> completed(() ->
                                session.send(ServerFrames.rejected(ProblemResponses.of(failure), frame, message))));
    }

    private void started() {
        pending++;
        session.regulateReading();
    }

    private void completed(Runnable answer) {
        // The bus answers on the calling event loop, except for calls from outside of a Vert.x context.
        if (!loop.inEventLoop()) {
            loop.execute(() -> completed(answer));
            return;
        }
        pending--;
        answer.run();
        session.regulateReading();
    }

    private void checkJoined(RoomName room, String id) throws BadFrameException {
        if (!joined.containsKey(room)) {
            throw new BadFrameException(ProblemException.bad("not_joined", "Join the room first"), room.text(), id);
        }
    }

    /** Continues with the new token, and leaves the rooms that it no longer permits. */
    @Override
    public void token(ClientFrame.Token token) {
        started();
        authenticator
                .renew(caller, token.token())
                .onSuccess(renewed -> completed(() -> renewed(renewed)))
                .onFailure(failure ->
                        completed(() -> session.send(ServerFrames.error(ProblemResponses.of(failure), null, null))));
    }

    @Override
    public void heartbeat(ClientFrame.Heartbeat heartbeat) {
        // The session notes any message as activity.
    }

    private void renewed(Caller renewed) {
        if (session.isClosed()) {
            return;
        }
        caller = renewed;
        session.awaitExpiry(renewed);
        for (RoomName room : List.copyOf(joined.keySet())) {
            try {
                caller.rights().requireJoin(room);
                joined.get(room).rename(caller.person());
            } catch (ProblemException forbidden) {
                leave(room);
                session.send(ServerFrames.error(forbidden, room.text(), null));
            }
        }
    }

    /** Returns whether the connection has as many pending requests as allowed. */
    boolean isBusy() {
        return pending >= replica.config().postsUnderWay();
    }

    /**
     * Returns the memberships in all its rooms, as a copy: a slow connection may be closed while it is served, and then
     * leaves its rooms.
     */
    List<Member> members() {
        return new ArrayList<>(joined.values());
    }

    void leaveAll() {
        List.copyOf(joined.keySet()).forEach(this::leave);
    }
}
