package io.liveline.chat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** HTTP and WebSocket client on a plain socket, which can also violate the protocols. */
public final class RawSocketClient implements AutoCloseable {

    public static final int TEXT = 1;
    static final int CONTINUATION = 0;
    static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    static final int PONG = 10;

    /** Frame from the server; opcode -1 if the server closed the connection. */
    public record Received(int opcode, byte[] payload) {

        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        /** Returns the code of a close frame; 1005 if it has none. */
        public int closeCode() {
            return payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    private RawSocketClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
        this.out = socket.getOutputStream();
    }

    /** Opens a WebSocket. The {@code welcome} frame is still unread. */
    static RawSocketClient open(URI base, String name) {
        return open(base, name, 0);
    }

    /**
     * Opens a WebSocket.
     *
     * @param receiveBytes size of the kernel's receive buffer; 0 for the default
     */
    public static RawSocketClient open(URI base, String name, int receiveBytes) {
        return open(base, name, receiveBytes, "");
    }

    /**
     * Opens a WebSocket.
     *
     * @param header an additional header line of the handshake with its line end, or an empty text
     */
    public static RawSocketClient open(URI base, String name, int receiveBytes, String header) {
        try {
            Socket socket = new Socket();
            if (receiveBytes > 0) {
                socket.setReceiveBufferSize(receiveBytes);
            }
            socket.connect(new java.net.InetSocketAddress("127.0.0.1", base.getPort()));
            socket.setSoTimeout(60_000);
            RawSocketClient client = new RawSocketClient(socket);
            client.out.write(handshake(name, header).getBytes(StandardCharsets.US_ASCII));
            if (!client.head().startsWith("HTTP/1.1 101")) {
                throw new IllegalStateException("no upgrade");
            }
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the request of a handshake.
     *
     * @param header an additional header line with its line end, or an empty text
     */
    static String handshake(String name, String header) {
        return "GET /chat?name=" + name + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + header + "\r\n";
    }

    /** Sends a request without reading the response. */
    static RawSocketClient request(URI base, String request) {
        try {
            Socket socket = new Socket("127.0.0.1", base.getPort());
            socket.setSoTimeout(60_000);
            RawSocketClient client = new RawSocketClient(socket);
            client.bytes(request.getBytes(StandardCharsets.UTF_8));
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the next line of a response, without its line end; null if the server closed the connection. */
    String line() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    return null;
                }
                line.write(next);
            }
            return line.toString(StandardCharsets.UTF_8).stripTrailing();
        } catch (SocketException closed) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the body of a response with a {@code Content-Length}, whose status line was read before. */
    String body() {
        int length = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            if (line.toLowerCase().startsWith("content-length: ")) {
                length = Integer.parseInt(line.substring("content-length: ".length()));
            }
        }
        try {
            return new String(in.readNBytes(length), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a request and returns the head of the response. */
    static String answer(URI base, String request) {
        try (Socket socket = new Socket("127.0.0.1", base.getPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new RawSocketClient(socket).head();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            head.write(in.readByte());
        }
        return head.toString(StandardCharsets.US_ASCII);
    }

    public void text(String text) {
        frame(true, TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    public void frame(boolean last, int opcode, byte[] payload) {
        frame((last ? 0x80 : 0) | opcode, payload, true);
    }

    void frame(int firstByte, byte[] payload, boolean masked) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(firstByte);
        int mask = masked ? 0x80 : 0;
        if (payload.length < 126) {
            frame.write(mask | payload.length);
        } else if (payload.length < 1 << 16) {
            frame.write(mask | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(mask | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        byte[] key = {1, 2, 3, 4};
        if (masked) {
            frame.writeBytes(key);
        }
        for (int i = 0; i < payload.length; i++) {
            frame.write(masked ? payload[i] ^ key[i % 4] : payload[i]);
        }
        bytes(frame.toByteArray());
    }

    void bytes(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the next frame from the server. */
    public Received read() {
        try {
            int opcode = in.readUnsignedByte() & 0x0f;
            long length = in.readUnsignedByte();
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = in.readLong();
            }
            byte[] payload = new byte[(int) length];
            in.readFully(payload);
            return new Received(opcode, payload);
        } catch (EOFException | SocketException closed) {
            return new Received(-1, new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads until a text frame contains the given text. */
    public String readUntil(String part) {
        while (true) {
            Received received = read();
            if (received.opcode() == TEXT && received.text().contains(part)) {
                return received.text();
            }
            if (received.opcode() == CLOSE || received.opcode() == -1) {
                throw new AssertionError("closed with " + received.closeCode() + " before " + part);
            }
        }
    }

    /** Reads until the server closes the connection and returns the code; -1 if it closed without a close frame. */
    int readUntilClosed() {
        Received received = read();
        while (received.opcode() != CLOSE && received.opcode() != -1) {
            received = read();
        }
        return received.opcode() == -1 ? -1 : received.closeCode();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
