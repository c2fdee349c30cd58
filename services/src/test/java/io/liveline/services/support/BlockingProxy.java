package io.liveline.services.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Proxy before a service that forwards plain HTTP and can block WebSockets. */
public final class BlockingProxy implements AutoCloseable {

    private static final String REFUSAL = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    private static final int MAX_HEAD_BYTES = 16_384;

    private final ServerSocket server;
    private final int target;
    private final Set<Socket> webSockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean blocking;

    public BlockingProxy(int target) {
        this.target = target;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    public URI at(String path) {
        return URI.create("http://localhost:" + server.getLocalPort() + path);
    }

    /** Rejects new WebSockets and closes those that are open. */
    public void block() {
        blocking = true;
        webSockets.forEach(BlockingProxy::cut);
    }

    public void unblock() {
        blocking = false;
    }

    /** Closes every connection; new ones are forwarded. */
    public void cutAll() {
        open.forEach(BlockingProxy::cut);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                open.add(client);
                start(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket service = new Socket(InetAddress.getLoopbackAddress(), target)) {
            byte[] head = readHead(client.getInputStream());
            // Browsers open a separate connection for each WebSocket, so the first request head is enough.
            if (new String(head, StandardCharsets.ISO_8859_1)
                    .toLowerCase(Locale.ROOT)
                    .contains("upgrade: websocket")) {
                webSockets.add(client);
                if (blocking) {
                    client.getOutputStream().write(REFUSAL.getBytes(StandardCharsets.US_ASCII));
                    return;
                }
            }
            service.getOutputStream().write(head);
            start(() -> pump(client, service));
            pump(service, client);
        } catch (IOException gone) {
            cut(client);
        } finally {
            webSockets.remove(client);
            open.remove(client);
        }
    }

    private static byte[] readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0 || head.size() > MAX_HEAD_BYTES) {
                throw new IOException("no request");
            }
            head.write(next);
        }
        return head.toByteArray();
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            OutputStream out = to.getOutputStream();
            from.getInputStream().transferTo(out);
        } catch (IOException gone) {
            cut(to);
        }
    }

    private static void cut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void start(Runnable run) {
        Thread thread = new Thread(run, "blocking-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(BlockingProxy::cut);
    }
}
