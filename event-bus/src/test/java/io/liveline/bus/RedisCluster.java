package io.liveline.bus;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;

import static org.awaitility.Awaitility.await;

/** Three real masters that are one Redis Cluster, on free ports of the loopback interface. */
public final class RedisCluster implements AutoCloseable {

    private static final int SLOTS = 16384;

    private final List<RedisServer> nodes;

    private RedisCluster(List<RedisServer> nodes) {
        this.nodes = nodes;
    }

    /** Starts it, and waits until every node knows of all slots. */
    public static RedisCluster launch() {
        RedisCluster cluster =
                new RedisCluster(IntStream.range(0, 3).mapToObj(i -> node()).toList());
        cluster.join();
        return cluster;
    }

    private static RedisServer node() {
        int bus = RedisServer.freePort();
        return RedisServer.launch(
                "--cluster-enabled", "yes", "--cluster-port", String.valueOf(bus), "--cluster-node-timeout", "2000");
    }

    /** What the client connects with. */
    public RedisOptions options() {
        RedisOptions options = new RedisOptions().setType(RedisClientType.CLUSTER);
        nodes.forEach(node -> options.addConnectionString(node.url()));
        return options;
    }

    /** Its masters. */
    public List<RedisServer> nodes() {
        return nodes;
    }

    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
    }

    private void join() {
        int share = SLOTS / nodes.size();
        for (int i = 0; i < nodes.size(); i++) {
            int last = i == nodes.size() - 1 ? SLOTS - 1 : (i + 1) * share - 1;
            RedisServer node = nodes.get(i);
            node.command("CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(i + 1));
            node.command("CLUSTER", "ADDSLOTSRANGE", String.valueOf(i * share), String.valueOf(last));
            nodes.get(0)
                    .command(
                            "CLUSTER",
                            "MEET",
                            "127.0.0.1",
                            String.valueOf(node.port()),
                            String.valueOf(node.busPort()));
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> nodes.stream().allMatch(RedisCluster::isWhole));
    }

    private static boolean isWhole(RedisServer node) {
        String info = node.command("CLUSTER", "INFO");
        return info.contains("cluster_state:ok") && info.contains("cluster_size:3");
    }
}
