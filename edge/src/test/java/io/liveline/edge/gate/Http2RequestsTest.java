package io.liveline.edge.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import jakarta.inject.Inject;

import io.liveline.testing.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Bodies and ends of HTTP/2 requests. All requests of a test share one connection, and none may log an error. */
@QuarkusTest
@TestProfile(RequestGateFixture.Profile.class)
class Http2RequestsTest extends RequestGateFixture {

    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            if (entry.getLevel().intValue() >= Level.SEVERE.intValue()) {
                errors.add(entry.getLoggerName() + ": " + entry.getMessage() + " " + entry.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @Inject
    Vertx vertx;

    private HttpClient client;

    /** Status and body of a response. */
    private record Answer(int status, String body) {}

    @BeforeEach
    void connect() {
        client = vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2MaxPoolSize(1));
        Logger.getLogger("").addHandler(recorder);
    }

    @AfterEach
    void noErrorIsLogged() throws Exception {
        Logger.getLogger("").removeHandler(recorder);
        get(client.close());
        assertThat(errors).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5_000, 200_000})
    void aBodyIsReadWithALengthAndWithout(int size) throws Exception {
        String token = TestTokens.of("h2", TestTokens.MEMBER);
        String text = "x".repeat(size);
        Buffer body = new JsonObject().put("text", text).toBuffer();
        Answer expected = new Answer(200, "[\"h2\",\"" + text + "\"]");
        for (int i = 0; i < 3; i++) {
            assertThat(answer(open(HttpMethod.POST, "/who", token)
                            .setChunked(false)
                            .send(body)))
                    .isEqualTo(expected);
            assertThat(post("/who", token, body)).isEqualTo(expected);
        }
    }

    @Test
    void aRequestWithoutABodyIsAnswered() throws Exception {
        String token = TestTokens.of("h2", TestTokens.MEMBER);
        assertThat(answer(open(HttpMethod.DELETE, "/who", token).send())).isEqualTo(new Answer(200, "h2"));
        assertThat(answer(open(HttpMethod.POST, "/who", token).send()).body()).contains("bad_json");
        assertThat(post("/who", token, Buffer.buffer()).body()).contains("bad_json");
        assertThat(answer(open(HttpMethod.DELETE, "/nowhere", token).send()).status())
                .isEqualTo(404);
    }

    /** More than the flow-control window of the connection, which unread bodies would use up. */
    @ParameterizedTest
    @ValueSource(strings = {"/who, 300000, 413", "/who?unknown=1, 200000, 400", "/nowhere, 200000, 404"})
    void aBodyOfARejectedRequestIsDiscarded(String rejected) throws Exception {
        String[] parts = rejected.split(", ");
        String token = TestTokens.of("h2", TestTokens.MEMBER);
        Buffer body = new JsonObject()
                .put("text", "x".repeat(Integer.parseInt(parts[1])))
                .toBuffer();
        int status = Integer.parseInt(parts[2]);
        for (int i = 0; i < 3; i++) {
            Answer answer = post(parts[0], token, body);
            assertThat(answer.status()).as(answer.body()).isEqualTo(status);
            assertThat(new JsonObject(answer.body()).getInteger("status")).isEqualTo(status);
        }
        assertAnswered(token);
    }

    // The exception handlers are set because this client logs a reset as an error where there is none.

    @Test
    void aRequestThatIsResetWhileItsBodyIsReadIsNoError() throws Exception {
        String token = TestTokens.of("h2", TestTokens.MEMBER);
        for (int i = 0; i < 10; i++) {
            HttpClientRequest request = open(HttpMethod.POST, "/who", token);
            request.exceptionHandler(reset -> {});
            request.response().onSuccess(answer -> errors.add("Answered " + answer.statusCode()));
            get(request.write(Buffer.buffer("{\"te")));
            assertAnswered(token);
            request.reset();
            assertAnswered(token);
        }
    }

    @Test
    void aRequestThatIsResetDuringTheVerificationOfItsTokenIsNoError() throws Exception {
        CountDownLatch verify = new CountDownLatch(1);
        String known = TestTokens.of("h2", TestTokens.MEMBER);
        assertAnswered(known);
        WorkerExecutor verifiers = vertx.createSharedWorkerExecutor("liveline-tokens", 2);
        try {
            for (int i = 0; i < 2; i++) {
                verifiers.executeBlocking(() -> verify.await(1, TimeUnit.MINUTES), false);
            }
            List<HttpClientRequest> requests = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String token = i % 2 == 0 ? TestTokens.of("reset" + i, TestTokens.MEMBER) : "invalid" + i;
                HttpClientRequest request = open(i % 4 < 2 ? HttpMethod.POST : HttpMethod.GET, "/who", token);
                request.exceptionHandler(reset -> {});
                get(request.sendHead());
                requests.add(request);
            }
            // Frames of a connection are handled in order, so all tokens are in verification once this is answered.
            assertAnswered(known);
            requests.forEach(HttpClientRequest::reset);
            assertAnswered(known);
        } finally {
            verify.countDown();
            get(verifiers.close());
        }
        // Verified after the others, one in each thread.
        assertAnswered(TestTokens.of("after", TestTokens.MEMBER));
        assertAnswered(TestTokens.of("later", TestTokens.MEMBER));
    }

    private void assertAnswered(String token) throws Exception {
        assertThat(answer(open(HttpMethod.GET, "/who", token).send()).status()).isEqualTo(200);
    }

    /** Sends a body without its length. */
    private Answer post(String path, String token, Buffer body) throws Exception {
        HttpClientRequest request = open(HttpMethod.POST, path, token);
        for (int i = 0; i < body.length(); i += 16_000) {
            request.write(body.slice(i, Math.min(body.length(), i + 16_000)));
        }
        request.end();
        return answer(request.response());
    }

    /** Opens a request whose body has no length. */
    private HttpClientRequest open(HttpMethod method, String path, String token) throws Exception {
        return get(client.request(method, base.getPort(), "127.0.0.1", path))
                .setChunked(true)
                .putHeader("Authorization", "Bearer " + token)
                .putHeader("Content-Type", "application/json");
    }

    private static Answer answer(Future<io.vertx.core.http.HttpClientResponse> response) throws Exception {
        return get(response.compose(head -> head.body().map(body -> new Answer(head.statusCode(), body.toString()))));
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
