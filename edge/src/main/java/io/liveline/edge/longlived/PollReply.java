package io.liveline.edge.longlived;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BiConsumer;

import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.vertx.core.http.HttpHeaders;

/** Reply to a poll that may wait; sent once. Confined to the event loop of its connection. */
public abstract class PollReply {

    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final CharSequence PREFERENCE_APPLIED = HttpHeaders.createOptimized("Preference-Applied");

    /**
     * Content of a reply.
     *
     * @param tag {@code ETag}; null for none
     * @param body heap buffer, which is read and neither changed nor released; null for none
     * @param problem reason of a rejection; null for an answer
     */
    record Content(int status, String tag, ByteBuf body, ProblemException problem) {

        /** Sets its headers, beside those of every response. */
        void setHeaders(Duration maxWait, BiConsumer<CharSequence, CharSequence> headers) {
            if (problem != null) {
                ProblemResponses.headers(problem).forEach(headers);
                return;
            }
            headers.accept(HttpHeaders.CACHE_CONTROL, NO_STORE);
            if (maxWait != null) {
                headers.accept(PREFERENCE_APPLIED, "wait=" + maxWait.toSeconds());
            }
            if (tag != null) {
                headers.accept(HttpHeaders.ETAG, tag);
            }
            if (body != null) {
                headers.accept(HttpHeaders.CONTENT_TYPE, JSON);
            }
        }
    }

    private final EventLoop loop;
    private Runnable gone = () -> {};

    PollReply(EventLoop loop) {
        this.loop = loop;
    }

    /** Returns the event loop of its connection. */
    public EventLoop loop() {
        return loop;
    }

    /** Runs this if the client disconnects before the reply. */
    public void whenGone(Runnable then) {
        gone = then;
    }

    /** Runs what was set for a client that disconnects before the reply. */
    void gone() {
        gone.run();
    }

    /**
     * Sends the current state: 200, or 304 if the client already has it.
     *
     * @param tag {@code ETag}; null for none
     * @param json heap buffer, which is read and neither changed nor released; null for 304
     */
    public void answer(String tag, ByteBuf json) {
        if (isOpen()) {
            send(new Content(json == null ? 304 : 200, tag, json, null));
        }
    }

    /** Sends the {@link ProblemException} for a failure. */
    public void refuse(Throwable failure) {
        if (isOpen()) {
            ProblemException problem = ProblemResponses.of(failure);
            ProblemResponses.count(problem);
            ByteBuf body = Unpooled.copiedBuffer(ProblemResponses.json(problem), StandardCharsets.UTF_8);
            send(new Content(problem.status(), null, body, problem));
        }
    }

    /** Returns whether nothing was sent and the client is still connected. */
    abstract boolean isOpen();

    abstract void send(Content content);
}
