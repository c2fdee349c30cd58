package io.liveline.bench.measure;

import io.liveline.bench.server.Server;
import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.vertx.core.json.JsonObject;

/**
 * Memory of a server at one moment, in bytes.
 *
 * @param rss resident memory
 * @param pss resident memory, with shared pages divided among their processes
 * @param collectedRss resident memory after a full collection if the server is a JVM, else the same as {@code rss}
 */
public record Memory(long rss, long pss, long collectedRss) {

    public static Memory of(Server server, Servers servers, Target target) {
        long rss = Usage.memory(server.pids(), "Rss");
        long pss = Usage.memory(server.pids(), "Pss");
        if (target.isJvm()) {
            servers.collect(server);
        }
        return new Memory(rss, pss, Usage.memory(server.pids(), "Rss"));
    }

    /** Returns the increase since an earlier moment, divided by a number of connections. */
    public JsonObject since(Memory before, int connections) {
        return new JsonObject()
                .put("empty_rss_mib", before.rss / 1048576.0)
                .put("rss_mib", rss / 1048576.0)
                .put("rss_kib_per_connection", (rss - before.rss) / 1024.0 / connections)
                .put("pss_kib_per_connection", (pss - before.pss) / 1024.0 / connections)
                .put("collected_rss_kib_per_connection", (collectedRss - before.collectedRss) / 1024.0 / connections);
    }
}
