package io.liveline.services.faults.deployment;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;

/** TCP proxy before several ports, with fault injection: it can delay data, stall, and close connections. */
final class FaultyProxy {

    private final Vertx vertx;
    private final NetClient client;
    private final NetServer server;
    private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger nextTarget = new AtomicInteger();
    private volatile List<Integer> targets = List.of();
    private volatile long delay;
    private volatile long stalledUntil;

    FaultyProxy(Vertx vertx) {
        this.vertx = vertx;
        client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(2000));
        server = vertx.createNetServer(
                        new NetServerOptions().setHost("127.0.0.1").setPort(0))
                .connectHandler(this::accept);
        server.listen().toCompletionStage().toCompletableFuture().join();
    }

    int port() {
        return server.actualPort();
    }

    /** Sets the ports of new connections, which are used in turn. */
    void setTargets(List<Integer> ports) {
        targets = List.copyOf(ports);
    }

    /** Delays all data for this many milliseconds, in each direction. */
    void slow(long millis) {
        delay = millis;
    }

    /** Forwards nothing for this many milliseconds. */
    void stall(long millis) {
        stalledUntil = System.currentTimeMillis() + millis;
    }

    /** Closes all open connections. */
    void disconnectAll() {
        open.forEach(NetSocket::close);
    }

    private void accept(NetSocket in) {
        in.pause();
        open.add(in);
        in.closeHandler(closed -> open.remove(in));
        connect(in, targets.size());
    }

    private void connect(NetSocket in, int tries) {
        List<Integer> ports = targets;
        if (tries <= 0 || ports.isEmpty()) {
            in.close();
            return;
        }
        int port = ports.get(Math.floorMod(nextTarget.getAndIncrement(), ports.size()));
        client.connect(port, "127.0.0.1").onSuccess(out -> join(in, out)).onFailure(refused -> connect(in, tries - 1));
    }

    private void join(NetSocket in, NetSocket out) {
        if (!open.contains(in)) {
            out.close();
            return;
        }
        in.closeHandler(closed -> {
            open.remove(in);
            out.close();
        });
        out.closeHandler(closed -> in.close());
        in.exceptionHandler(broken -> in.close());
        out.exceptionHandler(broken -> out.close());
        pump(in, out);
        pump(out, in);
        in.resume();
    }

    private void pump(NetSocket from, NetSocket to) {
        from.handler(data -> {
            long wait = Math.max(delay, stalledUntil - System.currentTimeMillis());
            if (wait <= 0) {
                pass(from, to, data);
            } else {
                // Keeps the order: nothing more is read until this data was written.
                from.pause();
                vertx.setTimer(wait, over -> {
                    to.write(data);
                    from.resume();
                });
            }
        });
    }

    private static void pass(NetSocket from, NetSocket to, Buffer data) {
        to.write(data);
        if (to.writeQueueFull()) {
            from.pause();
            to.drainHandler(drained -> from.resume());
        }
    }
}
