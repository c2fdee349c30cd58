package io.liveline.services;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.liveline.services.support.Service;
import io.liveline.testing.ChatClient;
import io.liveline.testing.OldRedis;
import io.liveline.testing.RedisServer;
import io.liveline.testing.TestTokens;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Test of the start of a service: its mandatory settings, its Redis and its log. */
class StartUpIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ParameterizedTest
    @ValueSource(strings = {"chat-service", "dashboard-service", "presence-service"})
    void aServiceWithoutABusExitsAndReportsTheMissingSettings(String module) {
        try (Service service = Service.begin(module, Map.of())) {
            assertThat(service.process().awaitExitCode()).isEqualTo(1);
            assertThat(lastLine(service))
                    .contains("quarkus.redis.hosts", "QUARKUS_REDIS_HOSTS", "liveline.bus.transport=local");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat-service", "dashboard-service", "presence-service"})
    void aServiceWithoutTokenSettingsExits(String module) {
        try (Service service =
                Service.begin(module, Map.of("liveline.auth", "jwt", "liveline.bus.transport", "local"))) {
            assertThat(service.process().awaitExitCode()).isEqualTo(1);
            assertThat(lastLine(service))
                    .contains("mp.jwt.verify.issuer", "mp.jwt.verify.audiences", "mp.jwt.verify.publickey.location");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat-service", "dashboard-service", "presence-service"})
    void aServiceWithGuestsOnlyExitsUnlessThatIsAllowedExplicitly(String module) {
        try (Service service =
                Service.begin(module, Map.of("liveline.auth", "guest", "liveline.bus.transport", "local"))) {
            assertThat(service.process().awaitExitCode()).isEqualTo(1);
            assertThat(lastLine(service)).contains("liveline.edge.anyone-may-claim-any-name=true");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat-service", "dashboard-service", "presence-service"})
    void aServiceWhoseRedisIsTooOldExits(String module) {
        try (OldRedis redis = OldRedis.launch();
                Service service = Service.begin(module, Map.of("quarkus.redis.hosts", redis.url()))) {
            assertThat(service.process().awaitExitCode()).isEqualTo(1);
            assertThat(lastLine(service))
                    .matches("Redis 6\\S+ is too old: Liveline needs Redis 7.0 or newer, or Valkey 7.2 or newer");
        }
    }

    @Test
    void aServiceWhoseRedisWouldEvictKeysExits() {
        try (RedisServer redis = RedisServer.launch("--maxmemory-policy", "allkeys-lru");
                Service service = Service.begin("chat-service", Map.of("quarkus.redis.hosts", redis.url()))) {
            assertThat(service.process().awaitExitCode()).isEqualTo(1);
            assertThat(lastLine(service)).endsWith("set its maxmemory-policy to noeviction, it is allkeys-lru");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "liveline.chat.rooms.\"or*er\".typing|true|liveline.chat.rooms.\"or*er\" is no name of a room",
                "liveline.chat.rooms.\"order-*\".history.length|0|liveline.chat.rooms.\"order-*\".history.length is 0",
                "liveline.chat.rooms.\"order-*\".history.length|many|liveline.chat.rooms.\"order-*\".history.length",
                "liveline.chat.rooms.\"order-*\".typin|true|liveline.chat.rooms.\"order-*\".typin",
                "liveline.chat.rooms.\"order-*\".history.age|soon|liveline.chat.rooms.\"order-*\".history.age",
            })
    void aServiceWithAnInvalidClassOfRoomsExits(String key, String value, String line) {
        try (Service service = Service.begin("chat-service", Map.of("liveline.bus.transport", "local", key, value))) {
            assertThat(service.process().awaitExitCode()).isEqualTo(1);
            assertThat(lastLine(service)).contains(line);
        }
    }

    @Test
    void oneLogLineHasTheAddressTheAuthenticationAndThePersistenceOfAService() {
        try (RedisServer redis = RedisServer.launch();
                Service chat = Service.start("chat-service", Map.of("quarkus.redis.hosts", redis.url()));
                Service alone = Service.start("services", Map.of())) {
            // Each line is logged after its port is open.
            await().atMost(PATIENCE).until(() -> Stream.of(chat, alone)
                    .allMatch(service -> service.process().output().contains("Liveline ")));
            assertThat(chat.process().output())
                    .containsPattern(
                            "Liveline chat-service: open http://127.0.0.1:" + chat.port()
                                    + " \\(auth: guest, anybody may claim any name; bus: (Redis|Valkey) [0-9.]+, kept in its append-only file\\)")
                    .doesNotContain("already registered");
            assertThat(alone.process().output())
                    .contains("bus: in memory, lost when this process ends)")
                    .doesNotContain("already registered");
        }
    }

    @Test
    void theLogLineOfEachServiceSaysThatTokensAreRequired() {
        Map<String, String> settings = new HashMap<>(TestTokens.settings());
        settings.put("liveline.auth", "jwt");
        settings.put("liveline.bus.transport", "local");
        try (Service chat = Service.begin("chat-service", settings);
                Service dashboard = Service.begin("dashboard-service", settings);
                Service presence = Service.begin("presence-service", settings)) {
            for (Service service : List.of(chat, dashboard, presence)) {
                await().atMost(PATIENCE).until(() -> service.process().output().contains("(auth: jwt; bus: in memory"));
                assertThat(service.process().output()).doesNotContain("already registered");
            }
        }
    }

    /** Returns the last line of the output of a service, and checks that the output has no stack trace. */
    private static String lastLine(Service service) {
        String output = service.process().output();
        assertThat(output).doesNotContain("\tat ");
        return output.lines().reduce((before, last) -> last).orElseThrow();
    }

    @Test
    void theLogIsTextUnlessJsonIsEnabledAndThenEveryLineIsOneObject() {
        try (RedisServer redis = RedisServer.notStarted();
                Service withText = Service.start("chat-service", Map.of("quarkus.redis.hosts", redis.url()));
                Service withJson = Service.start(
                        "chat-service",
                        Map.of("quarkus.redis.hosts", redis.url(), "quarkus.log.console.json.enabled", "true"))) {
            assertThat(withText.process().output()).doesNotContain("{\"");

            await().atMost(PATIENCE).until(() -> withJson.process().output().contains("trying again"));
            List<JsonObject> lines =
                    withJson.process().output().lines().map(JsonObject::new).toList();
            assertThat(lines).isNotEmpty().allMatch(line -> line.fieldNames()
                    .containsAll(List.of("timestamp", "level", "loggerName", "message", "threadName")));
            assertThat(lines).anyMatch(line -> line.getString("level").equals("WARN"));
        }
    }

    @Test
    void aServiceWaitsForAnUnavailableRedisAndIsLiveButNotReady() {
        try (RedisServer redis = RedisServer.notStarted();
                Service chat = Service.start("chat-service", Map.of("quarkus.redis.hosts", redis.url()))) {
            assertThat(chat.get("/q/health/live").statusCode()).isEqualTo(200);
            assertThat(chat.get("/q/health/ready").statusCode()).isEqualTo(503);

            redis.start();

            await().atMost(PATIENCE).until(() -> chat.get("/q/health/ready").statusCode() == 200);
            ChatClient ann = ChatClient.connect(chat.at("/chat"), "ann").join("late", null);
            ann.post("late", "1", "hello");
            ann.awaitText("hello");
        }
    }
}
