package io.liveline.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Redis server that reports an old version, 6.x, in its {@code INFO}. */
public final class OldRedis implements AutoCloseable {

    private final RedisServer redis = RedisServer.launch();
    private final ServerSocket serverSocket;

    private OldRedis() throws IOException {
        serverSocket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    /** Starts the server. */
    public static OldRedis launch() {
        try {
            return new OldRedis();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the URL for {@code quarkus.redis.hosts}. */
    public String url() {
        return "redis://127.0.0.1:" + serverSocket.getLocalPort();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = serverSocket.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), redis.port());
            start(() -> forward(client, server, false));
            start(() -> forward(server, client, true));
        }
    }

    private static void forward(Socket from, Socket to, boolean withOldVersion) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                String text = new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
                // The text keeps its length, because the reply starts with it.
                String forwarded = withOldVersion
                        ? text.replaceAll("redis_version:\\d+\\.(?=\\d)", "redis_version:6.")
                                .replace("valkey_version:", "ignore_version:")
                        : text;
                out.write(forwarded.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
            }
        }
    }

    /** Task that runs until a socket is closed. */
    private interface Task {
        void run() throws IOException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException closed) {
                        // The task ends.
                    }
                },
                "old-redis");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            serverSocket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        redis.close();
    }
}
