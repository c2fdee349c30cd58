package io.liveline.edge;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.KeyReusedException;
import io.micrometer.core.instrument.Metrics;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Mapping of every failure of an HTTP request to {@code application/problem+json} (RFC 9457). */
public final class ProblemResponses {

    private static final Logger LOG = Logger.getLogger(ProblemResponses.class);

    /**
     * Maps every failure, also the rejections of the framework: unknown paths, methods or media types that do not match,
     * bodies over the limit.
     */
    @ServerExceptionMapper({RuntimeException.class, WebApplicationException.class})
    Response answer(Throwable failure) {
        ProblemException problem = of(failure);
        count(problem);
        Response.ResponseBuilder response = Response.status(problem.status()).entity(json(problem));
        headers(problem).forEach(response::header);
        return response.build();
    }

    /** Answers a request outside REST with a failure, such as a poll that is held or a stream. */
    public static void answer(HttpServerRequest request, Throwable failure) {
        answer(request.response(), request.method().equals(HttpMethod.HEAD), failure);
    }

    /** Answers a request with a failure when only its response is still held. */
    public static void answer(HttpServerResponse response, Throwable failure) {
        answer(response, false, failure);
    }

    /**
     * Answers with a failure unless a response was already sent.
     *
     * @param isHead whether to send no body: over HTTP/2 Vert.x would send it even in response to HEAD
     */
    private static void answer(HttpServerResponse response, boolean isHead, Throwable failure) {
        if (response.ended() || response.headWritten()) {
            return;
        }
        ProblemException problem = of(failure);
        count(problem);
        headers(problem).forEach(response::putHeader);
        // The request may have been held since the date was set.
        response.putHeader(HttpHeaders.DATE, CommonHeaders.date()).setStatusCode(problem.status());
        if (isHead) {
            response.end();
        } else {
            response.end(json(problem));
        }
    }

    /** Counts a rejection by its code, for every transport and every limit. */
    public static void count(ProblemException problem) {
        Metrics.counter("liveline.edge.refused", "code", problem.code()).increment();
    }

    /**
     * Returns the problem that is sent to the client for a failure. An unexpected failure is logged, and its message is
     * not sent.
     */
    public static ProblemException of(Throwable failure) {
        if (failure instanceof ProblemException problem) {
            return problem;
        }
        if (failure instanceof BusUnavailableException) {
            return ProblemException.unavailable(failure.getMessage(), Duration.ofSeconds(1));
        }
        if (failure instanceof KeyReusedException) {
            return new ProblemException(422, "id_reused", "This id was already used with a different content");
        }
        if (failure instanceof JsonProcessingException malformed) {
            return badJson(malformed);
        }
        if (failure instanceof WebApplicationException rejected) {
            int status = rejected.getResponse().getStatus();
            if (status < 500) {
                return of(HttpResponseStatus.valueOf(status));
            }
        }
        LOG.error("Unexpected failure", failure);
        return new ProblemException(500, "fault", "An unexpected error occurred; it has been logged");
    }

    /** Returns the problem for a rejection by the framework, of which only the status is known. */
    public static ProblemException of(HttpResponseStatus status) {
        return switch (status.code()) {
            case 400 -> ProblemException.bad("bad_request", "Not a valid HTTP request (RFC 9110, RFC 9112)");
            case 414 -> new ProblemException(414, "uri_too_long", "The address is too long");
            case 431 -> new ProblemException(431, "head_too_large", "The request's headers are too large");
            default -> {
                String phrase = status.reasonPhrase();
                yield new ProblemException(
                        status.code(), phrase.toLowerCase(Locale.ROOT).replace(' ', '_'), phrase);
            }
        };
    }

    private static ProblemException badJson(JsonProcessingException malformed) {
        // The original message states the location and the field, but may also quote the source and class names.
        String where = malformed.getLocation() == null
                ? ""
                : " at line " + malformed.getLocation().getLineNr() + ", column "
                        + malformed.getLocation().getColumnNr();
        return ProblemException.bad("bad_json", "The body is not valid JSON for this request" + where);
    }

    /** Returns the headers of a problem response. */
    public static Map<String, String> headers(ProblemException problem) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", ProblemException.MEDIA_TYPE);
        headers.put("Cache-Control", "no-store");
        problem.retryAfter().ifPresent(after -> headers.put("Retry-After", wholeSeconds(after)));
        problem.challenge().ifPresent(how -> headers.put("WWW-Authenticate", how));
        return headers;
    }

    /** Returns the body of a problem response. */
    public static String json(ProblemException problem) {
        return new JsonObject()
                .put("type", "urn:liveline:problem:" + problem.code())
                .put("title", HttpResponseStatus.valueOf(problem.status()).reasonPhrase())
                .put("status", problem.status())
                .put("code", problem.code())
                .put("detail", problem.getMessage())
                .encode();
    }

    private static String wholeSeconds(Duration duration) {
        return String.valueOf(Math.max(1, duration.plusMillis(999).toSeconds()));
    }
}
