package io.liveline.services.proxy;

import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import io.liveline.services.support.Http2Settings;
import io.liveline.services.support.Service;
import io.liveline.services.support.TestCertificate;
import io.liveline.testing.ChatClient;
import io.liveline.testing.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of a service that terminates TLS itself: the frames that chat writes past other handlers are encrypted too. */
class TlsIT {

    @TempDir
    Path directory;

    /** Over TLS a client selects HTTP/2 in the handshake (ALPN). */
    private static void assertHttp2HasItsLimits(TestCertificate certificate, int port) throws Exception {
        try (SSLSocket socket =
                (SSLSocket) certificate.trusted().getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(30_000);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
            Http2Settings.assertLimits(socket);
        }
    }

    @Test
    void chatWorksOverTlsAndHttp2HasItsLimits() throws Exception {
        TestCertificate certificate = TestCertificate.make(directory);
        int port = RedisServer.freePort();
        Map<String, String> settings = Map.of(
                "quarkus.http.ssl-port", String.valueOf(port),
                "quarkus.http.ssl.certificate.key-store-file",
                        certificate.store().toString(),
                "quarkus.http.ssl.certificate.key-store-password", TestCertificate.PASSWORD);
        try (Service suite = Service.start("services", settings)) {
            HttpClient http =
                    HttpClient.newBuilder().sslContext(certificate.trusted()).build();
            URI chat = URI.create("https://127.0.0.1:" + port + "/chat");
            ChatClient ann = ChatClient.connect(http, chat, "ann").join("safe", null);
            ChatClient bob = ChatClient.connect(http, chat, "bob").join("safe", null);

            IntStream.range(0, 200).forEach(i -> ann.post("safe", "id" + i, "text " + i));

            bob.awaitCount("message", 200);
            assertThat(bob.texts())
                    .containsExactlyElementsOf(
                            IntStream.range(0, 200).mapToObj(i -> "text " + i).toList());
            assertThat(suite.get("/rooms/safe/messages").body()).contains("text 199");
            assertHttp2HasItsLimits(certificate, port);
        }
    }
}
