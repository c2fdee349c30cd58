package io.liveline.edge.longlived.fastpath;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.CommonHeaders;
import io.liveline.edge.DrainStarted;
import io.liveline.edge.EdgeConfig;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.limit.RateLimiter;
import io.liveline.edge.longlived.LongLivedResponse;
import io.liveline.edge.longlived.PollReply;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;

/**
 * Replies to polls that may wait, with the memory of recognized polls: the next poll of the same client then takes the
 * {@link PollFastPathHandler}.
 */
@Singleton
public final class PollFastPath {

    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final CharSequence PREFERENCE_APPLIED = HttpHeaders.createOptimized("Preference-Applied");

    /** Action of a recognized poll. */
    public interface PollAction {

        /**
         * Answers the poll from another position.
         *
         * @throws RuntimeException if that fails and nothing was done: Vert.x then parses the request, and its route
         *     rejects it
         */
        void run(String position, PollReply reply);
    }

    private final RateLimiter limits;
    private final InstantSource clock = InstantSource.system();
    private final MonotonicClock monotonic = MonotonicClock.system();
    private final long most;
    private final AtomicLong bytes = new AtomicLong();
    private final Counter recognized;
    private volatile byte[] lastHeaders;
    private volatile boolean draining;

    /** Creates a fast path that recognizes no poll yet. */
    @Inject
    public PollFastPath(EdgeConfig config, RateLimiter limits, MeterRegistry registry) {
        this.limits = limits;
        this.most = config.knownPolls().asLongValue();
        this.recognized = Counter.builder("liveline.edge.polls.known.asked")
                .description("Polls that were recognized by their bytes")
                .register(registry);
        Gauge.builder("liveline.edge.polls.known", bytes::get)
                .description("Memory of recognized polls")
                .baseUnit("bytes")
                .register(registry);
    }

    /**
     * Returns the reply to a request that may wait. The body of the request needs no more reading, see {@link
     * LongLivedResponse#of}.
     *
     * @param caller caller of the request
     * @param maxWait maximum wait; null if the request has none
     * @param mark text in the head of the request before the position
     * @param position position of the poll; null if the request has none
     * @param action action for the same poll from another position
     */
    public PollReply reply(
            RoutingContext context, Caller caller, Duration maxWait, String mark, String position, PollAction action) {
        Channel channel = ((ConnectionBase) context.request().connection()).channel();
        RecognizedPoll poll = null;
        PollFastPathHandler handler = null;
        if (position != null && most > 0 && context.request().version() == HttpVersion.HTTP_1_1) {
            handler = PollFastPathHandler.of(channel, this);
            poll = handler == null
                    ? null
                    : handler.prepare(() -> RecognizedPoll.of(context.request(), caller, mark, position, action));
        }
        boolean isHead = context.request().method().equals(HttpMethod.HEAD);
        return new Parsed(LongLivedResponse.of(context).response(), isHead, channel, maxWait, handler, poll);
    }

    /** Ends recognition, so that the routes answer all polls and send their clients to other replicas. */
    void drain(@Observes DrainStarted started) {
        draining = true;
    }

    /** Returns whether the caller of a recognized poll may poll once more, and takes the tokens of its rate limits. */
    boolean take(RecognizedPoll poll) {
        Caller caller = poll.caller();
        if (draining || clock.millis() >= caller.expiresMillis() || monotonic.millis() >= caller.knownUntilMillis()) {
            return false;
        }
        try {
            if (caller.expiresMillis() == Caller.NEVER) {
                limits.address(poll.address()).take();
            }
            limits.person(caller).take();
        } catch (ProblemException refused) {
            // The route rejects it again and reports the reason.
            return false;
        }
        recognized.increment();
        return true;
    }

    /** Returns these lines, or the same array that another client got, because most clients get equal lines. */
    byte[] shared(byte[] headers) {
        byte[] last = lastHeaders;
        if (Arrays.equals(last, headers)) {
            return last;
        }
        lastHeaders = headers;
        return headers;
    }

    /** Reserves memory; returns false if there is not enough. */
    boolean reserve(int size) {
        if (bytes.addAndGet(size) > most) {
            release(size);
            return false;
        }
        return true;
    }

    void release(int size) {
        bytes.addAndGet(-size);
    }

    /** Reply to a parsed request; handler and poll are null if the poll cannot be recognized. */
    private record Parsed(
            HttpServerResponse response,
            boolean isHead,
            Channel channel,
            Duration maxWait,
            PollFastPathHandler handler,
            RecognizedPoll poll)
            implements PollReply {

        @Override
        public EventLoop loop() {
            return channel.eventLoop();
        }

        @Override
        public void whenGone(Runnable then) {
            response.closeHandler(gone -> then.run());
        }

        @Override
        public void answer(Answer answer) {
            if (isOver()) {
                return;
            }
            if (poll != null) {
                handler.learn(poll, response.headers(), maxWait);
            }
            setHeaders();
            end(answer);
        }

        @Override
        public void answerLast(Answer answer) {
            if (!isOver()) {
                setHeaders();
                LongLivedResponse.closeBehind(response, channel);
                end(answer);
            }
        }

        @Override
        public void refuse(Throwable failure) {
            if (!isOver()) {
                ProblemResponses.answer(response, isHead, failure);
            }
        }

        private boolean isOver() {
            return response.ended() || response.closed();
        }

        /** Sets the headers of every reply. */
        private void setHeaders() {
            response.putHeader(HttpHeaders.DATE, CommonHeaders.date());
            response.putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
            if (maxWait != null) {
                response.putHeader(PREFERENCE_APPLIED, "wait=" + maxWait.toSeconds());
            }
        }

        private void end(Answer answer) {
            if (answer.tag() != null) {
                response.putHeader(HttpHeaders.ETAG, answer.tag());
            }
            if (answer.json() == null) {
                response.setStatusCode(304).end();
                return;
            }
            response.putHeader(HttpHeaders.CONTENT_TYPE, JSON);
            if (isHead) {
                response.end();
            } else {
                // Retained, because it is a shared heap buffer that nobody releases.
                response.end(Buffer.buffer(answer.json().retainedDuplicate()));
            }
        }
    }
}
