package io.liveline.chat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;

import jakarta.inject.Inject;

import io.liveline.testing.Background;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of clients that send frames faster than the server handles them. */
@QuarkusTest
class FloodTest {

    private static final int FRAMES = 20_000;

    /** More tasks than two connections, heartbeats and timers cause, and far fewer than the frames of one read. */
    private static final int FEW_TASKS = 100;

    /** More than the kernel buffers on both sides, and the server holds. */
    private static final long MUCH = 64L << 20;

    private static final long ENOUGH_MILLIS = 2_000;

    private static final byte[] CLOSE_1000 = {0x03, (byte) 0xe8};

    @TestHTTPResource
    URI base;

    @Inject
    Vertx vertx;

    @ParameterizedTest
    @ValueSource(ints = {RawSocketClient.TEXT, RawSocketClient.BINARY, RawSocketClient.PING, RawSocketClient.PONG})
    void ofAFloodOfTinyFramesFewAreInTheQueueOfTheEventLoop(int opcode) {
        try (RawSocketClient eve = RawSocketClient.open(base, "eve")) {
            CompletableFuture<Void> flood = Background.run(() -> {
                eve.bytes(tiny(opcode));
                eve.frame(true, RawSocketClient.CLOSE, CLOSE_1000);
            });
            CompletableFuture<Integer> closed = Background.supply(eve::readUntilClosed);
            int most = 0;
            while (!closed.isDone()) {
                most = Math.max(most, queuedTasks());
            }
            flood.join();
            assertThat(closed.join()).as("all were handled, in order").isEqualTo(1000);
            assertThat(most).isLessThan(FEW_TASKS);
        }
    }

    @Test
    void fromAClientThatReadsNoPongsNoPingsAreRead() throws IOException {
        try (SocketChannel eve = SocketChannel.open();
                Selector selector = Selector.open()) {
            eve.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
            eve.setOption(StandardSocketOptions.SO_SNDBUF, 4096);
            eve.connect(new InetSocketAddress("127.0.0.1", base.getPort()));
            eve.write(ByteBuffer.wrap(RawSocketClient.handshake("eve", "").getBytes(StandardCharsets.US_ASCII)));
            eve.configureBlocking(false);
            eve.register(selector, SelectionKey.OP_WRITE);
            ByteBuffer flood = ByteBuffer.wrap(tiny(RawSocketClient.PING));
            long sent = 0;
            // A slow machine may stop this early, and nothing makes it longer than a server that reads.
            while (sent < MUCH && selector.select(ENOUGH_MILLIS) > 0) {
                selector.selectedKeys().clear();
                sent += eve.write(flood);
                if (!flood.hasRemaining()) {
                    flood.rewind();
                }
            }
            assertThat(sent).isLessThan(MUCH);
        }
    }

    private int queuedTasks() {
        return StreamSupport.stream(vertx.nettyEventLoopGroup().spliterator(), false)
                .mapToInt(loop -> ((SingleThreadEventExecutor) loop).pendingTasks())
                .sum();
    }

    private static byte[] tiny(int opcode) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int i = 0; i < FRAMES; i++) {
            frames.writeBytes(new byte[] {(byte) (0x80 | opcode), (byte) 0x81, 0, 0, 0, 0, 'x'});
        }
        return frames.toByteArray();
    }
}
