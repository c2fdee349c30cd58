package io.liveline.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.liveline.bench.load.ChatHttpPublisher;
import io.liveline.bench.load.ChatRoom;
import io.liveline.bench.load.ChatSseClient;
import io.liveline.bench.load.ChatWebSocketClient;
import io.liveline.bench.load.Pace;
import io.liveline.bench.load.Payload;
import io.liveline.bench.load.PresenceRoom;
import io.liveline.bench.measure.Machine;
import io.liveline.bench.net.ByteScanner;
import io.liveline.bench.net.Connection;
import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.net.HttpConnection;
import io.liveline.bench.net.SseConnection;
import io.liveline.bench.net.WebSocketConnection;
import io.liveline.bench.report.Goal;
import io.liveline.bench.report.Runs;
import io.liveline.bench.report.ScalingDocument;
import io.liveline.bench.report.SummaryDocument;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Tally;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class GeneratorTest {

    @Test
    void findsAByteAtEveryIndex() {
        for (int length = 1; length < 40; length++) {
            for (int at = 0; at < length; at++) {
                byte[] bytes = "x".repeat(length).getBytes(StandardCharsets.US_ASCII);
                bytes[at] = '\n';
                assertThat(ByteScanner.find(bytes, (byte) '\n', 0, length)).isEqualTo(at);
                assertThat(ByteScanner.find(bytes, (byte) '\n', at + 1, length)).isEqualTo(-1);
                assertThat(ByteScanner.find(bytes, (byte) '\n', 0, at)).isEqualTo(-1);
            }
        }
    }

    @Test
    void findsOnlyCompleteSequencesOfBytes() {
        byte[] text = ByteScanner.ascii("aab\r\n\r\r\n\r\nx\r\n\r");
        assertThat(ByteScanner.find(text, ByteScanner.ascii("\r\n\r\n"), 0, text.length))
                .isEqualTo(6);
        assertThat(ByteScanner.find(text, ByteScanner.ascii("\r\n\r\n"), 7, text.length))
                .isEqualTo(-1);
    }

    @Test
    void readsThePayloadThatItPosts() {
        long due = System.nanoTime() - 5_000_000;
        for (Target target : List.of(Target.LIVELINE, Target.UWS)) {
            byte[] line = Payload.post(target, "r1", 1234567, due, 128);
            assertThat(new JsonObject(new String(line, StandardCharsets.US_ASCII)).getString("text"))
                    .hasSize(128);
            assertThat(Payload.sequence(line, line.length, 128)).isEqualTo(1234567);
            assertThat(Payload.age(line, line.length, 128, due + 42)).isEqualTo(42);
        }
    }

    @Test
    void lateActionsOfABusyLoopRunWithTheirDueTimes() throws Exception {
        List<Long> due = new ArrayList<>();
        CountDownLatch enough = new CountDownLatch(50);
        try (GeneratorLoop net = new GeneratorLoop()) {
            Pace pace = Pace.keep(net, 1000, nanos -> {
                if (due.isEmpty()) {
                    LockSupport.parkNanos(20_000_000);
                }
                due.add(nanos);
                enough.countDown();
            });
            assertThat(enough.await(30, TimeUnit.SECONDS)).isTrue();
            int reported = net.on(() -> {
                pace.stop();
                return due.size();
            });
            // Everything that was scheduled has run when the loop has ended.
            net.close();
            assertThat(due).hasSize(reported);
        }
        for (int i = 1; i < due.size(); i++) {
            assertThat(due.get(i) - due.get(i - 1)).isEqualTo(1_000_000);
        }
    }

    @Test
    void readsFramesSplitAnywhere() {
        // One complete frame, and one in three fragments with another kind of frame between them.
        byte[] stream = bytes("HTTP/1.1 101 Switching Protocols\r\n\r\n\u0081\u0005hello"
                + "\u0001\u0001y\u0000\u0001o\u008a\u0001!\u0080\u0001u");
        for (int cut = 0; cut <= stream.length; cut++) {
            StringBuilder got = new StringBuilder();
            WebSocketConnection link = new WebSocketConnection("/", "") {
                @Override
                public void opened() {
                    got.append("open ");
                }

                @Override
                public void text(byte[] bytes, int from, int to) {
                    got.append(new String(bytes, from, to - from, StandardCharsets.US_ASCII))
                            .append(' ');
                }

                @Override
                public void lost() {
                    got.append("lost");
                }
            };
            int taken = link.take(stream, 0, cut);
            link.take(stream, taken, stream.length);
            assertThat(got).hasToString("open hello you ");
        }
    }

    @Test
    void readsEventsSplitByReads() {
        String head = "HTTP/1.1 200 OK\r\nA: b\r\n";
        // A chunk that ends within a line, one within its end, and one that is two events and a comment.
        byte[] chunked = ByteScanner.ascii(
                head + "transfer-encoding: chunked\r\n\r\n"
                        + "5\r\ndata:\r\n3\r\n he\r\n4\r\nllo\r\r\n2\r\n\n\n\r\n10\r\ndata: a\n\ndata: b\r\n6\r\n\n\n:ok\n\r\n");
        byte[] plain = ByteScanner.ascii(head + "\r\ndata: hello\r\n\ndata: a\n\ndata: b\n\n:ok\n");
        for (byte[] stream : List.of(chunked, plain)) {
            for (int cut = 0; cut <= stream.length; cut++) {
                Lines link = new Lines();
                int taken = link.take(stream, 0, cut);
                link.take(stream, taken, stream.length);
                assertThat(link.got).hasToString("open data: hello||data: a||data: b||:ok|");
            }
        }
    }

    @Test
    void readsEventsSplitByChunks() {
        String events = "data: {\"type\":\"message\"}\n\n:\n";
        for (int first = 1; first < events.length(); first++) {
            for (int second = first + 1; second < events.length(); second++) {
                StringBuilder stream =
                        new StringBuilder("HTTP/1.1 200 OK\r\nConnection: keep\r\nTransfer-Encoding: chunked\r\n\r\n");
                for (String part : List.of(
                        events.substring(0, first), events.substring(first, second), events.substring(second))) {
                    stream.append(Integer.toHexString(part.length()))
                            .append("\r\n")
                            .append(part)
                            .append("\r\n");
                }
                byte[] bytes = ByteScanner.ascii(stream.toString());
                Lines link = new Lines();
                assertThat(link.take(bytes, 0, bytes.length)).isEqualTo(bytes.length);
                assertThat(link.got).hasToString("open data: {\"type\":\"message\"}||:|");
            }
        }
    }

    @Test
    void aMemberCountsAMessageSplitByChunks() {
        ChatRoom room = new ChatRoom("r", Target.NCHAN, 128, 0, new Tally());
        ChatWebSocketClient publisher = new ChatWebSocketClient(room, Target.NCHAN, "p", false, () -> {});
        publisher.channel = new EmbeddedChannel();
        room.publisher = publisher;
        ChatSseClient link = new ChatSseClient(room, Target.NCHAN, () -> {});
        byte[] head = ByteScanner.ascii("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        link.take(head, 0, head.length);
        String event = "data: " + ByteScanner.text(Payload.post(Target.NCHAN, "r", 0, System.nanoTime(), 128)) + "\n\n";
        room.post(System.nanoTime());
        for (int at = 0; at < event.length(); at++) {
            byte[] chunk = ByteScanner.ascii("1\r\n" + event.charAt(at) + "\r\n");
            link.take(chunk, 0, chunk.length);
        }
        assertThat(room.tally.deliveries).isEqualTo(1);
        assertThat(room.inFlight()).isZero();
    }

    @Test
    void aLineWithoutAnEndFailsAtTheMaximumLength() {
        Lines link = new Lines();
        byte[] head = ByteScanner.ascii("HTTP/1.1 200 OK\r\n\r\n");
        link.take(head, 0, head.length);
        byte[] more = ByteScanner.ascii("x".repeat(1 << 19));
        link.take(more, 0, more.length);
        link.take(more, 0, more.length);
        assertThatThrownBy(() -> link.take(more, 0, more.length)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aStreamThatEndsIsALostConnection() {
        Lines link = new Lines();
        link.channel = new EmbeddedChannel();
        byte[] stream = ByteScanner.ascii("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        link.take(stream, 0, stream.length);
        assertThat(link.channel.isOpen()).isFalse();
    }

    private static final class Lines extends SseConnection {

        private final StringBuilder got = new StringBuilder();

        Lines() {
            super("/", new Tally());
        }

        @Override
        public void opened() {
            got.append("open ");
        }

        @Override
        public void line(byte[] bytes, int from, int to, long now) {
            got.append(new String(bytes, from, to - from, StandardCharsets.US_ASCII))
                    .append('|');
        }
    }

    @Test
    void readsResponsesSplitAnywhere() {
        byte[] stream =
                ByteScanner.ascii("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nyesHTTP/1.1 304 Not Modified\r\n\r\n"
                        + "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno");
        for (int cut = 0; cut <= stream.length; cut++) {
            StringBuilder got = new StringBuilder();
            HttpConnection link = new HttpConnection(new Tally()) {
                @Override
                public void answered(int status, byte[] bytes, int head, int from, int to) {
                    got.append(status).append(new String(bytes, from, to - from, StandardCharsets.US_ASCII));
                }

                @Override
                public void connected() {
                    throw new AssertionError("is not connected");
                }
            };
            int taken = link.take(stream, 0, cut);
            link.take(stream, taken, stream.length);
            assertThat(got).hasToString("200yes304503no");
        }
    }

    @Test
    void rejectedMessagesArePostedAgainBeforeLaterOnes() {
        ChatRoom room = new ChatRoom("r", Target.PUSHPIN, 128, 0, new Tally());
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        ChatHttpPublisher post = new ChatHttpPublisher(room, () -> {});
        post.channel = channel;
        post.send(ByteScanner.ascii("a"));
        post.send(ByteScanner.ascii("b"));
        channel.runPendingTasks();
        post.send(ByteScanner.ascii("c"));
        assertThat(written(channel)).endsWith("\r\n\r\na\nb");
        answer(post, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
        channel.advanceTimeBy(1, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(written(channel)).endsWith("\r\n\r\na\nb");
        assertThat(room.tally.refused).isEqualTo(1);
        answer(post, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
        assertThat(written(channel)).endsWith("\r\n\r\nc");
    }

    private static void answer(Connection link, String answer) {
        byte[] bytes = ByteScanner.ascii(answer);
        assertThat(link.take(bytes, 0, bytes.length)).isEqualTo(bytes.length);
    }

    private static String written(EmbeddedChannel channel) {
        ByteBuf written = channel.readOutbound();
        String text = written.toString(StandardCharsets.US_ASCII);
        written.release();
        return text;
    }

    @Test
    void aLostConnectionStaysCountedWhenTheMeasurementBegins() {
        Tally tally = new Tally();
        tally.lost++;
        tally.deliveries++;
        tally.reset();
        JsonObject figures = tally.json(1);
        assertThat(figures.getInteger("connections_lost")).isEqualTo(1);
        assertThat(figures.getInteger("deliveries")).isZero();
    }

    @Test
    void aRunThatFailedIsNamedInTheDocument(@TempDir Path folder) throws IOException {
        JsonObject run = new JsonObject()
                .put("scenario", "chat-rooms")
                .put("target", "uws")
                .put("repeat", 2)
                .put("failed", "does not listen")
                .put("machine", Machine.describe())
                .put("versions", new JsonObject());
        Path reports = Files.writeString(folder.resolve("reports"), run.encode() + "\n");
        SummaryDocument.write(reports, folder.resolve("document"));
        assertThat(folder.resolve("document")).content().contains("**Failed:** uws, run 2: does not listen");
    }

    @Test
    void documentsAreWrittenFromReportsWithAChartOfTargetsThatHaveTheFigure(@TempDir Path folder) throws IOException {
        JsonObject versions = new JsonObject().put("java", "25");
        String lines = String.join(
                "\n",
                report(Target.LIVELINE, 1.0)
                        .put("machine", Machine.describe())
                        .put("versions", versions)
                        .put("load_before", 0.5)
                        .encode(),
                "what a rejected client sent",
                report(Target.UWS, -1.0)
                        .put("versions", versions)
                        .put("load_before", 0.5)
                        .encode());
        Path reports = Files.writeString(folder.resolve("reports"), lines);
        SummaryDocument.write(reports, folder.resolve("document"));
        ScalingDocument.write(reports, folder.resolve("scaling"));
        assertThat(folder.resolve("document"))
                .content()
                .contains("| liveline | 1.00 | 1 | 0.50 |", "bench-chat-rooms.svg");
        assertThat(folder.resolve("images/bench-chat-rooms.svg")).content().contains("width=\"420\"", "width=\"0\"");
        assertThat(folder.resolve("scaling"))
                .content(StandardCharsets.UTF_8)
                .contains("| delivery, µs | 12 | **assumed** |");
    }

    @Test
    void aMemberThatStoppedReadingIsNotWaitedFor() {
        ChatRoom room = new ChatRoom("r", Target.UWS, 128, 0, new Tally());
        ChatWebSocketClient publisher = new ChatWebSocketClient(room, Target.UWS, "p", false, () -> {});
        publisher.channel = new EmbeddedChannel();
        room.publisher = publisher;
        room.members = 2;
        room.post(0);
        room.post(0);
        // One received the first, the other both.
        room.got(0);
        room.got(0);
        room.got(1);
        assertThat(room.inFlight()).isEqualTo(1);
        room.left(1);
        assertThat(room.inFlight()).isZero();
        assertThat(room.members).isEqualTo(1);
    }

    @Test
    void findsTheNewestChangeInARoster() {
        PresenceRoom room = new PresenceRoom("r");
        boolean[] away = new boolean[PresenceRoom.PEOPLE];
        for (int change = 20; change < 100; change++) {
            assertThat(room.change(0)).contains("name=p" + change % 10);
            away[change % 10] = change / 10 % 2 == 0;
            byte[] picture = picture(away);
            assertThat(room.newestIn(picture, 0, picture.length)).isEqualTo(change);
        }
    }

    @Test
    void aGoalIsMetByTheMedianOfItsRuns() {
        Goal goal = Goal.ALL.get(2);
        Runs runs = new Runs(List.of(
                report(Target.LIVELINE, 1.0),
                report(Target.LIVELINE, 9.0),
                report(Target.LIVELINE, 1.2),
                report(Target.UWS, 1.0)));
        assertThat(goal.verdict(runs)).endsWith("| 1.20 | met |");
        assertThat(runs.cell("chat-rooms", Target.LIVELINE, "server_cpu.us_per_delivery"))
                .isEqualTo("1.20 (1.00–9.00)");
        assertThat(goal.verdict(new Runs(List.of(report(Target.LIVELINE, 1.4), report(Target.UWS, 1.0)))))
                .endsWith("**missed** |");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] picture(boolean[] away) {
        StringBuilder text = new StringBuilder("{\"online\":[");
        for (int person = away.length - 1; person >= 0; person--) {
            text.append("{\"user\":\"p")
                    .append(person)
                    .append("\",\"name\":\"p")
                    .append(person);
            text.append("\",\"state\":\"")
                    .append(away[person] ? "away" : "active")
                    .append("\"},");
        }
        return ByteScanner.ascii(text.append("]}").toString());
    }

    private static JsonObject report(Target target, double cpu) {
        return new JsonObject()
                .put("scenario", "chat-rooms")
                .put("target", target.label())
                .put("figures", new JsonObject().put("server_cpu", new JsonObject().put("us_per_delivery", cpu)));
    }
}
