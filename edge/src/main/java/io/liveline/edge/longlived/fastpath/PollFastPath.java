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
 * Polls that wait; and what is remembered of them, so that the next of a client takes the {@link PollFastPathHandler}.
 */
@Singleton
public final class PollFastPath {

    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final CharSequence PREFERENCE_APPLIED = HttpHeaders.createOptimized("Preference-Applied");

    /** What a poll comes to that is asked again. */
    public interface Again {

        /**
         * Asks it from another position.
         *
         * @throws RuntimeException when that cannot be answered, and nothing was done: it is then asked the long way,
         *     and refused there
         */
        void ask(String position, PollReply reply);
    }

    private final RateLimiter limits;
    private final InstantSource clock = InstantSource.system();
    private final MonotonicClock monotonic = MonotonicClock.system();
    private final long most;
    private final AtomicLong bytes = new AtomicLong();
    private final Counter asked;
    private volatile byte[] lastHeaders;
    private volatile boolean draining;

    /** Nothing known yet. */
    @Inject
    public PollFastPath(EdgeConfig config, RateLimiter limits, MeterRegistry registry) {
        this.limits = limits;
        this.most = config.knownPolls().asLongValue();
        this.asked = Counter.builder("liveline.edge.polls.known.asked")
                .description("Polls that were known by their bytes")
                .register(registry);
        Gauge.builder("liveline.edge.polls.known", bytes::get)
                .description("What is remembered of polls, so that they are known again")
                .baseUnit("bytes")
                .register(registry);
    }

    /**
     * Where a request is answered that waits. All has been read of it that will be, see {@link LongLivedResponse#of}.
     *
     * @param caller who asks
     * @param wait for how long at most; null when that was not said
     * @param mark what is in front of the position in the request's head
     * @param position from where on it is asked; null when that is not in it
     * @param again how it is asked from another
     */
    public PollReply reply(
            RoutingContext context, Caller caller, Duration wait, String mark, String position, Again again) {
        Channel channel = ((ConnectionBase) context.request().connection()).channel();
        RecognizedPoll poll = null;
        PollFastPathHandler shortcut = null;
        if (position != null && most > 0 && context.request().version() == HttpVersion.HTTP_1_1) {
            shortcut = PollFastPathHandler.of(channel, this);
            poll = shortcut == null
                    ? null
                    : shortcut.begin(() -> RecognizedPoll.of(context.request(), caller, mark, position, again));
        }
        boolean isHead = context.request().method().equals(HttpMethod.HEAD);
        return new Parsed(LongLivedResponse.of(context).response(), isHead, channel, wait, shortcut, poll);
    }

    /** Who asks from now on is to go elsewhere, and told so the long way. */
    void drain(@Observes DrainStarted begun) {
        draining = true;
    }

    /** Whether the same caller may ask once more; if so, it is counted. */
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
            // It is told so where it is refused once more.
            return false;
        }
        asked.increment();
        return true;
    }

    /** These lines, or the very bytes that another client got: most get the same. */
    byte[] shared(byte[] headers) {
        byte[] last = lastHeaders;
        if (Arrays.equals(last, headers)) {
            return last;
        }
        lastHeaders = headers;
        return headers;
    }

    /** Takes note that so much more is remembered; false when it is too much. */
    boolean remember(int size) {
        if (bytes.addAndGet(size) > most) {
            forget(size);
            return false;
        }
        return true;
    }

    void forget(int size) {
        bytes.addAndGet(-size);
    }

    /** To a request that was parsed; shortcut and poll are null where there are none. */
    private record Parsed(
            HttpServerResponse response,
            boolean isHead,
            Channel channel,
            Duration longest,
            PollFastPathHandler shortcut,
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
                shortcut.learn(poll, response.headers(), longest);
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

        /** Those of every answer. */
        private void setHeaders() {
            response.putHeader(HttpHeaders.DATE, CommonHeaders.date());
            response.putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
            if (longest != null) {
                response.putHeader(PREFERENCE_APPLIED, "wait=" + longest.toSeconds());
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
                // Of its own count: nobody gives it back, as it is memory of the heap.
                response.end(Buffer.buffer(answer.json().retainedDuplicate()));
            }
        }
    }
}
