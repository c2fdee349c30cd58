package io.liveline.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import org.awaitility.core.ConditionTimeoutException;

import static org.awaitility.Awaitility.await;

/** Redis Cluster on free ports of the loopback interface: three masters, and a replica of the first. */
public final class RedisCluster implements AutoCloseable {

    private static final int SLOTS = 16384;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<RedisServer> masters;
    private final RedisServer replica;
    // Masters that were added later, without slots.
    private final List<RedisServer> added = new ArrayList<>();

    private RedisCluster(List<RedisServer> masters, RedisServer replica) {
        this.masters = masters;
        this.replica = replica;
    }

    /** Starts three masters and a replica of the first, and waits until every node knows of all slots. */
    public static RedisCluster launch() {
        RedisCluster cluster =
                new RedisCluster(IntStream.range(0, 3).mapToObj(i -> node()).toList(), node());
        cluster.join();
        return cluster;
    }

    private static RedisServer node() {
        int bus = RedisServer.freePort();
        return RedisServer.launch(
                "--cluster-enabled",
                "yes",
                "--cluster-port",
                String.valueOf(bus),
                "--cluster-node-timeout",
                "2000",
                "--repl-diskless-sync-delay",
                "0",
                // A master whose last slot is moved away stays a master.
                "--cluster-allow-replica-migration",
                "no");
    }

    /** Returns the options of a client. */
    public RedisOptions options() {
        RedisOptions options = new RedisOptions().setType(RedisClientType.CLUSTER);
        masters.forEach(node -> options.addConnectionString(node.url()));
        return options;
    }

    /** Returns the value for {@code quarkus.redis.hosts}. */
    public String hosts(String user, String password) {
        return masters.stream()
                .map(node -> "redis://" + user + ':' + password + "@127.0.0.1:" + node.port())
                .collect(Collectors.joining(","));
    }

    /** Returns the initial masters. */
    public List<RedisServer> masters() {
        return masters;
    }

    /** Returns the replica of the first master. */
    public RedisServer replica() {
        return replica;
    }

    /** Returns all nodes. */
    public List<RedisServer> nodes() {
        return Stream.of(masters, List.of(replica), added).flatMap(List::stream).toList();
    }

    /** Adds a master without slots. */
    public RedisServer add() {
        RedisServer node = node();
        added.add(node);
        meet(node);
        await().atMost(LONG).until(() -> isComplete(node) && nodes().stream().allMatch(other -> knows(other, node)));
        return node;
    }

    /** Returns the master that owns a key's slot. */
    public RedisServer ownerOf(String key) {
        return nodes().stream()
                .filter(RedisServer::isAlive)
                .filter(node -> node.command("EXISTS", key).startsWith(":"))
                .findFirst()
                .orElseThrow();
    }

    /** Moves the slot of a key with its contents, as an operator does. */
    public void move(String key, RedisServer to) {
        RedisServer from = ownerOf(key);
        String slot = from.command("CLUSTER", "KEYSLOT", key).substring(1).strip();
        require(to, "CLUSTER", "SETSLOT", slot, "IMPORTING", id(from));
        require(from, "CLUSTER", "SETSLOT", slot, "MIGRATING", id(to));
        for (List<String> batch = keysIn(from, slot); !batch.isEmpty(); batch = keysIn(from, slot)) {
            List<String> migrate = new ArrayList<>(
                    List.of("MIGRATE", "127.0.0.1", String.valueOf(to.port()), "", "0", "5000", "KEYS"));
            migrate.addAll(batch);
            require(from, migrate.toArray(String[]::new));
        }
        Stream.of(to, from).forEach(node -> require(node, "CLUSTER", "SETSLOT", slot, "NODE", id(to)));
    }

    /** Makes a replica the master of its slots. */
    public void failOver(RedisServer to) {
        await().atMost(LONG).until(() -> to.command("INFO", "replication").contains("master_link_status:up"));
        // Redis gives up after five seconds, for instance when no majority has voted in time.
        await().atMost(LONG.multipliedBy(2)).until(() -> hasTakenOver(to));
    }

    private static boolean hasTakenOver(RedisServer node) {
        if (!isMaster(node)) {
            require(node, "CLUSTER", "FAILOVER");
        }
        try {
            await().atMost(Duration.ofSeconds(5)).until(() -> isMaster(node));
            return true;
        } catch (ConditionTimeoutException timedOut) {
            return false;
        }
    }

    private static boolean isMaster(RedisServer node) {
        return node.command("INFO", "replication").contains("role:master");
    }

    @Override
    public void close() {
        nodes().forEach(RedisServer::close);
    }

    private void join() {
        int share = SLOTS / masters.size();
        for (int i = 0; i < masters.size(); i++) {
            int last = i == masters.size() - 1 ? SLOTS - 1 : (i + 1) * share - 1;
            RedisServer node = masters.get(i);
            node.command("CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(i + 1));
            node.command("CLUSTER", "ADDSLOTSRANGE", String.valueOf(i * share), String.valueOf(last));
            meet(node);
        }
        meet(replica);
        RedisServer master = masters.get(0);
        await().atMost(LONG).until(() -> knows(replica, master));
        await().atMost(LONG)
                .until(() -> replica.command("CLUSTER", "REPLICATE", id(master)).startsWith("+OK"));
        await().atMost(LONG).until(() -> nodes().stream().allMatch(this::isComplete));
        await().atMost(LONG).until(() -> replica.command("INFO", "replication").contains("master_link_status:up"));
    }

    private static void require(RedisServer node, String... words) {
        String answer = node.command(words);
        if (!answer.startsWith("+")) {
            throw new IllegalStateException(String.join(" ", words) + ": " + answer);
        }
    }

    /** Introduces a node to all other nodes, because gossip would take some seconds more. */
    private void meet(RedisServer node) {
        String port = String.valueOf(node.port());
        String bus = String.valueOf(node.busPort());
        nodes().stream()
                .filter(other -> other != node)
                .forEach(other -> require(other, "CLUSTER", "MEET", "127.0.0.1", port, bus));
    }

    private boolean isComplete(RedisServer node) {
        String info = node.command("CLUSTER", "INFO");
        return info.contains("cluster_state:ok")
                && info.contains("cluster_size:3")
                && node.command("CLUSTER", "SLOTS").contains(id(replica));
    }

    private static boolean knows(RedisServer node, RedisServer other) {
        return node.command("CLUSTER", "NODES").contains(id(other));
    }

    private static String id(RedisServer node) {
        return node.command("CLUSTER", "MYID").lines().skip(1).findFirst().orElseThrow();
    }

    private static List<String> keysIn(RedisServer node, String slot) {
        return node.command("CLUSTER", "GETKEYSINSLOT", slot, "10")
                .lines()
                .filter(line -> !line.startsWith("*") && !line.startsWith("$"))
                .toList();
    }
}
