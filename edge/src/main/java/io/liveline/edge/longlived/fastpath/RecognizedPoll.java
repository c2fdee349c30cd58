package io.liveline.edge.longlived.fastpath;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.UnaryOperator;

import io.liveline.edge.CommonHeaders;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.auth.Authenticator;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.connection.ConnectionLimiter;
import io.liveline.edge.longlived.PollReply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * The bytes of a poll, of which only the position may be another the next time, and those that its answers have in
 * common.
 */
final class RecognizedPoll {

    private static final int LONGEST_POSITION = 64;

    private static final byte[] OK = ascii("HTTP/1.1 200 OK\r\n");
    private static final byte[] NOT_MODIFIED = ascii("HTTP/1.1 304 Not Modified\r\n");
    private static final byte[] LAST = ascii("connection: close\r\n");
    private static final byte[] DATE = ascii("date: ");
    private static final int DATE_SIZE = "Thu, 01 Jan 1970 00:00:00 GMT".length() + 8;
    private static final byte[] TAG = ascii("etag: ");
    private static final byte[] JSON = ascii("content-type: application/json\r\ncontent-length: ");
    private static final byte[] END = ascii("\r\n");
    private static final int LONGEST_NUMBER = 10;

    private final Caller caller;
    private final String address;
    private final PollFastPath.Again again;
    private final ByteBuf request;
    // How much of it is in front of the position, and how much behind.
    private final int before;
    private final int behind;
    // Lines of every response on this connection, and of every answer; null as long as there was none.
    private byte[] common;
    private byte[] applied;

    private RecognizedPoll(
            Caller caller, String address, PollFastPath.Again again, ByteBuf request, int before, int behind) {
        this.caller = caller;
        this.address = address;
        this.again = again;
        this.request = request;
        this.before = before;
        this.behind = behind;
    }

    /**
     * The bytes that are parsed to this request, in most clients' way of putting it.
     *
     * @param mark what is in front of the position
     * @return null when that is not there, or more than once; and when the head is not all there is to the request
     */
    static RecognizedPoll of(
            HttpServerRequest request, Caller caller, String mark, String position, PollFastPath.Again again) {
        if (!isAll(request)) {
            return null;
        }
        StringBuilder text = new StringBuilder(512);
        text.append("GET ").append(request.uri()).append(" HTTP/1.1\r\n");
        request.headers().forEach((name, value) -> line(text, name, value));
        text.append("\r\n");
        int at = text.indexOf(mark + position);
        if (at < 0 || text.indexOf(mark + position, at + 1) >= 0) {
            return null;
        }
        int before = at + mark.length();
        return new RecognizedPoll(
                caller,
                Authenticator.address(request),
                again,
                Unpooled.wrappedBuffer(latin(text)),
                before,
                text.length() - before - position.length());
    }

    /** Whether nothing belongs to it but its head, and another may come behind it. */
    private static boolean isAll(HttpServerRequest request) {
        MultiMap headers = request.headers();
        return !ConnectionLimiter.hasBody(request)
                && !headers.contains(HttpHeaders.EXPECT)
                && !headers.contains(HttpHeaders.UPGRADE)
                // With these the decoder awaits a body of 8 bytes: a handshake from before RFC 6455.
                && !headers.contains("Sec-WebSocket-Key1")
                && headers.getAll(HttpHeaders.CONNECTION).stream().allMatch("keep-alive"::equalsIgnoreCase);
    }

    /** Whether these are its bytes, position and all. */
    boolean isExactly(ByteBuf bytes) {
        return request.equals(bytes);
    }

