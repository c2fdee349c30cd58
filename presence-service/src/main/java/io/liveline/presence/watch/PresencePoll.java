package io.liveline.presence.watch;

import java.time.Duration;

import io.liveline.edge.IndexedBag;
import io.liveline.edge.ProblemException;
import io.liveline.edge.TimingWheel;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.auth.Person;
import io.liveline.edge.longlived.PollReply;
import io.liveline.presence.roster.RosterView;

/** Unanswered GET request for a roster. Confined to the event loop of its connection. */
public final class PresencePoll extends TimingWheel.Timed {

    final WatchedRoom room;
    final Person person;
    private final String known;
    private final int waitSeconds;
    private final long deadlineMillis;
    private final boolean expires;
    private final PollReply reply;
    // Whether the roster is not yet confirmed to be the one that the client has.
    private boolean unconfirmed = true;
    private final long ticket;
    final InRoom inRoom = new InRoom();

    /** Entry of the poll among those of its room. The poll itself is the entry of a timing wheel. */
    final class InRoom extends IndexedBag.Entry {

        PresencePoll poll() {
            return PresencePoll.this;
        }
    }

    /**
     * @param person person to leave out of the summary; null for a guest without a name
     * @param known {@code If-None-Match} header; null if there is none
     * @param waitSeconds maximum time to wait for a change; 0 or less for a plain poll
     * @param expires whether the deadline is the expiry of the client's token
     */
    public PresencePoll(
            WatchedRoom room,
            Person person,
            String known,
            int waitSeconds,
            long deadlineMillis,
            boolean expires,
            PollReply reply) {
        this.room = room;
        this.ticket = room.ticket();
        this.person = person;
        this.known = known;
        this.waitSeconds = waitSeconds;
        this.deadlineMillis = deadlineMillis;
        this.expires = expires;
        this.reply = reply;
    }

    @Override
    public long deadlineMillis() {
        return deadlineMillis;
    }

    /** Returns whether the client already has this view. */
    public boolean knows(RosterView view) {
        // Tags include their quotes, so this also matches in lists and for tags that a proxy has made weak.
        return known != null && (known.contains(view.tag()) || known.equals("*"));
    }

    boolean isUnconfirmed() {
        return unconfirmed;
    }

    /**
     * Returns whether the poll may be answered with a view that the client does not have. Another replica may have
     * answered the client with newer state, so this replica must have caught up since the request.
     */
    boolean mayBeAnswered(long confirmed) {
        return !unconfirmed || known == null || ticket <= confirmed;
    }

    /** Records that the client has the current roster, so that the poll waits for a change. */
    public void confirm() {
        unconfirmed = false;
    }

    /** Returns whether the client waits for a change. */
    public boolean waits() {
        return waitSeconds > 0;
    }

    /** Answers 200 with the roster, or 304 if the client already has it. */
    public void answer(RosterView view) {
        reply.answer(view.tag(), knows(view) ? null : view.body(person));
    }

    /**
     * Ends the wait at the deadline: answers with the current roster, 503 if it is unknown, or 401 if the token has
     * expired.
     */
    @Override
    public void timeUp() {
        if (expires) {
            refuse(Caller.expired());
        } else {
            answerCurrent();
        }
    }

    /** Ends the wait: answers with the current roster, or 503 if it is unknown. */
    void answerCurrent() {
        RosterView view = room.view();
        if (unconfirmed || view == null) {
            refuse(ProblemException.unavailable("Presence is not available now", Duration.ofSeconds(1)));
        } else {
            answer(view);
        }
    }

    void refuse(Throwable failure) {
        reply.refuse(failure);
    }
}
