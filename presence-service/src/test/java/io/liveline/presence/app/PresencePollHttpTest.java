package io.liveline.presence.app;

import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import jakarta.inject.Inject;

import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.edge.contract.ActivityEvent;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.store.PresenceCommand;
import io.liveline.presence.store.Recorder;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Test of long-polls: when they are answered, and how many may wait. */
@QuarkusTest
class PresencePollHttpTest extends PresenceHttpFixture {

    @Inject
    Vertx vertx;

    @Inject
    PresenceReplica replica;

    @Test
    void aPollIsAnsweredWhenSomethingChangesAndNotBefore() throws Exception {
        String tag = Client.tag(client.get(room + "/presence"));
        CompletableFuture<HttpResponse<String>> poll = client.poll(room + "/presence?name=bob", tag, 30);
        awaitWaiting(1);
        assertThat(poll.isDone()).isFalse();
        client.put(room + "/presence?name=ann");
        HttpResponse<String> answer = poll.get(20, TimeUnit.SECONDS);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Preference-Applied").orElseThrow())
                .isEqualTo("wait=30");
        assertThat(Client.json(answer).getJsonArray("online")).hasSize(1);
        assertThat(Client.tag(answer)).isNotEqualTo(tag);
        awaitWaiting(0);
    }

    @Test
    void aPollAnswersNotModifiedAtItsDeadline() throws Exception {
        String tag = Client.tag(client.get(room + "/presence"));
        HttpResponse<String> answer = client.poll(room + "/presence", tag, 1).get(20, TimeUnit.SECONDS);
        assertThat(answer.statusCode()).isEqualTo(304);
        assertThat(Client.tag(answer)).isEqualTo(tag);
        assertThat(answer.headers().firstValue("Preference-Applied").orElseThrow())
                .isEqualTo("wait=1");
        awaitWaiting(0);
    }

    @Test
    void aLongWaitIsShortenedAndTheAnswerReportsThat() {
        HttpResponse<String> answer = client.get(room + "/presence", "Prefer", "wait=600");
        assertThat(answer.headers().firstValue("Preference-Applied").orElseThrow())
                .isEqualTo("wait=60");
    }

    @Test
    void aBurstOfChangesIsOneAnswerWithAllOfThem() throws Exception {
        String tag = Client.tag(client.get(room + "/presence"));
        CompletableFuture<HttpResponse<String>> poll = client.poll(room + "/presence", tag, 30);
        awaitWaiting(1);
        // In one turn of an event loop, so that a slow machine cannot separate them.
        RoomName where = new RoomName(name);
        vertx.getOrCreateContext()
                .runOnContext(nothing -> List.of("ann", "bob", "cy").forEach(who -> replica.apply(
                                where, new PresenceCommand.Here(new Person(who, who), "", Presence.State.ACTIVE))
                        .subscribe()
                        .with(done -> {})));
        assertThat(Client.json(poll.get(20, TimeUnit.SECONDS)).getJsonArray("online"))
                .hasSize(3);
    }

    @Test
    void aDisconnectedClientFreesItsPlaceAtOnce() throws Exception {
        String tag = Client.tag(client.get(room + "/presence"));
        try (Socket socket = new Socket("127.0.0.1", base.getPort())) {
            String request = "GET " + room + "/presence?name=ann HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: " + tag
                    + "\r\nPrefer: wait=50\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            awaitWaiting(1);
        }
        awaitWaiting(0);
    }

    @Test
    void waitingPollsOfOnePersonAreLimitedWithoutAffectingOthers() throws Exception {
        String tag = Client.tag(client.get(room + "/presence"));
        List<CompletableFuture<HttpResponse<String>>> polls = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            polls.add(client.poll(room + "/presence?name=ann", tag, 50));
        }
        awaitWaiting(3);
        Set<String> retries = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> refused =
                    client.poll(room + "/presence?name=ann", tag, 50).get(20, TimeUnit.SECONDS);
            assertProblem(refused, 503, "full");
            retries.add(refused.headers().firstValue("Retry-After").orElseThrow());
        }
        assertThat(retries.size())
                .as("all are to come back at once: " + retries)
                .isGreaterThan(1);
        polls.add(client.poll(room + "/presence?name=bob", tag, 50));
        awaitWaiting(4);
        client.put(room + "/presence?name=cy");
        for (CompletableFuture<HttpResponse<String>> poll : polls) {
            assertThat(poll.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
        awaitWaiting(0);
    }

    @Test
    void waitingPollsOfAReplicaAreLimited() throws Exception {
        String tag = Client.tag(client.get(room + "/presence"));
        List<CompletableFuture<HttpResponse<String>>> polls = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            polls.add(client.poll(room + "/presence", tag, 50));
        }
        awaitWaiting(40);
        assertProblem(client.poll(room + "/presence", tag, 50).get(20, TimeUnit.SECONDS), 503, "full");
        assertThat(client.get(room + "/presence", "If-None-Match", tag).statusCode())
                .isEqualTo(304);
        client.put(room + "/presence?name=cy");
        for (CompletableFuture<HttpResponse<String>> poll : polls) {
            assertThat(poll.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
        awaitWaiting(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait=-1", "wait=1.5", "wait=soon", "wait=", "wait=99999999999999999999"})
    void aBadWaitIsAProblem(String prefer) {
        assertProblem(client.get(room + "/presence", "Prefer", prefer), 400, "bad_wait");
    }

    @Test
    void aTagThatIsNoneOfOursIsAProblem() {
        assertProblem(client.get(room + "/presence", "If-None-Match", "x".repeat(300)), 400, "bad_tag");
    }

    @Test
    void theNumberOfWaitingPollsIsPublishedSoon() throws Exception {
        Recorder recorder = Recorder.on(bus, ActivityEvent.TOPIC);
        String tag = Client.tag(client.get(room + "/presence"));
        IntStream.range(0, 6).forEach(i -> client.poll(room + "/presence", tag, 30));
        // Well before the number is repeated after ten seconds.
        await().atMost(Duration.ofSeconds(5)).until(() -> recorder.events.stream()
                .map(event -> new JsonObject(event.data()).getJsonObject("connections", new JsonObject()))
                .anyMatch(fact -> fact.getInteger("longpoll", 0) >= 6));
        client.put(room + "/presence?name=ann");
    }

    private void awaitWaiting(int polls) {
        await().until(() -> replica.places.taken() == polls);
    }
}
