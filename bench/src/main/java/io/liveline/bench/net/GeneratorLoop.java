package io.liveline.bench.net;

import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;

/**
 * Event loop of the generator, and the connections on it. It uses the native transport of Linux: with NIO, timers are
 * up to a millisecond late, which would count as latency of the servers.
 */
public final class GeneratorLoop implements AutoCloseable {

    // Connects in batches: the backlog of the server is short, and it shares the machine.
    private static final int CONNECTS_AT_ONCE = 200;

    private final EpollEventLoopGroup group = new EpollEventLoopGroup(1);
    private final EventLoop loop = group.next();

    public EventLoop loop() {
        return loop;
    }

    /** Opens connections, and returns when all are connected. */
    public void connect(int port, int count, IntFunction<? extends Connection> links) {
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .remoteAddress(new InetSocketAddress("127.0.0.1", port));
        for (int done = 0; done < count; done += CONNECTS_AT_ONCE) {
            var all = new java.util.ArrayList<io.netty.channel.ChannelFuture>();
            for (int i = done; i < Math.min(count, done + CONNECTS_AT_ONCE); i++) {
                all.add(bootstrap.clone().handler(links.apply(i)).connect());
            }
            all.forEach(io.netty.channel.ChannelFuture::syncUninterruptibly);
        }
    }

    /** Runs a task on the event loop, and waits for it. */
    public <T> T on(Callable<T> action) {
        try {
            return loop.submit(action).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
