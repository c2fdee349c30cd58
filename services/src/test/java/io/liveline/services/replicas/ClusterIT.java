package io.liveline.services.replicas;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.liveline.services.support.Service;
import io.liveline.testing.ChatClient;
import io.liveline.testing.RedisCluster;
import io.liveline.testing.RedisServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Test of the services on a Redis Cluster, with the Redis user of the manifests. */
class ClusterIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> ROOMS =
            IntStream.range(0, 6).mapToObj(i -> "room" + i).toList();

    @Test
    void everythingWorksOnAClusterAndARoomIsPublishedAtItsOwnNodeAlone() throws IOException {
        try (RedisCluster redis = RedisCluster.launch()) {
            for (RedisServer node : redis.nodes()) {
                assertThat(node.command(user("pass"))).startsWith("+OK");
            }
            Map<String, String> settings = Map.of(
                    "quarkus.redis.client-type", "cluster", "quarkus.redis.hosts", redis.hosts("liveline", "pass"));
            List<Service> all = Stream.of("chat-service", "chat-service", "dashboard-service", "presence-service")
                    .map(module -> Service.begin(module, settings))
                    .toList();
            try {
                all.forEach(Service::awaitListening);
                all.forEach(service -> await().atMost(PATIENCE)
                        .until(() -> service.get("/q/health/ready").statusCode() == 200));
                chat(redis, all.get(0), all.get(1));
                dashboard(all.get(2));
                presence(all.get(3));
            } finally {
                all.forEach(Service::close);
            }
            for (Service service : all) {
                assertThat(service.process().output()).doesNotContain("NOPERM", "liveline:pass");
            }
        }
    }

    private static void chat(RedisCluster redis, Service here, Service there) {
        ChatClient ann = ChatClient.connect(here.at("/chat"), "ann");
        ChatClient bob = ChatClient.connect(there.at("/chat"), "bob");
        for (String room : ROOMS) {
            ann.join(room, null);
            bob.join(room, null);
        }
        ROOMS.forEach(room -> ann.post(room, room, "hello " + room));
        ROOMS.forEach(room -> bob.awaitText("hello " + room));
        for (String room : ROOMS) {
            String channel = "ll:{room:" + room + "}";
            RedisServer owner = redis.ownerOf(channel);
            assertThat(owner.command("PUBSUB", "SHARDNUMSUB", channel)).contains(":2");
        }
        assertThat(redis.nodes()).allSatisfy(node -> assertThat(node.command("CLUSTER", "INFO"))
                .doesNotContain("messages_publish_sent"));
    }

    private static void dashboard(Service dashboard) {
        for (int i = 0; i < 2; i++) {
            assertThat(dashboard
                            .send("POST", "/counters/orders/increments", "{\"by\":3}", "Idempotency-Key", "k")
                            .body())
                    .contains("\"value\":3");
        }
        await().atMost(PATIENCE)
                .until(() -> dashboard.get("/counters?names=orders").body().contains("\"value\":3"));
        await().atMost(PATIENCE)
                .until(() ->
                        dashboard.get("/counters?names=chat.messages").body().contains("\"value\":6"));
    }

    private static void presence(Service presence) {
        for (String room : ROOMS) {
            assertThat(presence.send("PUT", "/rooms/" + room + "/presence?name=eve", null)
                            .statusCode())
                    .isBetween(200, 299);
        }
        for (String room : ROOMS) {
            await().atMost(PATIENCE).until(() -> {
                String body =
                        presence.get("/rooms/" + room + "/presence?name=eve").body();
                return Stream.of("ann", "bob", "eve").allMatch(body::contains);
            });
        }
    }

    private static String[] user(String password) throws IOException {
        String rules = Files.readAllLines(Path.of("..", "k8s", "base", "redis", "users.acl")).stream()
                .filter(line -> line.startsWith("user liveline "))
                .findFirst()
                .orElseThrow();
        List<String> command = new ArrayList<>(List.of("ACL", "SETUSER"));
        Stream.of(rules.split(" "))
                .skip(1)
                .map(rule -> rule.startsWith("#") ? ">" + password : rule)
                .forEach(command::add);
        return command.toArray(String[]::new);
    }
}
