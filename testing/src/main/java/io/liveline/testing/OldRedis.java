package io.liveline.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A real Redis that tells a version older than its own, 6.x, to those who ask {@code INFO}. */
public final class OldRedis implements AutoCloseable {

    private final RedisServer redis = RedisServer.launch();
    private final ServerSocket listening;

    private OldRedis() throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    /** Starts it. */
    public static OldRedis launch() {
        try {
            return new OldRedis();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its address, for {@code quarkus.redis.hosts}. */
    public String url() {
        return "redis://127.0.0.1:" + listening.getLocalPort();
    }

    private void accept() throws IOException {
        while (true) {
            Socket near = listening.accept();
            Socket far = new Socket(InetAddress.getLoopbackAddress(), redis.port());
            start(() -> pass(near, far, false));
            start(() -> pass(far, near, true));
        }
    }

    private static void pass(Socket from, Socket to, boolean older) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                String text = new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
                // As long as before, as the length of a reply comes ahead of it.
                String passed = older
                        ? text.replaceAll("redis_version:\\d+\\.(?=\\d)", "redis_version:6.")
                                .replace("valkey_version:", "nobody_version:")
                        : text;
                out.write(passed.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
            }
        }
    }

    /** Does this until a socket is closed. */
    private interface Task {
        void run() throws IOException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException closed) {
                        // Its end.
                    }
                },
                "old-redis");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        redis.close();
    }
}
