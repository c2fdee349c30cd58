package io.liveline.bus;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;

/** The network between a replica and Redis, which can be cut and mended. */
final class Wire implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
    private final NetServer server;
    private volatile boolean cut;
    private volatile boolean hangingUp;

    Wire(int port) {
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

    String url() {
        return "redis://127.0.0.1:" + server.actualPort();
    }

    /** Breaks all connections, and every new one. */
    void cut() {
        cut = true;
        sockets.forEach(NetSocket::close);
    }

    void mend() {
        cut = false;
        hangingUp = false;
    }

    /** Breaks each connection from now on as soon as the server has answered on it. */
    void hangUp() {
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
                other.close();
            });
            socket.handler(other::write);
        }
        far.handler(answer -> near.write(answer).onComplete(written -> {
            if (hangingUp) {
                near.close();
            }
        }));
        near.resume();
    }
}
