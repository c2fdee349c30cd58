package io.liveline.bus.redis.connection;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import io.liveline.bus.BusConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jboss.logging.Logger;

/** One connection to Redis that comes back by itself. Confined to the bus's event loop. */
public final class ReconnectingConnection {

    /** Hears what becomes of the connection. */
    public interface Listener {

        void up();

        void down();

        /** An attempt to connect failed; the next one follows by itself. */
        default void failed(Throwable why) {}

        default void push(Response message) {}
    }

    private static final Logger LOG = Logger.getLogger(ReconnectingConnection.class);

    private final String name;
    private final Vertx vertx;
    private final Context loop;
    private final Redis redis;
    private final Listener listener;
    private final Function<RedisConnection, Future<?>> check;
    private final Backoff backoff;
    private final Duration patience;
    private final long usefulNanos;
    private RedisConnection connection;
    private long connectedNanos;
    // Counts connections tried: what an abandoned one still reports is recognised by its number and dropped.
    private int generation;
    private boolean closed;

    /** @param check asks a server, before the connection counts, whether it will do; fails where it will not */
    ReconnectingConnection(
            String name,
            Vertx vertx,
            Context loop,
            Redis redis,
            BusConfig config,
            Listener listener,
            Function<RedisConnection, Future<?>> check) {
        this.name = name;
        this.vertx = vertx;
        this.loop = loop;
        this.redis = redis;
        this.listener = listener;
        this.check = check;
        // A hung handshake is ended by the read-idle timeout of the connection; this is the net below that net.
        this.patience = config.timeout().multipliedBy(3);
        this.usefulNanos = config.redis().reconnectMax().toNanos();
        this.backoff =
                new Backoff(config.redis().reconnectMin(), config.redis().reconnectMax(), ThreadLocalRandom.current());
    }

    boolean isUp() {
        return connection != null;
    }

    void connect() {
        if (closed) {
            return;
        }
        int mine = ++generation;
        long timer = vertx.setTimer(
                patience.toMillis(),
                id -> loop.runOnContext(nothing -> {
                    if (mine == generation && connection == null) {
                        lost(mine, new TimeoutException("no answer to the handshake"));
                    }
                }));
        redis.connect()
                .compose(made -> check.apply(made).map(made).onFailure(bad -> made.close()))
                .onComplete(result -> loop.runOnContext(nothing -> {
                    vertx.cancelTimer(timer);
                    if (result.failed()) {
                        lost(mine, result.cause());
                    } else if (mine != generation || closed) {
                        result.result().close();
                    } else {
                        connected(mine, result.result());
                    }
                }));
    }

    /** Sends a command; fails when there is no connection, or when it breaks before the answer. */
    Future<Response> send(Request request) {
        return connection == null ? Future.failedFuture("not connected") : connection.send(request);
    }

    /** Sends commands in one write; fails without telling whose it was when one of them fails. */
    Future<List<Response>> send(List<Request> requests) {
        return connection == null ? Future.failedFuture("not connected") : connection.batch(requests);
    }

    /** Gives up this connection, which seems dead, for a new one. */
    void drop(String why) {
        if (connection != null) {
            lost(generation, new IOException(why));
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

    private void connected(int mine, RedisConnection made) {
        connection = made;
        connectedNanos = System.nanoTime();
        // The client calls these on a context of its own choice; ours keeps their order.
        made.handler(message -> loop.runOnContext(nothing -> {
            if (mine == generation) {
                listener.push(message);
            }
        }));
        made.exceptionHandler(e -> loop.runOnContext(nothing -> lost(mine, e)));
        made.endHandler(ended -> loop.runOnContext(nothing -> lost(mine, new IOException("closed by the server"))));
        LOG.infof("Connected to Redis for %s", name);
        listener.up();
    }

    private void lost(int which, Throwable why) {
        if (which != generation || closed) {
            return;
        }
        generation++;
        RedisConnection old = connection;
        connection = null;
        // Only once it has lasted: a server that greets and hangs up would otherwise be called again and again at once.
        if (old != null && System.nanoTime() - connectedNanos > usefulNanos) {
            backoff.reset();
        }
        Duration wait = backoff.next();
        LOG.warnf("No connection to Redis for %s (%s); trying again in %d ms", name, why.getMessage(), wait.toMillis());
        if (old != null) {
            old.close();
            listener.down();
        } else {
            listener.failed(why);
        }
        vertx.setTimer(wait.toMillis(), id -> loop.runOnContext(nothing -> connect()));
    }
}
