package io.liveline.presence.app;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.liveline.edge.RoomName;
import io.liveline.presence.store.CommandResult;
import io.liveline.presence.store.RosterModel;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Comparison of two replicas with a model under random commands. */
class RandomClientsTest extends TwoReplicas {

    @Test
    void randomClientsSeeTheStateOfTheModelAtBothReplicas() {
        List<RoomName> rooms = IntStream.range(0, 10)
                .mapToObj(i -> new RoomName(room + "-" + i))
                .toList();
        long seed = System.nanoTime();
        RosterModel model = new RosterModel(seed, rooms, 100);
        long start = clock.millis();
        for (int round = 0; round < 16; round++) {
            List<Uni<CommandResult>> commands = new ArrayList<>();
            for (RosterModel.Step step : model.commands(300)) {
                commands.add((commands.size() % 2 == 0 ? a : b).replica().apply(step.room(), step.command()));
            }
            Uni.join().all(commands).andFailFast().await().atMost(Duration.ofSeconds(20));
            awaitSweepsScheduled();
            clock.pass(start + round * RosterModel.ROUND_MILLIS + RosterModel.COMPARE_MILLIS - clock.millis(), false);
            model.expire();
            for (RoomName one : rooms) {
                String where = "seed " + seed + ", round " + round + ", " + one;
                for (TestReplica replica : List.of(a, b)) {
                    await(where).pollInterval(Duration.ofMillis(10)).untilAsserted(() -> {
                        HttpResponse<String> answer = replica.client().get("/rooms/" + one + "/presence");
                        assertThat(online(answer)).as(where).isEqualTo(model.online(one));
                        assertThat(typing(answer)).as(where).isEqualTo(model.typing(one));
                    });
                }
            }
            model.nextRound();
            clock.pass(start + (round + 1) * RosterModel.ROUND_MILLIS - clock.millis(), false);
        }
    }

    private static Set<String> typing(HttpResponse<String> answer) {
        return Client.json(answer).getJsonArray("typing").stream()
                .map(p -> ((JsonObject) p).getString("user"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
