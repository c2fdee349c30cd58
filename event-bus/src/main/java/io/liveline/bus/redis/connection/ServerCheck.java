package io.liveline.bus.redis.connection;

import io.liveline.bus.redis.command.RedisErrorCodes;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import org.jboss.logging.Logger;

/** Check of a server before commands are sent to it: one that is too old or would evict keys is rejected. */
public final class ServerCheck {

    private static final Logger LOG = Logger.getLogger(ServerCheck.class);

    private volatile ServerInfo newest = ServerInfo.UNKNOWN;

    /** Returns the facts about the server that was checked last. */
    public ServerInfo newest() {
        return newest;
    }

    /** Checks a server; fails with an {@link IncompatibleServerException} if it is incompatible. */
    Future<ServerInfo> of(RedisConnection connection) {
        return connection
                .send(Request.cmd(Command.INFO))
                .map(reply -> ServerInfo.parse(reply.toString()))
                .recover(error -> {
                    if (!RedisErrorCodes.isNotPermitted(error.getMessage())) {
                        return Future.failedFuture(error);
                    }
                    LOG.warn("The Redis user may not call INFO: neither the server's version nor its maxmemory-policy,"
                            + " which must be noeviction, is checked");
                    return Future.succeededFuture(ServerInfo.UNKNOWN);
                })
                .compose(info -> {
                    newest = info;
                    return info.incompatibility()
                            .<Future<ServerInfo>>map(why -> Future.failedFuture(new IncompatibleServerException(why)))
                            .orElse(Future.succeededFuture(info));
                });
    }
}