    /** The position in these bytes, of which all else is as it was; null when it is not. */
    String position(ByteBuf bytes) {
        int start = bytes.readerIndex();
        int length = bytes.readableBytes() - before - behind;
        if (length < 1
                || length > LONGEST_POSITION
                || !ByteBufUtil.equals(request, 0, bytes, start, before)
                || !ByteBufUtil.equals(request, requestSize() - behind, bytes, start + before + length, behind)) {
            return null;
        }
        String position = bytes.toString(start + before, length, StandardCharsets.US_ASCII);
        for (int i = 0; i < length; i++) {
            // Nothing that could mean another request: the end of a value, or of a line.
            if (!isUnreserved(position.charAt(i))) {
                return null;
            }
        }
        return position;
    }

    /** RFC 3986, section 2.3. */
    private static boolean isUnreserved(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || "-._~".indexOf(c) >= 0;
    }

    Caller caller() {
        return caller;
    }

    String address() {
        return address;
    }

    PollFastPath.Again again() {
        return again;
    }

    /**
     * It was answered.
     *
     * @param headers of whatever is sent to this client
     * @param longest how long it would have waited; null when that was not said
     * @param shared finds the same bytes where others have them already
     */
    void answered(MultiMap headers, Duration longest, UnaryOperator<byte[]> shared) {
        StringBuilder lines = new StringBuilder(512);
        headers.forEach((name, value) -> {
            // It is that of an answer, and goes with each.
            if (!HttpHeaders.DATE.toString().equalsIgnoreCase(name)) {
                line(lines, name, value);
            }
        });
        common = shared.apply(latin(lines));
        lines.setLength(0);
        line(lines, "cache-control", "no-store");
        if (longest != null) {
            line(lines, "preference-applied", "wait=" + longest.toSeconds());
        }
        applied = latin(lines);
    }

    boolean isAnswered() {
        return common != null;
    }

    /** The bytes of another answer. */
    ByteBuf bytes(PollReply.Answer answer, boolean last, ByteBufAllocator allocator) {
        ByteBuf json = answer.json();
        String tag = answer.tag();
        int tagSize = tag == null ? 0 : TAG.length + tag.length() + END.length;
        int jsonSize = json == null ? 0 : JSON.length + LONGEST_NUMBER + END.length + json.readableBytes();
        ByteBuf bytes = allocator.ioBuffer(
                NOT_MODIFIED.length + DATE_SIZE + answerSize() + LAST.length + tagSize + END.length + jsonSize);
        bytes.writeBytes(json == null ? NOT_MODIFIED : OK).writeBytes(DATE);
        ByteBufUtil.writeAscii(bytes, CommonHeaders.date());
        bytes.writeBytes(END).writeBytes(common).writeBytes(applied);
        if (last) {
            bytes.writeBytes(LAST);
        }
        if (tag != null) {
            bytes.writeBytes(TAG);
            ByteBufUtil.writeAscii(bytes, tag);
            bytes.writeBytes(END);
        }
        if (json == null) {
            return bytes.writeBytes(END);
        }
        bytes.writeBytes(JSON);
        ByteBufUtil.writeAscii(bytes, Integer.toString(json.readableBytes()));
        return bytes.writeBytes(END).writeBytes(END).writeBytes(json, json.readerIndex(), json.readableBytes());
    }

    /** The bytes of a refusal. */
    ByteBuf bytes(ProblemException problem) {
        byte[] body = ProblemResponses.json(problem).getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(256);
        head.append("HTTP/1.1 ")
                .append(HttpResponseStatus.valueOf(problem.status()))
                .append("\r\n");
        line(head, "date", CommonHeaders.date().toString());
        head.append(new String(common, StandardCharsets.ISO_8859_1));
        ProblemResponses.headers(problem).forEach((name, value) -> line(head, name, value));
        line(head, "content-length", Integer.toString(body.length));
        return Unpooled.wrappedBuffer(latin(head.append("\r\n")), body);
    }

    /** How many bytes of its request are remembered. */
    int requestSize() {
        return request.readableBytes();
    }

    /** How many bytes of its answers are remembered. */
    int answerSize() {
        return isAnswered() ? common.length + applied.length : 0;
    }

    private static void line(StringBuilder head, String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] latin(CharSequence text) {
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
