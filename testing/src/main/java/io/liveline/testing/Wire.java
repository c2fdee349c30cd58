package io.liveline.testing;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;

/** Proxy between a replica and Redis that can break connections and hold back published messages. */
public final class Wire implements AutoCloseable {

    private static final Pattern SUBSCRIBE = Pattern.compile("\\ns?subscribe\\r", Pattern.CASE_INSENSITIVE);

    private final Vertx vertx = Vertx.vertx();
    private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
    // Sockets to the server of connections with a subscription.
    private final Set<NetSocket> subscribed = ConcurrentHashMap.newKeySet();
    private final NetServer server;
    private volatile boolean cut;
    private volatile boolean hangingUp;
    private volatile boolean deaf;

    /** Starts a proxy for the Redis on this port. */
    public Wire(int port) {
        NetClient client = vertx.createNetClient();
        server = vertx.createNetServer().connectHandler(near -> {
            if (cut) {
                near.close();
                return;
            }
            near.pause();
            client.connect(port, "127.0.0.1").onComplete(connected -> {
                if (connected.failed()) {
                    near.close();
                    return;
                }
                join(near, connected.result());
            });
        });
        server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
    }

    /** Returns the URL of the proxy. */
    public String url() {
        return "redis://127.0.0.1:" + server.actualPort();
    }

    /** Holds back published messages from now on; commands and their answers pass. */
    public void deafen() {
        deaf = true;
        subscribed.forEach(NetSocket::pause);
    }

    /** Closes all connections, and every new one. */
    public void cut() {
        cut = true;
        sockets.forEach(NetSocket::close);
    }

    /** Lets everything pass again, including messages that were held back. */
    public void mend() {
        cut = false;
        hangingUp = false;
        deaf = false;
        subscribed.forEach(NetSocket::resume);
    }

    /** Closes each connection from now on as soon as the server has answered on it. */
    public void hangUp() {
        hangingUp = true;
        sockets.forEach(NetSocket::close);
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void join(NetSocket near, NetSocket far) {
        for (NetSocket socket : new NetSocket[] {near, far}) {
            NetSocket other = socket == near ? far : near;
            sockets.add(socket);
            socket.closeHandler(closed -> {
                sockets.remove(socket);
                subscribed.remove(socket);
                other.close();
            });
        }
        near.handler(bytes -> {
            if (SUBSCRIBE.matcher(bytes.toString()).find() && subscribed.add(far) && deaf) {
                far.pause();
            }
            far.write(bytes);
        });
        far.handler(answer -> near.write(answer).onComplete(written -> {
            if (hangingUp) {
                near.close();
            }
        }));
        near.resume();
    }
}
