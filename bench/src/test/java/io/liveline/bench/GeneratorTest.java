package io.liveline.bench;

import java.nio.charset.StandardCharsets;
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
import io.liveline.bench.net.ByteScanner;
import io.liveline.bench.net.Connection;
import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Tally;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of the clients that make load. */
class GeneratorTest {

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
    void readsThePayloadThatItPostsAsData() {
        long due = System.nanoTime() - 5_000_000;
        byte[] line = Payload.post(Target.LIVELINE, "r1", 1234567, due, 128, true);
        JsonObject post = new JsonObject(new String(line, StandardCharsets.US_ASCII));
        assertThat(post.getJsonObject("data").getString("text")).hasSize(128);
        assertThat(Payload.sequence(line, line.length, 128)).isEqualTo(1234567);
        assertThat(Payload.age(line, line.length, 128, due + 42)).isEqualTo(42);
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
}
