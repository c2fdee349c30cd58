package io.liveline.presence.watch;

import java.time.Duration;
import java.util.function.Consumer;

import io.liveline.edge.ProblemException;
import io.liveline.edge.TimingWheel;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.auth.Person;
import io.liveline.edge.longlived.PollReply;
import io.liveline.presence.roster.RosterView;

/** One GET of a roster that has not been answered yet. Confined to the event loop of its connection. */
public final class PresencePoll extends TimingWheel.Timed {

    private final WatchedRoom room;
    private final Person asker;
    private final String known;
    private final int waitSeconds;
    private final long deadlineMillis;
    private final boolean expires;
    private final PollReply reply;
    // Whether it is yet to be found out if what the client knows is what there is; and the confirmation that it takes.
    private boolean open = true;
    private final long ticket;
    // Its place among the polls of its room.
    int index;

    /**
     * @param asker null for somebody without a name
     * @param known the {@code If-None-Match} header; null when there is none
     * @param waitSeconds how long the client would wait for a change; negative for not at all
     * @param expires whether its deadline is the end of its client's token
     */
    public PresencePoll(
            WatchedRoom room,
            Person asker,
            String known,
            int waitSeconds,
            long deadlineMillis,
            boolean expires,
            PollReply reply) {
        this.room = room;
        this.ticket = room.ticket();
        this.asker = asker;
        this.known = known;
        this.waitSeconds = waitSeconds;
        this.deadlineMillis = deadlineMillis;
        this.expires = expires;
        this.reply = reply;
    }

    WatchedRoom room() {
        return room;
    }

    Person asker() {
        return asker;
    }

    @Override
    public long deadlineMillis() {
        return deadlineMillis;
    }

    /** Whether the client knows this already. */
    public boolean knows(RosterView view) {
        // Quotes are part of the tag: this reads lists, and tags that a proxy has made weak, too.
        return known != null && (known.contains(view.tag()) || known.equals("*"));
    }

    boolean isOpen() {
        return open;
    }

    /**
     * Whether it may be told of what its client does not know. A client that another replica has answered may know more
     * than this one: before it is told anything else, this replica has to have caught up since it asked.
     */
    boolean mayBeTold(long confirmed) {
        return !open || known == null || ticket <= confirmed;
    }

    /** The client knows what there is, and waits for something else. */
    public void settle() {
        open = false;
    }

    /** Whether the client would wait. */
    public boolean waits() {
        return waitSeconds > 0;
    }

    /** 200 with the roster, or 304 when the client knows it. */
    public void answer(RosterView view) {
        reply.answer(news(view));
    }

    private PollReply.Answer news(RosterView view) {
        return new PollReply.Answer(view.tag(), knows(view) ? null : view.body(asker));
    }

    /** Its wait is over: nothing new, or nothing known, or nothing that its client may know any longer. */
    @Override
    public void timeUp() {
        if (expires) {
            refuse(Caller.expired());
        } else {
            tell(reply::answer);
        }
    }

    /** Its wait is ended for the replica's own sake: its client is to go on at another. */
    void seeOff() {
        tell(reply::answerLast);
    }

    private void tell(Consumer<PollReply.Answer> answer) {
        RosterView view = room.view();
        if (open || view == null) {
            refuse(new ProblemException(503, "unavailable", "Who is here cannot be told now", Duration.ofSeconds(1)));
        } else {
            answer.accept(news(view));
        }
    }

    void refuse(Throwable failure) {
        reply.refuse(failure);
    }
}
