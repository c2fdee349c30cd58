package io.liveline.edge.longlived;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import jakarta.inject.Singleton;

import io.liveline.bus.support.MeterFactory;
import io.liveline.bus.support.MonotonicClock;
import io.liveline.edge.EdgeConfig;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.connection.VertxInternals;
import io.liveline.edge.limit.RateLimiter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.netty.channel.Channel;
import io.quarkus.micrometer.runtime.binder.HttpBinderConfiguration;
import io.quarkus.micrometer.runtime.binder.HttpCommonTags;
import io.quarkus.micrometer.runtime.binder.vertx.HttpRequestMetric;
import io.vertx.ext.web.RoutingContext;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Fast path of repeated polls: what its connections share. A request with the bytes of the previous poll, except for the
 * position, means the same. To parse, authenticate and route it took two thirds of the CPU of an answered poll
 * (polls-flat-out in docs/benchmarks.md).
 */
@Singleton
final class PollFastPath {

    /** Status of a request whose client disconnected before the reply. */
    static final int RESET = 499;

    private final RateLimiter limits;
    private final MeterRegistry registry;
    private final HttpBinderConfiguration http;
    private final MonotonicClock clock = MonotonicClock.system();
    private final long most;
    private final AtomicLong bytes = new AtomicLong();
    private final Counter recognized;
    private final Map<Counted, Timer> timers = new ConcurrentHashMap<>();

    private record Counted(String path, int status) {}

    /** Creates a fast path that is off if its memory is 0, and with an access log, which needs routed requests. */
    PollFastPath(
            EdgeConfig config,
            RateLimiter limits,
            MeterRegistry registry,
            HttpBinderConfiguration http,
            @ConfigProperty(name = "quarkus.http.access-log.enabled", defaultValue = "false") boolean hasAccessLog) {
        this.limits = limits;
        this.registry = registry;
        this.http = http;
        this.most = hasAccessLog ? 0 : config.knownPolls().asLongValue();
        this.recognized = new MeterFactory(registry, "liveline.edge.")
                .counter("polls.known.asked", "Polls that were recognized by their bytes");
        Gauge.builder("liveline.edge.polls.known", bytes::get)
                .description("Memory of recognized polls")
                .baseUnit("bytes")
                .register(registry);
    }

    /** Remembers a poll that Vert.x parsed and that Quarkus counts, if the next one can be recognized. */
    void remember(RoutingContext context, PollRequest request, String position) {
        Channel channel = VertxInternals.channel(context.request().connection());
        HttpRequestMetric metric = most == 0 ? null : HttpRequestMetric.getRequestMetric(context);
        PollFastPathHandler handler = metric == null ? null : PollFastPathHandler.of(channel, this);
        if (handler != null && handler.isParsing()) {
            String path = metric.getNormalizedUriPath(http.getServerMatchPatterns(), http.getServerIgnorePatterns());
            handler.remember(path == null ? null : RecognizedPoll.of(context, request, position, path));
        }
    }

    /** Reserves memory, or frees it if the size is negative; returns false if there is not enough. */
    boolean reserve(int size) {
        return bytes.getAndUpdate(held -> held + size > most ? held : held + size) + size <= most;
    }

    /** Takes the tokens of the rate limits for a recognized poll. Throws if the route must decide about it. */
    void admit(RecognizedPoll poll) {
        Caller caller = poll.request().caller();
        if (caller.isExpired(System.currentTimeMillis()) || clock.millis() >= caller.knownUntilMillis()) {
            throw Caller.expired();
        }
        if (caller.expiresMillis() == Caller.NEVER) {
            limits.address(poll.address()).take();
        }
        limits.person(caller).take();
        recognized.increment();
    }

    /** Counts a request in the metric of all requests, with the tags that Quarkus gives it. */
    void count(RecognizedPoll poll, int status, long startNanos) {
        timers.computeIfAbsent(new Counted(poll.path(), status), this::timer)
                .record(System.nanoTime() - startNanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(Counted of) {
        int status = of.status();
        Tags tags = Tags.of(
                HttpCommonTags.method("GET"),
                // The route has parameters, so its path is that of no request.
                HttpCommonTags.uri(of.path(), "", status, http.isServerSuppress4xxErrors()),
                HttpCommonTags.outcome(status),
                status == RESET ? HttpCommonTags.STATUS_RESET : HttpCommonTags.status(status));
        return registry.timer(http.getHttpServerRequestsName(), tags);
    }
}
