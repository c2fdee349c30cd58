package io.liveline.bus.redis.connection;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import io.liveline.bus.BusConfig;
import io.vertx.core.Future;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jboss.logging.Logger;

/** Connection to Redis that reconnects by itself. Confined to the bus's event loop. */
public final class ReconnectingConnection {

    /** Receiver of the connection's state changes and pushed messages. */
    public interface Listener {

        void up();

        void down();

        /** Reports that an attempt to connect failed; the next one follows by itself. */
        default void failed(Throwable cause) {}

        default void push(Response message) {}
    }

    private static final Logger LOG = Logger.getLogger(ReconnectingConnection.class);

    private final String name;
    private final RedisBusContext bus;
    private final Redis redis;
    private final Listener listener;
    private final Function<RedisConnection, Future<?>> check;
    private final Backoff backoff;
    private RedisConnection connection;
    private long connectedNanos;
    // Number of the current attempt; reports from an abandoned connection carry an older number and are ignored.
    private int generation;
    private boolean closed;

    /** @param check check of the server on a new connection; a failure closes the connection */
    ReconnectingConnection(
            String name,
            RedisBusContext bus,
            Redis redis,
            Listener listener,
            Function<RedisConnection, Future<?>> check) {
        this.name = name;
        this.bus = bus;
        this.redis = redis;
        this.listener = listener;
        this.check = check;
        BusConfig.Redis config = bus.config().redis();
        this.backoff = new Backoff(config.reconnectMin(), config.reconnectMax(), ThreadLocalRandom.current());
    }

    boolean isUp() {
        return connection != null;
    }

    void connect() {
        if (closed) {
            return;
        }
        int attempt = ++generation;
        // The connection's read-idle timeout ends a hung handshake; this longer timeout is a second safeguard.
        long timer = bus.after(bus.config().timeout().toMillis() * 3, () -> {
            if (attempt == generation && connection == null) {
                lost(attempt, new TimeoutException("no answer to the handshake"));
            }
        });
        redis.connect()
                .compose(opened -> check.apply(opened).map(opened).onFailure(failure -> opened.close()))
                .onComplete(result -> bus.run(() -> {
                    bus.vertx().cancelTimer(timer);
                    if (result.failed()) {
                        lost(attempt, result.cause());
                    } else if (attempt != generation || closed) {
                        result.result().close();
                    } else {
                        connected(attempt, result.result());
                    }
                }));
    }

    /** Sends a command; fails if there is no connection or it breaks before the answer. */
    Future<Response> send(Request request) {
        return connection == null ? Future.failedFuture("not connected") : connection.send(request);
    }

    /** Sends commands in one write; fails if any of them fails, without reporting which one. */
    Future<List<Response>> send(List<Request> requests) {
        return connection == null ? Future.failedFuture("not connected") : connection.batch(requests);
    }

    /** Replaces a connection that seems dead. */
    void drop(String reason) {
        if (connection != null) {
            lost(generation, new IOException(reason));
        }
    }

    void close() {
        closed = true;
        generation++;
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    private void connected(int attempt, RedisConnection opened) {
        connection = opened;
        connectedNanos = System.nanoTime();
        // The client may call these handlers on any context; the bus's context keeps their order.
        opened.handler(message -> bus.run(() -> {
            if (attempt == generation) {
                listener.push(message);
            }
        }));
        opened.exceptionHandler(e -> bus.run(() -> lost(attempt, e)));
        opened.endHandler(ended -> bus.run(() -> lost(attempt, new IOException("closed by the server"))));
        LOG.infof("Connected to Redis for %s", name);
        listener.up();
    }

    private void lost(int attempt, Throwable cause) {
        if (attempt != generation || closed) {
            return;
        }
        generation++;
        RedisConnection previous = connection;
        connection = null;
        // Only after a connection that lasted: otherwise a server that accepts and disconnects at once would be
        // reconnected to without a wait.
        long stableNanos = bus.config().redis().reconnectMax().toNanos();
        if (previous != null && System.nanoTime() - connectedNanos > stableNanos) {
            backoff.reset();
        }
        Duration wait = backoff.next();
        LOG.warnf(
                "No connection to Redis for %s (%s); trying again in %d ms", name, cause.getMessage(), wait.toMillis());
        if (previous != null) {
            previous.close();
            listener.down();
        } else {
            listener.failed(cause);
        }
        bus.after(wait.toMillis(), this::connect);
    }
}
