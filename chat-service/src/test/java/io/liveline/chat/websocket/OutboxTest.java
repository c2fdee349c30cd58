package io.liveline.chat.websocket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.liveline.chat.replica.UnsentBudget;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.concurrent.Promise;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of direct writes of frames to the socket. */
class OutboxTest {

    private static final int MUCH = 8 << 20;

    private EventLoopGroup loops;
    private Channel channel;
    private Socket client;

    @BeforeEach
    void connect() throws Exception {
        Assumptions.assumeTrue(Epoll.isAvailable(), "elsewhere nothing goes past Netty");
        loops = new EpollEventLoopGroup(1);
        Promise<Channel> accepted = loops.next().newPromise();
        Channel listening = new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(MUCH, 2 * MUCH));
                        accepted.setSuccess(channel);
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
        client = new Socket();
        client.connect(listening.localAddress());
        client.setSoTimeout(20_000);
        channel = accepted.get();
    }

    @AfterEach
    void end() throws IOException {
        if (loops != null) {
            client.close();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    @Test
    void unfinishedWritesOfOthersAreNotInterrupted() throws Exception {
        channel.eventLoop()
                .submit(() -> {
                    Outbox outbox = open();
                    channel.writeAndFlush(Unpooled.copiedBuffer("a".repeat(MUCH), StandardCharsets.US_ASCII));
                    assertThat(outbox.isReady()).as("nothing was refused").isTrue();
                    // The socket has space again, and the event loop does not know yet.
                    assertThat(read(1 << 20)).isEqualTo("a".repeat(1 << 20));
                    outbox.write(direct("b"));
                    return null;
                })
                .get();
        assertThat(read(MUCH - (1 << 20) + 1)).isEqualTo("a".repeat(MUCH - (1 << 20)) + "b");
    }

    @Test
    void earlierWritesAreSentFirst() throws Exception {
        channel.eventLoop()
                .submit(() -> {
                    channel.writeAndFlush(Unpooled.copiedBuffer("a".repeat(MUCH), StandardCharsets.US_ASCII));
                    Outbox outbox = open();
                    assertThat(read(1 << 20)).isEqualTo("a".repeat(1 << 20));
                    outbox.write(direct("b"));
                    return null;
                })
                .get();
        assertThat(read(MUCH - (1 << 20) + 1)).isEqualTo("a".repeat(MUCH - (1 << 20)) + "b");
    }

    @Test
    void aConnectionThatReusesTheDescriptorOfAClosedOneGetsNoneOfItsFrames() throws Exception {
        try (ServerSocket elsewhere = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            List<Socket> others = channel.eventLoop()
                    .submit(() -> {
                        Outbox outbox = open();
                        channel.close();
                        List<Socket> opened = new ArrayList<>();
                        for (int i = 0; i < 5; i++) {
                            opened.add(new Socket(elsewhere.getInetAddress(), elsewhere.getLocalPort()));
                            opened.add(elsewhere.accept());
                        }
                        outbox.write(direct("a"));
                        return opened;
                    })
                    .get();
            for (Socket other : others) {
                assertThat(other.getInputStream().available()).isEqualTo(0);
            }
            for (Socket other : others) {
                other.close();
            }
        }
    }

    private Outbox open() {
        return Outbox.open(channel, 1000, new UnsentBudget(MUCH, loops, new AtomicLong()), () -> {}, () -> {});
    }

    private static ByteBuf direct(String text) {
        return Unpooled.directBuffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private String read(int length) throws IOException {
        return new String(client.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
    }
}
