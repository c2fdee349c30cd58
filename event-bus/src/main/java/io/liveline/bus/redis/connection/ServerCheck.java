package io.liveline.bus.redis.connection;

import io.liveline.bus.redis.command.RedisErrorCodes;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import org.jboss.logging.Logger;

/** Check of a server before commands go to it: one that is too old, or would evict, is not used. */
public final class ServerCheck {

    private static final Logger LOG = Logger.getLogger(ServerCheck.class);

    private volatile ServerInfo newest = ServerInfo.UNKNOWN;

    /** The facts about the server that was checked last. */
    public ServerInfo newest() {
        return newest;
    }

    /** Fails with an {@link IncompatibleServerException} where the server will not do. */
    Future<ServerInfo> of(RedisConnection connection) {
        return connection
                .send(Request.cmd(Command.INFO))
                .map(reply -> ServerInfo.parse(reply.toString()))
                .recover(error -> {
                    if (!RedisErrorCodes.isNotPermitted(error.getMessage())) {
                        return Future.failedFuture(error);
                    }
                    LOG.warn("The user of Redis may not ask INFO: neither the version of the server nor its"
                            + " maxmemory-policy, which has to be noeviction, is checked");
                    return Future.succeededFuture(ServerInfo.UNKNOWN);
                })
                .compose(info -> {
                    newest = info;
                    return info.unfit()
                            .<Future<ServerInfo>>map(why -> Future.failedFuture(new IncompatibleServerException(why)))
                            .orElse(Future.succeededFuture(info));
                });
    }
}
