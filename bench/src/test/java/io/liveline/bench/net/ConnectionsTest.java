package io.liveline.bench.net;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.liveline.bench.util.Tally;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Test of the connections of the load generator: bytes that are split anywhere. */
class ConnectionsTest {

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

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
