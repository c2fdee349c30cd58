package io.liveline.testing;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;

/** The network between a replica and Redis, which can be cut and mended, and keep back what is published. */
public final class Wire implements AutoCloseable {

    private static final Pattern SUBSCRIBE = Pattern.compile("\\ns?subscribe\\r", Pattern.CASE_INSENSITIVE);

    private final Vertx vertx = Vertx.vertx();
    private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
    // The server's ends of connections that have subscribed to something.
    private final Set<NetSocket> listening = ConcurrentHashMap.newKeySet();
    private final NetServer server;
    private volatile boolean cut;
    private volatile boolean hangingUp;
    private volatile boolean deaf;

    /** A wire to the Redis on this port. */
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

    /** Where Redis is found at the near end. */
    public String url() {
        return "redis://127.0.0.1:" + server.actualPort();
    }

    /** From now on nothing that is published comes through; commands and their answers do. */
    public void deafen() {
        deaf = true;
        listening.forEach(NetSocket::pause);
    }

    /** Breaks all connections, and every new one. */
    public void cut() {
        cut = true;
        sockets.forEach(NetSocket::close);
    }

    /** Everything comes through again, also what was kept back. */
    public void mend() {
        cut = false;
        hangingUp = false;
        deaf = false;
        listening.forEach(NetSocket::resume);
    }

    /** Breaks each connection from now on as soon as the server has answered on it. */
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
                listening.remove(socket);
                other.close();
            });
        }
        near.handler(bytes -> {
            if (SUBSCRIBE.matcher(bytes.toString()).find() && listening.add(far) && deaf) {
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
