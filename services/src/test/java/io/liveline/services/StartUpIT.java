package io.liveline.services;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.liveline.testing.RedisServer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What a service does when its bus is not there. */
class StartUpIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ParameterizedTest
    @ValueSource(strings = {"chat-service", "dashboard-service", "presence-service"})
    void aServiceWithoutABusEndsAndSaysWhatToSet(String module) {
        try (Service service = Service.begin(module, Map.of())) {
            assertThat(service.process().awaitExitCode()).isEqualTo(1);
            assertThat(service.process().output())
                    .contains("quarkus.redis.hosts", "QUARKUS_REDIS_HOSTS", "liveline.bus.transport=local");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat-service", "dashboard-service", "presence-service"})
    void aServiceEndsThatIsNotToldWhoseTokensToTake(String module) {
        try (Service service =
                Service.begin(module, Map.of("liveline.auth", "jwt", "liveline.bus.transport", "local"))) {
            assertThat(service.process().awaitExitCode()).isEqualTo(1);
            assertThat(service.process().output())
                    .contains("mp.jwt.verify.issuer", "mp.jwt.verify.audiences", "mp.jwt.verify.publickey.location");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat-service", "dashboard-service", "presence-service"})
    void aServiceEndsThatWouldTakeAnybodyForAnybodyUnlessThatIsSaid(String module) {
        try (Service service =
                Service.begin(module, Map.of("liveline.auth", "guest", "liveline.bus.transport", "local"))) {
            assertThat(service.process().awaitExitCode()).isEqualTo(1);
            assertThat(service.process().output()).contains("liveline.edge.anyone-may-claim-any-name=true");
        }
    }

    @Test
    void theLogIsForPeopleUnlessJsonIsAskedForAndThenEveryLineIsOneObject() {
        try (RedisServer redis = RedisServer.notStarted();
                Service forPeople = Service.start("chat-service", Map.of("quarkus.redis.hosts", redis.url()));
                Service forMachines = Service.start(
                        "chat-service",
                        Map.of("quarkus.redis.hosts", redis.url(), "quarkus.log.console.json.enabled", "true"))) {
            assertThat(forPeople.process().output()).doesNotContain("{\"");

            await().atMost(PATIENCE).until(() -> forMachines.process().output().contains("trying again"));
            List<JsonObject> lines =
                    forMachines.process().output().lines().map(JsonObject::new).toList();
            assertThat(lines).isNotEmpty().allMatch(line -> line.fieldNames()
                    .containsAll(List.of("timestamp", "level", "loggerName", "message", "threadName")));
            assertThat(lines).anyMatch(line -> line.getString("level").equals("WARN"));
        }
    }

    @Test
    void aRedisThatIsAwayIsWaitedForAndReadinessSaysSoButLivenessDoesNot() {
        try (RedisServer redis = RedisServer.notStarted();
                Service chat = Service.start("chat-service", Map.of("quarkus.redis.hosts", redis.url()))) {
            assertThat(chat.get("/q/health/live").statusCode()).isEqualTo(200);
            assertThat(chat.get("/q/health/ready").statusCode()).isEqualTo(503);

            redis.start();

            await().atMost(PATIENCE).until(() -> chat.get("/q/health/ready").statusCode() == 200);
            ChatClient ann = ChatClient.connect(chat, "ann").join("late", null);
            ann.post("late", "1", "hello");
            ann.awaitText("hello");
        }
    }
}
