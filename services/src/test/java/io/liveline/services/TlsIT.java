package io.liveline.services;

import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import io.liveline.testing.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A service that ends TLS itself: what chat writes past the other handlers still goes through that one. */
class TlsIT {

    private static final String PASSWORD = "changeit";

    @TempDir
    Path directory;

    @Test
    void chatGoesOverTls() throws Exception {
        Path store = directory.resolve("keys.p12");
        makeKey(store);
        int port = RedisServer.freePort();
        Map<String, String> settings = Map.of(
                "quarkus.http.ssl-port", String.valueOf(port),
                "quarkus.http.ssl.certificate.key-store-file", store.toString(),
                "quarkus.http.ssl.certificate.key-store-password", PASSWORD);
        try (Service suite = Service.start("services", settings)) {
            HttpClient http =
                    HttpClient.newBuilder().sslContext(trusting(store)).build();
            URI chat = URI.create("https://127.0.0.1:" + port + "/chat");
            ChatClient ann = ChatClient.connect(http, chat, "ann").join("safe", null);
            ChatClient bob = ChatClient.connect(http, chat, "bob").join("safe", null);

            IntStream.range(0, 200).forEach(i -> ann.post("safe", "id" + i, "text " + i));

            bob.awaitCount("message", 200);
            assertThat(bob.texts())
                    .containsExactlyElementsOf(
                            IntStream.range(0, 200).mapToObj(i -> "text " + i).toList());
            assertThat(suite.get("/rooms/safe/messages").body()).contains("text 199");
        }
    }

    private static void makeKey(Path store) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "liveline",
                        "-dname",
                        "CN=liveline",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        store.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
    }

    private static SSLContext trusting(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("liveline", keys.getCertificate("liveline"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
