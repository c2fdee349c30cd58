package io.liveline.services.replicas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.liveline.services.support.Service;
import io.liveline.testing.Background;
import io.liveline.testing.ChatClient;
import io.liveline.testing.RedisServer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Test of a rolling update under load, as a Deployment of the manifests does it: one replica starts, then one ends. */
@Tag("long")
class RolloutIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ROOM = "rollout";

    /** Replicas to which a proxy would forward: those that are ready and not terminating. */
    private final List<Service> replicas = new CopyOnWriteArrayList<>();

    /** Client that resumes with its cursor when its replica ends, and repeats posts without an answer. */
    private final class ResumingClient {

        private final String name;
        private final boolean late;
        private final List<String> seen = new ArrayList<>();
        private String cursor;
        private ChatClient client;
        private int attempts;

        /** @param late reconnects only after another message was posted, which it then has to receive */
        ResumingClient(String name, boolean late) {
            this.name = name;
            this.late = late;
            reconnect();
        }

        void post(String id) {
            while (true) {
                try {
                    client.post(ROOM, id, id);
                    await(id)
                            .pollInterval(Duration.ofMillis(2))
                            .atMost(PATIENCE)
                            .until(() -> isAnswered(id) || !client.isOpen());
                    if (isAnswered(id)) {
                        return;
                    }
                } catch (CompletionException cutOff) {
                    assertThat(cutOff).hasRootCauseInstanceOf(java.io.IOException.class);
                }
                client.awaitClosed();
                reconnect();
            }
        }

        List<String> receiveUntil(String last) {
            while (true) {
                await(last)
                        .pollInterval(Duration.ofMillis(2))
                        .atMost(PATIENCE)
                        .until(() -> client.texts().contains(last) || !client.isOpen());
                if (client.texts().contains(last)) {
                    seen.addAll(client.texts());
                    return seen;
                }
                reconnect();
            }
        }

        private boolean isAnswered(String id) {
            return client.all("posted").stream().anyMatch(answer -> id.equals(answer.getString("id")));
        }

        private void reconnect() {
            if (client != null) {
                seen.addAll(client.texts());
                cursor = client.cursor();
            }
            while (true) {
                try {
                    Service replica = replicas.get(attempts++ % replicas.size());
                    if (late && cursor != null) {
                        await().pollInterval(Duration.ofMillis(20))
                                .atMost(PATIENCE)
                                .until(() -> !newest(replica).equals(cursor));
                    }
                    client = ChatClient.connect(replica.at("/chat"), name);
                    client.join(ROOM, cursor);
                    assertThat(client.await("joined").getBoolean("recovered")).isTrue();
                    return;
                } catch (CompletionException | IndexOutOfBoundsException justGone) {
                    // Tries the next replica.
                }
            }
        }
    }

    @Test
    void nothingIsLostOrDoubledWhileEveryReplicaIsReplacedUnderLoad() {
        try (RedisServer redis = RedisServer.launch()) {
            // The history keeps all messages of the test, so that a slow machine causes no gap.
            Map<String, String> settings = Map.of(
                    "quarkus.redis.hosts",
                    redis.url(),
                    "liveline.edge.drain",
                    "2s",
                    "liveline.bus.history.length",
                    "50000");
            List<Service> old = Stream.of(start(settings), start(settings)).toList();
            old.forEach(this::add);
            ResumingClient reader = new ResumingClient("cy", true);
            AtomicBoolean over = new AtomicBoolean();
            List<CompletableFuture<Integer>> posters = Stream.of("ann", "bob")
                    .map(name -> Background.supply(() -> postUntil(new ResumingClient(name, false), over)))
                    .toList();
            CompletableFuture<List<String>> received = Background.supply(() -> reader.receiveUntil("last"));

            for (Service outgoing : old) {
                Service replacement = start(settings);
                add(replacement);
                replicas.remove(outgoing);
                // Sends SIGTERM, and returns when the process ended.
                outgoing.process().terminate();
            }
            over.set(true);
            List<Integer> sent = posters.stream().map(CompletableFuture::join).toList();
            new ResumingClient("dee", false).post("last");

            List<String> all = received.orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(sent).allMatch(count -> count > 20);
            assertThat(all).hasSize(sent.get(0) + sent.get(1) + 1).doesNotHaveDuplicates();
            for (int i = 0; i < 2; i++) {
                String name = List.of("ann", "bob").get(i);
                assertThat(all.stream().filter(text -> text.startsWith(name)))
                        .containsExactlyElementsOf(IntStream.range(0, sent.get(i))
                                .mapToObj(n -> name + "-" + n)
                                .toList());
            }
            replicas.forEach(Service::close);
        }
    }

    private static int postUntil(ResumingClient client, AtomicBoolean over) {
        int sent = 0;
        while (!over.get()) {
            client.post(client.name + "-" + sent++);
        }
        return sent;
    }

    private static String newest(Service replica) {
        return new JsonObject(replica.get("/rooms/" + ROOM + "/messages").body()).getString("cursor");
    }

    private static Service start(Map<String, String> settings) {
        return Service.begin("chat-service", settings);
    }

    private void add(Service replica) {
        replica.awaitListening();
        await().atMost(PATIENCE).until(() -> replica.get("/q/health/ready").statusCode() == 200);
        replicas.add(replica);
    }
}
