package io.liveline.edge;

import java.nio.charset.StandardCharsets;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;

/** The bytes of a poll, of which only the position may be another the next time, and the headers of its answers. */
final class KnownPoll {

    private static final int LONGEST_POSITION = 64;

    private static final byte[] OK = ascii("HTTP/1.1 200 OK\r\n");
    private static final byte[] NOT_MODIFIED = ascii("HTTP/1.1 304 Not Modified\r\n");
    private static final byte[] TAG = ascii("etag: ");
    private static final byte[] JSON = ascii("content-type: application/json\r\ncontent-length: ");
    private static final byte[] END = ascii("\r\n");
    private static final int LONGEST_NUMBER = 10;

    private final Caller caller;
    private final String address;
    private final KnownPolls.Again again;
    private final ByteBuf request;
    // How much of it is in front of the position, and how much behind.
    private final int before;
    private final int behind;
    private byte[] headers;

    private KnownPoll(Caller caller, String address, KnownPolls.Again again, ByteBuf request, int before, int behind) {
        this.caller = caller;
        this.address = address;
        this.again = again;
        this.request = request;
        this.before = before;
        this.behind = behind;
    }

    /**
     * The bytes that would be parsed to this request, most clients' way of putting it.
     *
     * @param mark what is in front of the position
     * @return null when the position is not to be found, or more than once
     */
    static KnownPoll of(
            HttpServerRequest request, Caller caller, String mark, String position, KnownPolls.Again again) {
        StringBuilder text = new StringBuilder(512);
        text.append("GET ").append(request.uri()).append(" HTTP/1.1\r\n");
        request.headers().forEach((name, value) -> line(text, name, value));
        text.append("\r\n");
        int at = text.indexOf(mark + position);
        if (at < 0 || text.indexOf(mark + position, at + 1) >= 0) {
            return null;
        }
        int before = at + mark.length();
        return new KnownPoll(
                caller,
                Identity.address(request),
                again,
                Unpooled.wrappedBuffer(latin(text)),
                before,
                text.length() - before - position.length());
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
                || !ByteBufUtil.equals(request, end(), bytes, start + before + length, behind)) {
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

    /** Its bytes with another position. */
    ByteBuf at(String position) {
        ByteBuf bytes = Unpooled.buffer(before + position.length() + behind);
        bytes.writeBytes(request, 0, before);
        ByteBufUtil.writeAscii(bytes, position);
        return bytes.writeBytes(request, end(), behind);
    }

    private int end() {
        return request.readableBytes() - behind;
    }

    Caller caller() {
        return caller;
    }

    String address() {
        return address;
    }

    KnownPolls.Again again() {
        return again;
    }

    /** It was answered, and every answer has these headers. */
    void answered(MultiMap common) {
        StringBuilder lines = new StringBuilder(512);
        common.forEach((name, value) -> line(lines, name, value));
        headers = latin(lines);
    }

    /** The bytes of an answer. */
    ByteBuf bytes(Reply.Answer answer, ByteBufAllocator allocator) {
        ByteBuf json = answer.json();
        String tag = answer.tag();
        int tagLength = tag == null ? 0 : TAG.length + tag.length() + END.length;
        int size = OK.length
                + headers.length
                + tagLength
                + JSON.length
                + LONGEST_NUMBER
                + 2 * END.length
                + (json == null ? 0 : json.readableBytes());
        ByteBuf bytes = allocator.ioBuffer(size);
        bytes.writeBytes(json == null ? NOT_MODIFIED : OK).writeBytes(headers);
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

    /** How many bytes it takes to know it. */
    int size() {
        return request.readableBytes() + (headers == null ? 0 : headers.length);
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
