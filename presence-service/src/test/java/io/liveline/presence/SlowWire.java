package io.liveline.presence;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;

/** A wire to Redis on which what is published can be held up, while commands and their answers go through. */
final class SlowWire {

    private final List<NetSocket> listening = new CopyOnWriteArrayList<>();
    private final NetServer server;

    SlowWire(Vertx vertx, int redisPort) throws Exception {
        server = vertx.createNetServer().connectHandler(near -> {
            near.pause();
            vertx.createNetClient().connect(redisPort, "127.0.0.1").onSuccess(far -> {
                near.handler(bytes -> {
                    if (bytes.toString().toLowerCase().contains("\nsubscribe\r") && !listening.contains(far)) {
                        listening.add(far);
                    }
                    far.write(bytes);
                });
                far.handler(near::write);
                near.closeHandler(closed -> far.close());
                far.closeHandler(closed -> near.close());
                near.resume();
            });
        });
        server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    String url() {
        return "redis://127.0.0.1:" + server.actualPort();
    }

    /** From now on nothing that is published comes through. */
    void hold() {
        listening.forEach(NetSocket::pause);
    }
}
