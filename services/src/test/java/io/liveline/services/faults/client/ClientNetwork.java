package io.liveline.services.faults.client;

import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.liveline.services.faults.deployment.ServiceName;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketConnectOptions;

/** Connections of the clients to the services. All clients are confined to one event loop. */
final class ClientNetwork {

    /** Milliseconds without an answer after which a client repeats its request. */
    private static final long PATIENCE = 4000;

    /** Status codes after which a client repeats its request. */
    private static final Set<Integer> RETRYABLE = Set.of(429, 502, 503, 504);

    /** Response over HTTP. */
    record Answer(int status, MultiMap headers, String body) {}

    /** Signal that a request has to be repeated: there was no answer, or a retryable one. */
    static final class RetryableException extends RuntimeException {

        private static final long serialVersionUID = 1;

        RetryableException(String why) {
            super(why, null, false, false);
        }
    }

    private final Vertx vertx;
    private final Context loop;
    private final HttpClient http;
    private final Ledger ledger;
    private final Lateness lateness;
    private final Map<ServiceName, Integer> ports;

    ClientNetwork(Vertx vertx, Ledger ledger, Lateness lateness, Map<ServiceName, Integer> ports) {
        this.vertx = vertx;
        this.loop = vertx.getOrCreateContext();
        this.ledger = ledger;
        this.lateness = lateness;
        this.ports = new EnumMap<>(ports);
        this.http = vertx.createHttpClient(new HttpClientOptions()
                .setMaxPoolSize(2000)
                .setMaxWebSockets(2000)
                .setConnectTimeout(3000)
                .setKeepAliveTimeout(3));
    }

    Ledger ledger() {
        return ledger;
    }

    Lateness lateness() {
        return lateness;
    }

    void run(Runnable what) {
        loop.runOnContext(now -> what.run());
    }

    void later(long millis, Runnable what) {
        vertx.setTimer(Math.max(1, millis), over -> what.run());
    }

    /** Returns a random delay between half of the given one and all of it. */
    static long jitter(long millis, Random random) {
        return millis / 2 + random.nextInt((int) millis / 2 + 1);
    }

    /** Sends a request. Fails if there is no answer, or a retryable one; any other status from 400 on is an error. */
    Future<Answer> send(ServiceName part, HttpMethod method, String path, String body, long wait, String... headers) {
        RequestOptions options = options(part, method, path, headers).setIdleTimeout(wait + PATIENCE);
        return http.request(options)
                .compose(request -> body == null ? request.send() : request.send(Buffer.buffer(body)))
                .compose(answer ->
                        answer.body().map(all -> new Answer(answer.statusCode(), answer.headers(), all.toString())))
                .timeout(wait + PATIENCE + 500, TimeUnit.MILLISECONDS)
                .map(answer -> {
                    if (answer.status() >= 400) {
                        if (!RETRYABLE.contains(answer.status())) {
                            ledger.error(method + " " + path + ": " + answer.status() + " " + answer.body());
                        }
                        throw new RetryableException(answer.status() + " " + answer.body());
                    }
                    return answer;
                });
    }

    private RequestOptions options(ServiceName part, HttpMethod method, String path, String... headers) {
        RequestOptions options = new RequestOptions()
                .setHost("127.0.0.1")
                .setPort(ports.get(part))
                .setMethod(method)
                .setURI(path)
                .putHeader("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            options.putHeader(headers[i], headers[i + 1]);
        }
        return options;
    }

    /** Opens a WebSocket to chat. */
    Future<WebSocket> socket(String name) {
        WebSocketConnectOptions options = new WebSocketConnectOptions();
        options.setHost("127.0.0.1").setPort(ports.get(ServiceName.CHAT)).setURI("/chat?name=" + name);
        options.setTimeout(PATIENCE);
        options.addSubProtocol("liveline.v1");
        return http.webSocket(options);
    }

    /** Opens an SSE stream. The result closes it; {@code ended} is called once, unless the stream was closed before. */
    Runnable stream(ServiceName part, String path, String last, Consumer<ServerEvent> event, Runnable ended) {
        ServerEvent.Reader reader = new ServerEvent.Reader(event, ended);
        String[] headers = last == null
                ? new String[] {"Accept", "text/event-stream"}
                : new String[] {"Accept", "text/event-stream", "Last-Event-ID", last};
        http.request(options(part, HttpMethod.GET, path, headers))
                .compose(request -> {
                    reader.onClose(() -> request.reset());
                    return request.send();
                })
                .onSuccess(answer -> {
                    if (answer.statusCode() != 200 && !RETRYABLE.contains(answer.statusCode())) {
                        ledger.error("stream " + path + ": " + answer.statusCode());
                    }
                    answer.exceptionHandler(cut -> reader.end());
                    answer.endHandler(over -> reader.end());
                    answer.handler(reader::read);
                })
                .onFailure(cut -> reader.end());
        return reader::close;
    }
}
