package io.liveline.chat;

import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

import io.liveline.testing.ChatClient;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of a room over SSE. */
@QuarkusTest
class EventStreamHttpTest extends RoomHttpFixture {

    // -- SSE

    @Test
    void aStreamBeginsWithItsPositionAndThenHasAllFramesOfAWebSocket() {
        String before = post("0", "before");
        try (SseTestClient stream = SseTestClient.open(base, path);
                ChatClient ann = ChatClient.connect(base, "ann").join(room(), null)) {
            assertThat(stream.retryMillis()).isGreaterThanOrEqualTo(1000);
            SseTestClient.Received joined = stream.await("joined");
            assertThat(joined.id()).isEqualTo(before);
            assertThat(joined.frame().getString("cursor")).isEqualTo(before);
            assertThat(joined.frame().getBoolean("recovered")).isTrue();
            assertThat(joined.frame().getInteger("heartbeat_ms")).isEqualTo(25_000);

            String message = post("1", "hello");
            // A client that has not received an event when the message is deleted receives it without its text, or not
            // at all.
            ann.awaitText("hello");
            stream.await("message");
            assertThat(patch(message, "ann", "hallo").statusCode()).isEqualTo(200);
            ann.await("edited");
            stream.await("edited");
            assertThat(delete(message, "ann").statusCode()).isEqualTo(200);
            stream.await("deleted");
            ann.await("deleted");
            for (String type : List.of("message", "edited", "deleted")) {
                SseTestClient.Received event = stream.await(type);
                assertThat(event.frame()).isEqualTo(ann.await(type));
                assertThat(event.id()).isEqualTo(event.frame().getString("cursor"));
            }
            // A change of the members has no position in the log.
            assertThat(stream.await("members").id()).isNull();
        }
    }

    @Test
    void theRetryLineIsPartOfTheFirstEventAndEveryBlockHasData() {
        String before = post("1", "before");
        post("2", "missed");
        try (SseTestClient fresh = SseTestClient.open(base, path);
                SseTestClient resumed = SseTestClient.open(base, path, "Last-Event-ID", before)) {
            // Messages after this one only reach streams that have begun.
            List.of(fresh, resumed).forEach(stream -> stream.await("joined"));
            post("3", "last");
            for (SseTestClient stream : List.of(fresh, resumed)) {
                ChatClient.until(() -> stream.blocks().stream().anyMatch(block -> block.contains("\"last\"")));
                assertThat(stream.blocks()).allMatch(block -> block.contains("data: "));
                assertThat(stream.blocks().get(0)).contains("retry: ", "\"joined\"");
                assertThat(stream.blocks().stream().filter(block -> block.contains("retry: ")))
                        .hasSize(1);
            }
            assertThat(resumed.blocks()).anyMatch(block -> block.contains("\"missed\""));
        }
    }

    @Test
    void aStreamContinuesAfterTheLastEventIdWhateverItsQuerySays() {
        String first = post("1", "one");
        String second = post("2", "two");
        post("3", "three");
        try (SseTestClient byAddress = SseTestClient.open(base, path + "?after=" + first);
                SseTestClient byHeader = SseTestClient.open(base, path + "?after=" + first, "Last-Event-ID", second)) {
            ChatClient.until(() -> byAddress.all("message").size() == 2);
            byHeader.await("message");
            post("4", "four");
            ChatClient.until(() -> byAddress.all("message").size() == 3
                    && byHeader.all("message").size() == 2);
            assertThat(byHeader.all("message").stream()
                            .map(event -> event.frame().getString("text"))
                            .toList())
                    .isEqualTo(List.of("three", "four"));
        }
    }

    @Test
    void aStreamThatCannotResumeReportsItAndItsPosition() {
        String now = post("1", "one");
        try (SseTestClient stream = SseTestClient.open(base, path, "Last-Event-ID", "another-1")) {
            JsonObject joined = stream.await("joined").frame();
            assertThat(joined.getBoolean("recovered")).isFalse();
            assertThat(joined.getString("cursor")).isEqualTo(now);
            post("2", "two");
            assertThat(stream.await("message").frame().getString("text")).isEqualTo("two");
        }
    }

    @Test
    void aStreamWithANameIsAMemberUntilItIsClosed() {
        try (ChatClient ann = ChatClient.connect(base, "ann").join(room(), null)) {
            SseTestClient bob = SseTestClient.open(base, path + "?name=bob");
            ann.awaitFrame(
                    "members", frame -> frame.getJsonArray("joined").encode().contains("bob"));
            bob.close();
            ann.awaitFrame("members", frame -> frame.getJsonArray("left").contains("bob"));
        }
    }

    @Test
    void aStreamThatItsClientClosesIsReleased() {
        // The server notices a little later that streams of other tests were closed.
        ChatClient.until(() ->
                replica.longLivedLimit().taken() == 0 && replica.activity().connections(Transport.SSE) == 0);
        SseTestClient stream = SseTestClient.open(base, path);
        assertThat(replica.longLivedLimit().taken()).isEqualTo(1);
        assertThat(replica.activity().connections(Transport.SSE)).isEqualTo(1);
        stream.close();
        ChatClient.until(() ->
                replica.longLivedLimit().taken() == 0 && replica.activity().connections(Transport.SSE) == 0);
    }

    @Test
    void oneMoreStreamThanAPersonMayHaveIsSentAwayUntilLater() {
        List<SseTestClient> streams = new ArrayList<>();
        for (int i = 0; i < replica.config().held().mostAPerson(); i++) {
            streams.add(SseTestClient.open(base, path + "?name=greedy"));
        }
        HttpResponse<String> refused = HttpTestClient.get(base, path + "?name=greedy", "Accept", "text/event-stream");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(refused.body()).getString("code")).isEqualTo("full");
        assertThat(refused.headers().firstValueAsLong("Retry-After").orElse(0)).isGreaterThanOrEqualTo(1);
        try (SseTestClient other = SseTestClient.open(base, path + "?name=modest")) {
            other.await("joined");
        }
        streams.forEach(SseTestClient::close);
    }

    // -- a page or a stream

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json, text/event-stream|application/json",
                "text/event-stream, application/json|application/json",
                "text/event-stream;q=0.1, application/json|application/json",
                "text/event-stream;q=0, */*|application/json",
                "application/json, x-text/event-stream|application/json",
                "application/json;q=0.1, text/event-stream|text/event-stream",
                "TEXT/Event-Stream|text/event-stream",
                "' ,,text/event-stream'|text/event-stream",
                "text/html|application/problem+json",
                "nonsense|application/problem+json",
            })
    void aClientGetsTheTypeThatItPrefers(String accept, String type) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .header("Accept", accept)
                .build();
        // A stream does not end, so only its head is read.
        HttpResponse<InputStream> answer = HttpTestClient.HTTP.send(request, HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", ""))
                .isEqualTo(type);
        answer.body().close();
    }
}
