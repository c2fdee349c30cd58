package io.liveline.edge.auth;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpServer;
import io.liveline.testing.TestTokens;

/** Issuer that publishes its keys over HTTP. A test can delay its answers, and replace its keys. */
final class KeyServer implements AutoCloseable {

    volatile Map<String, PublicKey> keys = Map.of("one", TestTokens.publicKey());
    /** Answers wait for it. */
    volatile CountDownLatch gate = new CountDownLatch(0);

    private final AtomicInteger fetched = new AtomicInteger();
    private final HttpServer server;

    KeyServer() {
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/jwks", exchange -> {
            fetched.incrementAndGet();
            try {
                gate.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            byte[] jwks = jwks().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, jwks.length);
            exchange.getResponseBody().write(jwks);
            exchange.close();
        });
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/jwks";
    }

    /** Returns the number of requests. */
    int fetched() {
        return fetched.get();
    }

    @Override
    public void close() {
        gate.countDown();
        server.stop(0);
    }

    private String jwks() {
        List<String> all = new ArrayList<>();
        keys.forEach((id, key) -> {
            RSAPublicKey rsa = (RSAPublicKey) key;
            all.add("{\"kty\":\"RSA\",\"use\":\"sig\",\"kid\":\"" + id + "\",\"n\":\"" + base64(rsa.getModulus())
                    + "\",\"e\":\"" + base64(rsa.getPublicExponent()) + "\"}");
        });
        return "{\"keys\":[" + String.join(",", all) + "]}";
    }

    private static String base64(BigInteger number) {
        byte[] bytes = number.toByteArray();
        int from = bytes[0] == 0 ? 1 : 0;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOfRange(bytes, from, bytes.length));
    }
}
