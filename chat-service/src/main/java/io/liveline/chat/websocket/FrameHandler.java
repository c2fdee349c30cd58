package io.liveline.chat.websocket;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.liveline.bus.BusState;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.chat.message.MessageEvents;
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
 * What a client asks for on its WebSocket, line by line: the rooms that it is in, and what it has under way. Confined
 * to the connection's event loop.
 */
final class FrameHandler {

    private final WebSocketSession session;
    private final Authenticator identity;
    private final RateLimiter limits;
    private final EventLoop loop;
    private final ChatContext replica;
    private final Map<RoomName, Member> joined = new HashMap<>(2);
    private Caller caller;
    private int underWay;

    FrameHandler(
            WebSocketSession session,
            Caller caller,
            Authenticator identity,
            RateLimiter limits,
            EventLoop loop,
            ChatContext replica) {
        this.session = session;
        this.caller = caller;
        this.identity = identity;
        this.limits = limits;
        this.loop = loop;
        this.replica = replica;
    }

    /** Does what a message says, line by line; nothing of it where that are too many: each may have an answer. */
    void message(String text) {
        int most = replica.config().framesPerMessage();
        List<String> lines =
                text.lines().filter(line -> !line.isBlank()).limit(most + 1L).toList();
        if (lines.size() > most) {
            bad("too_many_frames", "A message may hold " + most + " frames; nothing of this one was done");
        } else {
            lines.forEach(this::line);
        }
    }

    /** Answers, within the sender's rate, a message of which nothing is done. */
    void bad(String code, String detail) {
        ProblemException tooFast = count();
        refuse(tooFast != null ? tooFast : ProblemException.bad(code, detail), null, null);
    }

    /** Does what a line says, or tells why not. */
    private void line(String line) {
        // First: a line that cannot be understood is work, too, and has an answer.
        ProblemException tooFast = count();
        ClientFrame frame = null;
        try {
            frame = ClientFrameDecoder.decode(line);
            if (tooFast != null) {
                throw tooFast;
            }
            handle(frame);
        } catch (BadFrameException bad) {
            refuse(tooFast != null ? tooFast : bad.problem, bad.room, bad.id);
        } catch (ProblemException | BusUnavailableException refused) {
            refuse(ProblemResponses.of(refused), ClientFrame.room(frame), ClientFrame.id(frame));
        }
    }

    /** Counts a frame, with all else that its sender asks for: null, or 429 {@code rate_limited}. */
    private ProblemException count() {
        try {
            limits.person(caller).take();
            return null;
        } catch (ProblemException tooFast) {
            return tooFast;
        }
    }

    private void refuse(ProblemException problem, String room, String id) {
        replica.meters().refused();
        session.say(ServerFrames.error(problem, room, id));
    }

    private void handle(ClientFrame frame) throws BadFrameException {
        if (frame instanceof ClientFrame.Join join) {
            join(join);
        } else if (frame instanceof ClientFrame.Leave leave) {
            checkJoined(leave.room(), null);
            leave(leave.room());
        } else if (frame instanceof ClientFrame.Post post) {
            post(post);
        } else if (frame instanceof ClientFrame.Edit edit) {
            checkJoined(edit.room(), null);
            change(
                    edit.room(),
                    edit.message(),
                    replica.revisions().edit(edit.room(), caller, edit.message(), edit.text()));
        } else if (frame instanceof ClientFrame.Delete delete) {
            checkJoined(delete.room(), null);
            change(
                    delete.room(),
                    delete.message(),
                    replica.revisions().delete(delete.room(), caller, delete.message()));
        } else if (frame instanceof ClientFrame.Token token) {
            renew(token.token());
        }
    }

    private void join(ClientFrame.Join join) throws BadFrameException {
        RoomName name = join.room();
        caller.rights().requireJoin(name);
        leave(name);
        if (joined.size() >= replica.config().roomsPerConnection()) {
            ProblemException problem = ProblemException.bad(
                    "too_many_rooms",
                    "A connection may be in " + replica.config().roomsPerConnection() + " rooms; leave one");
            throw new BadFrameException(problem, name.text(), null);
        }
        if (replica.bus().state() == BusState.DEGRADED) {
            session.state(BusState.DEGRADED);
        }
        joined.put(name, Member.enter(replica.rooms(), name, caller.person(), session, loop, join.after()));
    }

    void leave(RoomName name) {
        Member member = joined.remove(name);
        if (member != null) {
            member.leave();
        }
    }

    private void post(ClientFrame.Post post) throws BadFrameException {
        checkJoined(post.room(), post.id());
        Draft draft;
        try {
            caller.rights().requirePost(post.room());
            draft = MessageEvents.draft(post.room(), caller.person(), post.id(), post.text(), replica.config());
        } catch (ProblemException problem) {
            throw new BadFrameException(problem, post.room().text(), post.id());
        }
        begun();
        replica.bus()
                .publish(post.room().messages(), draft)
                .subscribe()
                .with(
                        cursor -> settled(() -> posted(post, cursor)),
                        failure -> settled(() -> session.say(ServerFrames.error(
                                ProblemResponses.of(failure), post.room().text(), post.id()))));
    }

    private void posted(ClientFrame.Post post, Cursor cursor) {
        replica.meters().posted();
        replica.activity().room(post.room());
        session.say(ServerFrames.posted(post, cursor));
    }

    /** There is no answer of its own: the sender hears of the change like everybody in the room. */
    private void change(RoomName room, Cursor message, Uni<Cursor> change) {
        begun();
        change.subscribe()
                .with(
                        cursor -> settled(() -> {}),
                        failure -> settled(
                                () -> session.say(ServerFrames.refused(ProblemResponses.of(failure), room, message))));
    }

    private void begun() {
        underWay++;
        session.regulateReading();
    }

    private void settled(Runnable told) {
        // The bus answers where it was asked, which is here; but for what was asked outside any context of Vert.x.
        if (!loop.inEventLoop()) {
            loop.execute(() -> settled(told));
            return;
        }
        underWay--;
        told.run();
        session.regulateReading();
    }

    private void checkJoined(RoomName room, String id) throws BadFrameException {
        if (!joined.containsKey(room)) {
            throw new BadFrameException(ProblemException.bad("not_joined", "Join the room first"), room.text(), id);
        }
    }

    /** Goes on with another token, and leaves the rooms that it no longer gives. */
    private void renew(String token) {
        begun();
        identity.renew(caller, token)
                .onSuccess(renewed -> settled(() -> renewed(renewed)))
                .onFailure(failure ->
                        settled(() -> session.say(ServerFrames.error(ProblemResponses.of(failure), null, null))));
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
                session.say(ServerFrames.error(forbidden, room.text(), null));
            }
        }
    }

    /** Whether as much is under way as may be. */
    boolean isBusy() {
        return underWay >= replica.config().postsUnderWay();
    }

    /**
     * The places in all its rooms. A copy: who takes nothing any more may be closed on being served, and leaves them.
     */
    List<Member> members() {
        return new ArrayList<>(joined.values());
    }

    void leaveAll() {
        List.copyOf(joined.keySet()).forEach(this::leave);
    }
}
