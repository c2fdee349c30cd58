package io.liveline.services.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;

/** Connections on each of which the head of a request comes byte by byte; one that is closed is opened again. */
public final class SlowlorisClients implements AutoCloseable {

    private static final int PAUSE_MILLIS = 500;
    private static final byte[] HEAD =
            "GET /counters HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII);

    private final Vertx vertx = Vertx.vertx();
    private final NetClient client = vertx.createNetClient();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final int port;

    public SlowlorisClients(int port, int connections) {
        this.port = port;
        for (int i = 0; i < connections; i++) {
            connect();
        }
    }

    /** How many connections there are. */
    public int open() {
        return open.get();
    }

    /** How many were closed by the server. */
    public int closed() {
        return closed.get();
    }

    private void connect() {
        client.connect(port, "127.0.0.1")
                .onSuccess(this::drip)
                .onFailure(refused -> vertx.setTimer(PAUSE_MILLIS, later -> connect()));
    }

    private void drip(NetSocket socket) {
        open.incrementAndGet();
        AtomicInteger sent = new AtomicInteger();
        long timer = vertx.setPeriodic(PAUSE_MILLIS, tick -> {
            int at = sent.getAndIncrement();
            socket.write(Buffer.buffer(new byte[] {at < HEAD.length ? HEAD[at] : (byte) 'x'}));
        });
        socket.exceptionHandler(reset -> socket.close());
        socket.closeHandler(gone -> {
            vertx.cancelTimer(timer);
            open.decrementAndGet();
            closed.incrementAndGet();
            connect();
        });
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
