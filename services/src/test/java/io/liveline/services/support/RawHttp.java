package io.liveline.services.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Sends bytes that need not be HTTP, and reads what comes back. */
public final class RawHttp {

    private static final int PATIENCE_MILLIS = 30_000;
    private static final int LONGEST_HEAD = 65_536;

    /**
     * What came back.
     *
     * @param status 0 when the connection was closed without a word; -1 when nothing happened for long
     * @param headers names in small letters
     * @param body empty for a stream, which has no end
     */
    public record Answer(int status, Map<String, String> headers, String body) {

        static final Answer CLOSED = new Answer(0, Map.of(), "");
        static final Answer SILENCE = new Answer(-1, Map.of(), "");

        public String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    private final int port;

    public RawHttp(int port) {
        this.port = port;
    }

    /**
     * On a connection of its own.
     *
     * @param cutOff goes away behind the bytes, as one does whose request is not whole
     * @param bodyless as with HEAD: whatever the head says, no body comes
     */
    public Answer exchange(byte[] bytes, boolean cutOff, boolean bodyless) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            try {
                socket.getOutputStream().write(bytes);
                if (cutOff) {
                    socket.shutdownOutput();
                }
            } catch (IOException refusedMeanwhile) {
                // Closed before all was read; there may be an answer all the same.
            }
            return read(socket.getInputStream(), bodyless);
        } catch (SocketTimeoutException nothing) {
            return Answer.SILENCE;
        } catch (IOException closed) {
            return Answer.CLOSED;
        }
    }

    /**
     * Whether the server closes the connection on which these bytes came, whose sender then goes away.
     *
     * @param opening is answered first
     */
    public boolean ends(byte[] opening, byte[] bytes) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(opening);
            int status = read(socket.getInputStream(), true).status();
            if (status != 101) {
                throw new IllegalStateException("status " + status);
            }
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException closed) {
            return true;
        }
    }

    private static Answer read(InputStream in, boolean bodyless) throws IOException {
        while (true) {
            String head = head(in);
            if (!head.startsWith("HTTP/1.") || head.length() < 12) {
                return Answer.CLOSED;
            }
            int status = Integer.parseInt(head.substring(9, 12));
            Map<String, String> headers = headers(head);
            boolean passing = status >= 100 && status < 200 && status != 101;
            if (!passing) {
                boolean empty = bodyless || status == 101 || status == 204 || status == 304;
                return new Answer(status, headers, empty ? "" : body(in, headers));
            }
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < LONGEST_HEAD && head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static Map<String, String> headers(String head) {
        Map<String, String> headers = new TreeMap<>();
        head.lines()
                .skip(1)
                .filter(line -> line.indexOf(':') > 0)
                .forEach(line -> headers.put(
                        line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT),
                        line.substring(line.indexOf(':') + 1).strip()));
        return headers;
    }

    private static String body(InputStream in, Map<String, String> headers) throws IOException {
        if (headers.getOrDefault("content-type", "").startsWith("text/event-stream")) {
            return "";
        }
        if (headers.containsKey("content-length")) {
            return text(in.readNBytes(Integer.parseInt(headers.get("content-length"))));
        }
        if (!"chunked".equals(headers.get("transfer-encoding"))) {
            return text(in.readAllBytes());
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (int size = chunk(in); size > 0; size = chunk(in)) {
            whole.write(in.readNBytes(size));
            in.readNBytes(2);
        }
        return text(whole.toByteArray());
    }

    private static int chunk(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.append((char) next);
        }
        return line.isEmpty() ? 0 : Integer.parseInt(line.toString().strip(), 16);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
