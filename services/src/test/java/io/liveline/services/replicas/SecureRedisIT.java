package io.liveline.services.replicas;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.liveline.services.support.Service;
import io.liveline.testing.ChatClient;
import io.liveline.testing.RedisServer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Test of the services on a Redis that accepts TLS only, with the Redis user of docs/security.md. */
@Tag("long")
class SecureRedisIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern USER = Pattern.compile("(?m)^user liveline on >PASSWORD .*$");

    @TempDir
    Path directory;

    @Test
    void theServicesWorkOverTlsWithAUserThatHasNoOtherPermission() throws Exception {
        String executable = RedisServer.installed().orElse(null);
        assumeTrue(executable != null, "the embedded Redis has no TLS");
        makeCertificate();
        Path users = directory.resolve("users.acl");
        Files.writeString(users, "user default on nopass -@all +ping\n" + user("not-to-be-guessed") + "\n");
        int tls = RedisServer.freePort();
        try (RedisServer redis = RedisServer.launchFrom(executable, options(tls, users))) {
            Map<String, String> settings = settings(tls, "not-to-be-guessed");
            List<Service> all = Stream.of("chat-service", "dashboard-service", "presence-service")
                    .map(module -> Service.begin(module, settings))
                    .toList();
            try {
                all.forEach(Service::awaitListening);
                all.forEach(service -> await().atMost(PATIENCE)
                        .until(() -> service.get("/q/health/ready").statusCode() == 200));
                everythingWorks(all.get(0), all.get(1), all.get(2));
            } finally {
                all.forEach(Service::close);
            }
            for (Service service : all) {
                assertThat(service.process().output()).doesNotContain("NOPERM", "not-to-be-guessed");
            }
            aWrongPasswordIsRejected(tls);
        }
    }

    private static void everythingWorks(Service chat, Service dashboard, Service presence) {
        ChatClient ann = ChatClient.connect(chat.at("/chat"), "ann").join("safe", null);
        ann.post("safe", "1", "hello");
        String message = ann.await("message").getString("cursor");
        ok(chat.send("PATCH", "/rooms/safe/messages/" + message + "?name=ann", "{\"text\":\"hi\"}"));
        ann.await("edited");
        ok(dashboard.send("POST", "/counters/orders/increments", "{\"by\":3}", "Idempotency-Key", "k"));
        ok(dashboard.send("PUT", "/counters/visitors", "{\"value\":7}"));
        ok(presence.send("PUT", "/rooms/safe/presence?name=bob", null));
        ok(presence.send("PUT", "/rooms/safe/typing?name=bob", null));
        await().atMost(PATIENCE).untilAsserted(() -> {
            // A dashboard that just started may miss a message; the next one corrects the count.
            ann.post("safe", UUID.randomUUID().toString(), "again");
            assertThat(dashboard.get("/counters?names=chat.messages.safe").body())
                    .contains("\"value\":");
            assertThat(new JsonObject(presence.get("/rooms/safe/presence").body()).getJsonArray("online"))
                    .hasSize(2);
        });
        // The sweep that finds expired leases uses other commands.
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        new JsonObject(presence.get("/rooms/safe/presence").body()).getJsonArray("typing"))
                .isEmpty());
    }

    private static void ok(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    }

    private void aWrongPasswordIsRejected(int tls) {
        try (Service service = Service.start("dashboard-service", settings(tls, "guessed"))) {
            assertThat(service.get("/q/health/ready").statusCode()).isEqualTo(503);
            assertThat(service.get("/counters").statusCode()).isEqualTo(503);
        }
    }

    private Map<String, String> settings(int tls, String password) {
        Map<String, String> settings = new HashMap<>();
        settings.put("quarkus.redis.hosts", "rediss://liveline:" + password + "@127.0.0.1:" + tls);
        settings.put("quarkus.redis.tls.hostname-verification-algorithm", "HTTPS");
        settings.put(
                "quarkus.redis.tls.trust-certificate-pem.certs",
                directory.resolve("certificate.pem").toString());
        return settings;
    }

    private String[] options(int tls, Path users) {
        return new String[] {
            "--tls-port", String.valueOf(tls),
            "--tls-cert-file", directory.resolve("certificate.pem").toString(),
            "--tls-key-file", directory.resolve("key.pem").toString(),
            "--tls-auth-clients", "no",
            "--aclfile", users.toString()
        };
    }

    private static String user(String password) throws IOException {
        Matcher user = USER.matcher(Files.readString(Path.of("..", "docs", "security.md")));
        assertThat(user.find()).as("a user in docs/security.md").isTrue();
        return user.group().replace("PASSWORD", password);
    }

    /** Creates a self-signed certificate and its key, in PEM for Redis. */
    private void makeCertificate() throws IOException, InterruptedException, GeneralSecurityException {
        Path store = directory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "redis",
                        "-dname",
                        "CN=redis",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        store.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        byte[] certificate = keys.getCertificate("redis").getEncoded();
        byte[] key = keys.getKey("redis", "changeit".toCharArray()).getEncoded();
        Files.writeString(directory.resolve("certificate.pem"), pem("CERTIFICATE", certificate));
        Files.writeString(directory.resolve("key.pem"), pem("PRIVATE KEY", key));
    }

    private static String pem(String what, byte[] bytes) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + what + "-----\n";
    }
}
