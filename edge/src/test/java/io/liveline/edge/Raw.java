package io.liveline.edge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Client over a plain socket, which can be slow, send invalid bytes and use another address. */
public final class Raw implements AutoCloseable {

    private final Socket socket;

    public Raw(int port) {
        this(port, "127.0.0.1");
    }

    /** @param from local address, on the loopback interface */
    public Raw(int port, String from) {
        try {
            socket = new Socket();
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress("127.0.0.1", port), 5000);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Raw send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a head with these lines. */
    public Raw head(String... lines) {
        return send(String.join("\r\n", lines) + "\r\nHost: test\r\n\r\n");
    }

    /** Reads until this text; returns everything that was read. */
    public String readUntil(String end) {
        StringBuilder text = new StringBuilder();
        try {
            while (text.indexOf(end) < 0) {
                int read = socket.getInputStream().read();
                if (read < 0) {
                    throw new AssertionError("closed after: " + text);
                }
                text.append((char) read);
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Response without its body.
     *
     * @param head in lower case
     */
    public record Answer(int status, String head) {}

    public Answer answer() {
        String head = readUntil("\r\n\r\n").toLowerCase();
        int from = head.indexOf("content-length: ");
        if (from >= 0) {
            int length = Integer.parseInt(
                    head.substring(from + 16, head.indexOf("\r\n", from)).strip());
            try {
                socket.getInputStream().readNBytes(length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Answer(Integer.parseInt(head.substring(9, 12)), head);
    }

    /** Response with a body of known length. */
    public record Whole(String head, String body) {}

    public Whole whole() {
        String head = readUntil("\r\n\r\n");
        int from = head.toLowerCase().indexOf("content-length: ") + 16;
        int length = Integer.parseInt(head.substring(from, head.indexOf("\r\n", from)));
        try {
            return new Whole(head, new String(socket.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int status() {
        return answer().status();
    }

    /** Reads until the server closes the connection; returns everything that was read. */
    public String rest() {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the server closes the connection. */
    public void awaitClosed() {
        try {
            while (socket.getInputStream().read() >= 0) {
                // Discards earlier bytes.
            }
        } catch (java.net.SocketTimeoutException open) {
            throw new AssertionError("still open", open);
        } catch (IOException reset) {
            // A reset closes it as well.
        }
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
