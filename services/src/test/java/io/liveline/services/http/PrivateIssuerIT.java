package io.liveline.services.http;

import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.liveline.services.support.Service;
import io.liveline.services.support.TestCertificate;
import io.liveline.testing.TestTokens;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Test of an issuer of tokens whose certificate is from a private authority, as with the component jwt-ca. */
class PrivateIssuerIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final AtomicInteger fetched = new AtomicInteger();
    private HttpsServer issuer;
    private Path authority;

    @BeforeEach
    void startIssuer() throws Exception {
        TestCertificate certificate = TestCertificate.make(folder);
        authority = folder.resolve("ca.crt");
        certificate.writePem(authority, folder.resolve("key.pem"));
        issuer = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        issuer.setHttpsConfigurator(new HttpsConfigurator(certificate.ofServer()));
        issuer.createContext("/jwks", exchange -> {
            fetched.incrementAndGet();
            byte[] keys = jwks().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, keys.length);
            exchange.getResponseBody().write(keys);
            exchange.close();
        });
        issuer.start();
    }

    @AfterEach
    void stopIssuer() {
        issuer.stop(0);
    }

    @Test
    void itsKeysAreFetchedWithTheCertificateOfItsAuthority() throws Exception {
        assertStatusWithToken(200, Map.of("smallrye.jwt.client.tls.certificate.path", authority.toString()));
    }

    @Test
    void itsKeysAreNotFetchedWithoutIt() throws Exception {
        assertStatusWithToken(503, Map.of());
    }

    private void assertStatusWithToken(int status, Map<String, String> more) throws Exception {
        Map<String, String> settings = new HashMap<>(TestTokens.settings());
        settings.remove("mp.jwt.verify.publickey");
        settings.put(
                "mp.jwt.verify.publickey.location",
                "https://localhost:" + issuer.getAddress().getPort() + "/jwks");
        settings.put("liveline.auth", "jwt");
        settings.put("liveline.bus.transport", "local");
        settings.putAll(more);
        try (Service service = Service.start("dashboard-service", settings)) {
            // Also 503 while the first fetch of the keys takes longer than a request may wait for it.
            await().atMost(PATIENCE).untilAsserted(() -> {
                HttpRequest request = HttpRequest.newBuilder(service.at("/counters"))
                        .header("Authorization", "Bearer " + TestTokens.of("ann", TestTokens.MEMBER))
                        .build();
                assertThat(Service.HTTP
                                .send(request, HttpResponse.BodyHandlers.discarding())
                                .statusCode())
                        .as(tokenWarnings(service))
                        .isEqualTo(status);
                assertThat(fetched.get() > 0).isEqualTo(status == 200);
            });
        }
    }

    private static String tokenWarnings(Service service) {
        return service.process()
                .output()
                .lines()
                .filter(line -> line.contains("Tokens cannot be verified"))
                .collect(Collectors.joining("\n"));
    }

    private static String jwks() {
        RSAPublicKey key = (RSAPublicKey) TestTokens.publicKey();
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        return "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"n\":\""
                + base64.encodeToString(key.getModulus().toByteArray()) + "\",\"e\":\""
                + base64.encodeToString(key.getPublicExponent().toByteArray()) + "\"}]}";
    }
}
