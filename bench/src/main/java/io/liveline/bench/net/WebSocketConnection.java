package io.liveline.bench.net;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.netty.buffer.ByteBuf;

/** WebSocket client: handshake, complete frames in, masked frames out. The mask is zero and changes no byte. */
public abstract class WebSocketConnection extends Connection {

    private static final int FIN = 0x80;
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private static final int LONGEST_TEXT = 1 << 20;
    private static final byte[] NOTHING = new byte[0];

    private final String path;
    private final String subprotocol;
    private boolean open;
    private byte[] fragments = NOTHING;

    /** @param subprotocol offered subprotocol; empty for none */
    public WebSocketConnection(String path, String subprotocol) {
        this.path = path;
        this.subprotocol = subprotocol;
    }

    /** Called after the handshake. */
    public abstract void opened();

    /** Called with each text message. */
    public abstract void text(byte[] bytes, int from, int to);

    /** Queues a text frame; {@code channel.flush()} sends it. */
    public void send(byte[] text) {
        channel.write(frame(TEXT, text, 0, text.length));
    }

    @Override
    public void connected() {
        String offer = subprotocol.isEmpty() ? "" : "Sec-WebSocket-Protocol: " + subprotocol + "\r\n";
        say("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
                + offer + "\r\n");
    }

    @Override
    public int take(byte[] bytes, int from, int to) {
        int at = from;
        if (!open) {
            int end = ByteScanner.find(bytes, END_OF_HEAD, at, to);
            if (end < 0) {
                return at;
            }
            if (status(bytes, at) != 101) {
                throw new IllegalStateException(new String(bytes, at, end - at, StandardCharsets.US_ASCII));
            }
            open = true;
            at = end + END_OF_HEAD.length;
            opened();
        }
        return frames(bytes, at, to);
    }

    private int frames(byte[] bytes, int from, int to) {
        int at = from;
        while (at + 2 <= to) {
            int length = bytes[at + 1] & 0x7f;
            int start = at + (length < 126 ? 2 : length == 126 ? 4 : 10);
            if (start > to) {
                return at;
            }
            if (length >= 126) {
                length = 0;
                for (int i = at + 2; i < start; i++) {
                    length = length << 8 | bytes[i] & 0xff;
                }
            }
            if (to - start < length) {
                return at;
            }
            received(bytes[at], bytes, start, start + length);
            at = start + length;
        }
        return at;
    }

    private void received(int first, byte[] bytes, int from, int to) {
        int kind = first & 0x0f;
        boolean last = (first & FIN) != 0;
        if (kind == TEXT && last) {
            text(bytes, from, to);
        } else if (kind == TEXT || kind == CONTINUATION) {
            fragment(last, bytes, from, to);
        } else if (kind == PING) {
            channel.writeAndFlush(frame(PONG, bytes, from, to - from));
        } else if (kind == CLOSE) {
            channel.close();
        }
    }

    /** Joins fragments: some servers split a text at the end of a buffer. */
    private void fragment(boolean last, byte[] bytes, int from, int to) {
        int before = fragments.length;
        if (before + to - from > LONGEST_TEXT) {
            throw new IllegalStateException("a text does not end within " + LONGEST_TEXT + " bytes");
        }
        fragments = Arrays.copyOf(fragments, before + to - from);
        System.arraycopy(bytes, from, fragments, before, to - from);
        if (last) {
            byte[] whole = fragments;
            fragments = NOTHING;
            text(whole, 0, whole.length);
        }
    }

    private ByteBuf frame(int kind, byte[] bytes, int from, int length) {
        ByteBuf frame = channel.alloc().buffer(8 + length).writeByte(0x80 | kind);
        if (length < 126) {
            frame.writeByte(0x80 | length);
        } else {
            frame.writeByte(0x80 | 126).writeShort(length);
        }
        return frame.writeInt(0).writeBytes(bytes, from, length);
    }
}
