package io.liveline.services.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;

/** Attacking connections that send the head of a request byte by byte, and reconnect when they are closed. */
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

    /** Returns the number of open connections. */
    public int open() {
        return open.get();
    }

    /** Returns the number of connections that the server closed. */
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
