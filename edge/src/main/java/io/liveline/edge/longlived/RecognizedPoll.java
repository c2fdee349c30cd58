package io.liveline.edge.longlived;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import io.liveline.edge.CommonHeaders;
import io.liveline.edge.auth.Authenticator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/**
 * Poll of which only the position may change.
 *
 * @param bytes all bytes, of which {@code before} precede the position and {@code after} follow it
 * @param common last header lines of every response on this connection
 */
record RecognizedPoll(
        PollRequest request, String address, String path, ByteBuf bytes, int before, int after, byte[] common) {

    private static final int MAX_POSITION_LENGTH = 64;
    // Fields of a request that is more than its head. The last one, from before RFC 6455, announces 8 bytes.
    private static final List<String> EXCLUDED =
            List.of("Transfer-Encoding", "Expect", "Upgrade", "Sec-WebSocket-Key1");
    // Most clients get equal lines, so they share them.
    private static volatile byte[] latestCommon;

    /** Returns the poll of this request in the usual encoding, or null if it cannot be recognized. */
    static RecognizedPoll of(RoutingContext context, PollRequest request, String position, String path) {
        String uri = context.request().uri();
        MultiMap headers = context.request().headers();
        StringBuilder text = new StringBuilder(512).append("GET ").append(uri).append(" HTTP/1.1\r\n");
        headers.forEach((name, value) -> line(text, name, value));
        int before = text.append("\r\n").indexOf(position);
        // In an encoded URI the position may look different, and what looks like it may be something else.
        if (before < 0
                || before != text.lastIndexOf(position)
                || uri.indexOf('%') >= 0
                || EXCLUDED.stream().anyMatch(headers::contains)
                || !headers.getAll(HttpHeaders.CONTENT_LENGTH).stream().allMatch("0"::equals)
                || !headers.getAll(HttpHeaders.CONNECTION).stream().allMatch("keep-alive"::equalsIgnoreCase)) {
            return null;
        }
        ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
        int after = text.length() - before - position.length();
        String address = Authenticator.address(context.request());
        byte[] common = common(context.response().headers());
        RecognizedPoll poll = new RecognizedPoll(request, address, path, bytes, before, after, common);
        return position.equals(poll.position(bytes)) ? poll : null;
    }

    private static byte[] common(MultiMap headers) {
        StringBuilder text = new StringBuilder(512);
        // Each reply has its own date.
        headers.remove(HttpHeaders.DATE).forEach((name, value) -> line(text, name, value));
        byte[] common = text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] latest = latestCommon;
        byte[] shared = Arrays.equals(common, latest) ? latest : common;
        latestCommon = shared;
        return shared;
    }

    /** Returns the position in these bytes, or null if anything else differs. */
    String position(ByteBuf read) {
        int start = read.readerIndex() + before;
        int length = read.readableBytes() - before - after;
        boolean isPoll = length > 0
                && length <= MAX_POSITION_LENGTH
                && ByteBufUtil.equals(bytes, 0, read, read.readerIndex(), before)
                && ByteBufUtil.equals(bytes, bytes.readableBytes() - after, read, start + length, after)
                && read.forEachByte(start, length, RecognizedPoll::isUnreserved) < 0;
        return isPoll ? read.toString(start, length, StandardCharsets.US_ASCII) : null;
    }

    /** Returns whether this is unreserved (RFC 3986) or a quote. Other characters might change the request. */
    private static boolean isUnreserved(byte c) {
        return c > 0 && (Character.isLetterOrDigit(c) || "-._~\"".indexOf(c) >= 0);
    }

    int size() {
        return bytes.readableBytes() + common.length;
    }

    /** Returns the bytes of a reply. */
    ByteBuf encode(PollReply.Content content, boolean isLast, ByteBufAllocator allocator) {
        ByteBuf body = content.body() == null ? Unpooled.EMPTY_BUFFER : content.body();
        ByteBuf reply = allocator.ioBuffer(256 + common.length + body.readableBytes());
        ByteBufUtil.writeAscii(reply, "HTTP/1.1 ");
        ByteBufUtil.writeAscii(
                reply, HttpResponseStatus.valueOf(content.status()).toString());
        ByteBufUtil.writeAscii(reply, "\r\n");
        line(reply, HttpHeaders.DATE, CommonHeaders.date());
        content.setHeaders(request.maxWait(), (name, value) -> line(reply, name, value));
        if (isLast) {
            line(reply, HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        if (content.body() != null) {
            line(reply, HttpHeaders.CONTENT_LENGTH, Integer.toString(body.readableBytes()));
        }
        return reply.writeBytes(common).writeBytes(body, body.readerIndex(), body.readableBytes());
    }

    private static void line(ByteBuf reply, CharSequence name, CharSequence value) {
        ByteBufUtil.writeAscii(reply, name);
        ByteBufUtil.writeAscii(reply, ": ");
        ByteBufUtil.writeAscii(reply, value);
        ByteBufUtil.writeAscii(reply, "\r\n");
    }

    private static void line(StringBuilder text, CharSequence name, CharSequence value) {
        text.append(name).append(": ").append(value).append("\r\n");
    }
}
