package io.liveline.edge.longlived;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.liveline.edge.Raw;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SseResponseTest {

    private static final Duration RETRY = Duration.ofMillis(1234);

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<SseResponse> responses = new LinkedBlockingQueue<>();
    private final AtomicInteger closed = new AtomicInteger();
    private HttpServer server;
    private Raw client;

    @BeforeEach
    void start() {
        Router router = Router.router(vertx);
        router.route("/stream").handler(context -> {
            if (!SseResponse.answerHead(context)) {
                responses.add(new SseResponse(context));
            }
        });
        server = await(vertx.createHttpServer().requestHandler(router).listen(0));
        client = new Raw(server.actualPort());
    }

    @AfterEach
    void stop() {
        client.close();
        await(vertx.close());
    }

    @Test
    void theRetryLineIsPartOfTheFirstEvent() throws Exception {
        SseResponse stream = open();
        run(stream, () -> {
            stream.start(RETRY, closed::incrementAndGet);
            stream.response().write("data: 1\n\n");
        });
        assertThat(head())
                .contains("content-type: text/event-stream", "cache-control: no-store", "x-accel-buffering: no");
        assertThat(client.readUntil("\n\n").replaceAll("(?m)^\\p{XDigit}+\r\n|\r\n", ""))
                .isEqualTo("retry: 1234\ndata: 1\n\n");
        assertThat(closed).hasValue(0);
    }

    @Test
    void aHeadRequestIsAnsweredWithTheHeadersOfAStream() {
        client.head("HEAD /stream HTTP/1.1");
        assertThat(head()).startsWith("http/1.1 200").contains("content-type: text/event-stream");
        assertThat(responses).isEmpty();
    }

    @Test
    void theEndTellsWhenToReconnectAndClosesTheConnection() throws Exception {
        SseResponse stream = open();
        run(stream, () -> stream.start(RETRY, closed::incrementAndGet));
        head();
        client.readUntil("retry: 1234");
        run(stream, () -> stream.end(Duration.ofMillis(99)));
        assertThat(client.rest()).contains("retry: 99\n");
        Awaitility.await().until(() -> closed.get() > 0);
    }

    @Test
    void aStreamMayEndBeforeItStarts() throws Exception {
        SseResponse stream = open();
        run(stream, () -> stream.end(RETRY));
        assertThat(head()).startsWith("http/1.1 200").contains("content-type: text/event-stream");
        assertThat(client.rest()).contains("retry: 1234\n");
    }

    @Test
    void aClientThatReadsNothingIsCutOffAtTheEnd() throws Exception {
        SseResponse stream = open();
        run(stream, () -> {
            stream.start(RETRY, closed::incrementAndGet);
            while (!stream.response().writeQueueFull()) {
                stream.response().write(Buffer.buffer(new byte[1 << 20]));
            }
        });
        assertThat(closed).hasValue(0);
        run(stream, () -> stream.end(Duration.ofMillis(99)));
        Awaitility.await().until(() -> closed.get() > 0);
        assertThat(stream.response().ended()).isFalse();
    }

    @Test
    void aClientThatDisconnectsClosesTheStreamAndItsEndHasNoEffect() throws Exception {
        SseResponse stream = open();
        run(stream, () -> stream.start(RETRY, closed::incrementAndGet));
        client.close();
        Awaitility.await().until(() -> closed.get() > 0);
        run(stream, () -> stream.end(RETRY));
    }

    private SseResponse open() throws InterruptedException {
        client.head("GET /stream HTTP/1.1");
        return responses.poll(30, TimeUnit.SECONDS);
    }

    private String head() {
        return client.readUntil("\r\n\r\n").toLowerCase();
    }

    private static void run(SseResponse stream, Runnable action) {
        stream.loop().submit(action).syncUninterruptibly();
    }

    private static <T> T await(io.vertx.core.Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
