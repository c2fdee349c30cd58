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

/** Bytes of a poll, of which only the position may change, and the bytes that its replies have in common. */
final class RecognizedPoll {

    private static final int MAX_POSITION_LENGTH = 64;

    private static final byte[] OK = ascii("HTTP/1.1 200 OK\r\n");
    private static final byte[] NOT_MODIFIED = ascii("HTTP/1.1 304 Not Modified\r\n");
    private static final byte[] LAST = ascii("connection: close\r\n");
    private static final byte[] DATE = ascii("date: ");
    private static final int DATE_SIZE = "Thu, 01 Jan 1970 00:00:00 GMT".length() + 8;
    private static final byte[] TAG = ascii("etag: ");
    private static final byte[] JSON = ascii("content-type: application/json\r\ncontent-length: ");
    private static final byte[] END = ascii("\r\n");
    private static final int MAX_NUMBER_LENGTH = 10;

    private final Caller caller;
    private final String address;
    private final PollFastPath.PollAction action;
    private final ByteBuf request;
    // Number of bytes before and after the position.
    private final int before;
    private final int after;
    // Header lines of every response on this connection, and of every reply; null before the first reply.
    private byte[] common;
    private byte[] applied;

    private RecognizedPoll(
            Caller caller, String address, PollFastPath.PollAction action, ByteBuf request, int before, int after) {
        this.caller = caller;
        this.address = address;
        this.action = action;
        this.request = request;
        this.before = before;
        this.after = after;
    }

    /**
     * Returns the poll with the bytes of this request, in the usual encoding of clients.
     *
     * @param mark text before the position
     * @return null if the mark with the position is absent or not unique, or if the request is more than its head
     */
    static RecognizedPoll of(
            HttpServerRequest request, Caller caller, String mark, String position, PollFastPath.PollAction action) {
        if (!isHeadOnly(request)) {
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
                action,
                Unpooled.wrappedBuffer(latin(text)),
                before,
                text.length() - before - position.length());
    }

    /** Returns whether the request is its head only, and another request may follow it. */
    private static boolean isHeadOnly(HttpServerRequest request) {
        MultiMap headers = request.headers();
        return !ConnectionLimiter.hasBody(request)
                && !headers.contains(HttpHeaders.EXPECT)
                && !headers.contains(HttpHeaders.UPGRADE)
                // With this header the decoder expects a body of 8 bytes: a handshake from before RFC 6455.
                && !headers.contains("Sec-WebSocket-Key1")
                && headers.getAll(HttpHeaders.CONNECTION).stream().allMatch("keep-alive"::equalsIgnoreCase);
    }

    /** Returns whether these are its bytes, including the position. */
    boolean isExactly(ByteBuf bytes) {
        return request.equals(bytes);
    }

    /** Returns the position in these bytes, or null if anything else differs. */
    String position(ByteBuf bytes) {
        int start = bytes.readerIndex();
        int length = bytes.readableBytes() - before - after;
        if (length < 1
                || length > MAX_POSITION_LENGTH
                || !ByteBufUtil.equals(request, 0, bytes, start, before)
                || !ByteBufUtil.equals(request, requestSize() - after, bytes, start + before + length, after)) {
            return null;
        }
        String position = bytes.toString(start + before, length, StandardCharsets.US_ASCII);
        for (int i = 0; i < length; i++) {
            // Rejects characters that could end the value or the line, and so change the request.
            if (!isUnreserved(position.charAt(i))) {
                return null;
            }
        }
        return position;
    }

    /** Returns whether a character is unreserved (RFC 3986, section 2.3). */
    private static boolean isUnreserved(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || "-._~".indexOf(c) >= 0;
    }

    Caller caller() {
        return caller;
    }

    String address() {
        return address;
    }

    PollFastPath.PollAction action() {
        return action;
    }

    /**
     * Stores the common header lines with the first reply.
     *
     * @param headers headers of every response to this client
     * @param maxWait maximum wait; null if the request has none
     * @param shared function that returns an equal array if another client has one
     */
    void answered(MultiMap headers, Duration maxWait, UnaryOperator<byte[]> shared) {
        StringBuilder lines = new StringBuilder(512);
        headers.forEach((name, value) -> {
            // The date differs for each reply, which adds it.
            if (!HttpHeaders.DATE.toString().equalsIgnoreCase(name)) {
                line(lines, name, value);
            }
        });
        common = shared.apply(latin(lines));
        lines.setLength(0);
        line(lines, "cache-control", "no-store");
        if (maxWait != null) {
            line(lines, "preference-applied", "wait=" + maxWait.toSeconds());
        }
        applied = latin(lines);
    }

    boolean isAnswered() {
        return common != null;
    }

    /** Returns the bytes of a further reply. */
    ByteBuf bytes(PollReply.Answer answer, boolean last, ByteBufAllocator allocator) {
        ByteBuf json = answer.json();
        String tag = answer.tag();
        int tagSize = tag == null ? 0 : TAG.length + tag.length() + END.length;
        int jsonSize = json == null ? 0 : JSON.length + MAX_NUMBER_LENGTH + END.length + json.readableBytes();
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

    /** Returns the bytes of a problem response. */
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

    /** Returns the number of stored bytes of the request. */
    int requestSize() {
        return request.readableBytes();
    }

    /** Returns the number of stored bytes of the replies. */
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
