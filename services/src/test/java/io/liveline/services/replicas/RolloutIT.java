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

import io.liveline.services.support.ChatClient;
import io.liveline.services.support.Service;
import io.liveline.testing.RedisServer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A new version comes under load, as a Deployment of the manifests brings it: one comes, then one goes, and so on. */
@Tag("long")
class RolloutIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ROOM = "rollout";

    /** Where a proxy would lead: to any replica that is ready and was not told to end. */
    private final List<Service> replicas = new CopyOnWriteArrayList<>();

    /** A person who comes back with the cursor whenever the replica goes, and repeats what was not answered. */
    private final class Guest {

        private final String name;
        private final boolean late;
        private final List<String> seen = new ArrayList<>();
        private String cursor;
        private ChatClient client;
        private int turns;

        /** @param late comes back only when something was said meanwhile, which it then has to be told */
        Guest(String name, boolean late) {
            this.name = name;
            this.late = late;
            reconnect();
        }

        void say(String id) {
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

        List<String> hearUntil(String last) {
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
                    Service replica = replicas.get(turns++ % replicas.size());
                    if (late && cursor != null) {
                        await().pollInterval(Duration.ofMillis(20))
                                .atMost(PATIENCE)
                                .until(() -> !newest(replica).equals(cursor));
                    }
                    client = ChatClient.connect(replica, name);
                    client.join(ROOM, cursor);
                    assertThat(client.await("joined").getBoolean("recovered")).isTrue();
                    return;
                } catch (CompletionException | IndexOutOfBoundsException justGone) {
                    // Another replica, then.
                }
            }
        }
    }

    @Test
    void nothingIsLostOrDoubledWhileEveryReplicaIsReplacedUnderLoad() {
        try (RedisServer redis = RedisServer.launch()) {
            // History for all that may be said, so that a slow machine does not look like a loss.
            Map<String, String> settings = Map.of(
                    "quarkus.redis.hosts",
                    redis.url(),
                    "liveline.edge.drain",
                    "2s",
                    "liveline.bus.history.length",
                    "50000");
            List<Service> old = Stream.of(start(settings), start(settings)).toList();
            old.forEach(this::add);
            Guest listener = new Guest("cy", true);
            AtomicBoolean over = new AtomicBoolean();
            List<CompletableFuture<Integer>> talk = Stream.of("ann", "bob")
                    .map(name -> CompletableFuture.supplyAsync(() -> talk(new Guest(name, false), over)))
                    .toList();
            CompletableFuture<List<String>> heard = CompletableFuture.supplyAsync(() -> listener.hearUntil("last"));

            for (Service going : old) {
                Service coming = start(settings);
                add(coming);
                replicas.remove(going);
                // SIGTERM; returns when the process has ended by itself.
                going.process().terminate();
            }
            over.set(true);
            List<Integer> said = talk.stream().map(CompletableFuture::join).toList();
            new Guest("dee", false).say("last");

            List<String> all = heard.orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(said).allMatch(count -> count > 20);
            assertThat(all).hasSize(said.get(0) + said.get(1) + 1).doesNotHaveDuplicates();
            for (int i = 0; i < 2; i++) {
                String name = List.of("ann", "bob").get(i);
                assertThat(all.stream().filter(text -> text.startsWith(name)))
                        .containsExactlyElementsOf(IntStream.range(0, said.get(i))
                                .mapToObj(n -> name + "-" + n)
                                .toList());
            }
            replicas.forEach(Service::close);
        }
    }

    private static int talk(Guest guest, AtomicBoolean over) {
        int said = 0;
        while (!over.get()) {
            guest.say(guest.name + "-" + said++);
        }
        return said;
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
