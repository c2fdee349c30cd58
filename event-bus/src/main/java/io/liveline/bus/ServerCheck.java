package io.liveline.bus;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import org.jboss.logging.Logger;

/** Check of a server before commands go to it: one that is too old is not used. */
final class ServerCheck {

    private static final Logger LOG = Logger.getLogger(ServerCheck.class);

    private volatile ServerInfo newest = ServerInfo.UNKNOWN;

    /** The facts about the server that was checked last. */
    ServerInfo newest() {
        return newest;
    }

    /** Fails with an {@link IncompatibleServerException} where the server will not do. */
    Future<ServerInfo> of(RedisConnection connection) {
        return connection
                .send(Request.cmd(Command.INFO))
                .map(reply -> ServerInfo.parse(reply.toString()))
                .recover(error -> {
                    if (!RedisErrors.isNotPermitted(error.getMessage())) {
                        return Future.failedFuture(error);
                    }
                    LOG.warn("The user of Redis may not ask INFO: the version of the server is not checked");
                    return Future.succeededFuture(ServerInfo.UNKNOWN);
                })
                .compose(info -> {
                    newest = info;
                    return info.isNewEnough()
                            ? Future.succeededFuture(info)
                            : Future.failedFuture(new IncompatibleServerException(info.tooOld()));
                });
    }
}
