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

/** HTTP client that sends any bytes, valid HTTP or not, and reads the response. */
public final class RawHttp {

    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int MAX_HEAD_BYTES = 65_536;

    /**
     * Response.
     *
     * @param status status code; 0 if the connection was closed without a response, -1 if nothing arrived for 30 s
     * @param headers values by name; names are in lower case
     * @param body content; empty for an event stream, which does not end
     */
    public record Answer(int status, Map<String, String> headers, String body) {

        static final Answer CLOSED = new Answer(0, Map.of(), "");
        static final Answer NO_ANSWER = new Answer(-1, Map.of(), "");

        public String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    private final int port;

    public RawHttp(int port) {
        this.port = port;
    }

    /**
     * Sends a request on a new connection.
     *
     * @param cutOff closes its side of the connection after the bytes, as the sender of an incomplete request does
     * @param bodyless true if the response has no body, whatever its headers say, as for HEAD
     */
    public Answer exchange(byte[] bytes, boolean cutOff, boolean bodyless) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            try {
                socket.getOutputStream().write(bytes);
                if (cutOff) {
                    socket.shutdownOutput();
                }
            } catch (IOException refusedMeanwhile) {
                // The server closed before it read everything; it may have sent a response.
            }
            return read(socket.getInputStream(), bodyless);
        } catch (SocketTimeoutException nothing) {
            return Answer.NO_ANSWER;
        } catch (IOException closed) {
            return Answer.CLOSED;
        }
    }

    /**
     * Sends bytes after an upgrade, closes its side, and returns true if the server closes the connection.
     *
     * @param opening upgrade request, which has to be answered with 101
     */
    public boolean closesAfter(byte[] opening, byte[] bytes) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
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
        while (head.length() < MAX_HEAD_BYTES && head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
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
