package io.liveline.services.support;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import io.liveline.testing.ChildProcess;
import io.liveline.testing.RedisServer;

import static org.awaitility.Awaitility.await;

/** Process of the installed nginx, as a proxy before replicas of the services. */
public final class Nginx implements AutoCloseable {

    private static final Path DOCS = Path.of("..", "docs");

    private final ChildProcess process;
    private final int port;
    private final String scheme;

    private Nginx(ChildProcess process, int port, String scheme) {
        this.process = process;
        this.port = port;
        this.scheme = scheme;
    }

    public static Optional<Path> executable() {
        return Stream.concat(
                        Stream.of(System.getenv("PATH").split(File.pathSeparator)),
                        Stream.of("/usr/sbin", "/usr/bin", "/usr/local/sbin"))
                .map(folder -> Path.of(folder, "nginx"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts nginx with the configuration in {@code docs}.
     *
     * @param replicas replicas by their port in that configuration
     */
    static Nginx before(Map<Integer, Service> replicas) {
        return with(before(replicas, "nginx.conf"));
    }

    /** Starts nginx with the configuration for TLS in {@code docs}. */
    public static Nginx before(Map<Integer, Service> replicas, TestCertificate certificate) {
        int port = RedisServer.freePort();
        return start(
                before(replicas, "nginx-tls.conf").replace("listen 8443", "listen 127.0.0.1:" + port),
                port,
                certificate);
    }

    private static String before(Map<Integer, Service> replicas, String name) {
        try {
            String configuration = Files.readString(DOCS.resolve(name));
            for (Map.Entry<Integer, Service> replica : replicas.entrySet()) {
                configuration = configuration.replace(
                        "127.0.0.1:" + replica.getKey() + ";",
                        "127.0.0.1:" + replica.getValue().port() + ";");
            }
            return configuration;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts nginx with this configuration; a free port replaces {@code 127.0.0.1:8080}, the listen address. */
    public static Nginx with(String configuration) {
        int port = RedisServer.freePort();
        return start(configuration.replace("127.0.0.1:8080", "127.0.0.1:" + port), port, null);
    }

    private static Nginx start(String configuration, int port, TestCertificate certificate) {
        try {
            Path folder = Files.createTempDirectory("liveline-nginx");
            Files.createDirectories(folder.resolve("logs"));
            if (certificate != null) {
                certificate.writePem(folder.resolve("tls.crt"), folder.resolve("tls.key"));
            }
            Path file = Files.writeString(folder.resolve("nginx.conf"), configuration);
            List<String> command = List.of(
                    executable().orElseThrow().toString(),
                    "-p",
                    folder.toString(),
                    "-c",
                    file.toString(),
                    "-e",
                    folder.resolve("logs/error.log").toString(),
                    "-g",
                    "daemon off; pid nginx.pid;");
            ChildProcess process = ChildProcess.start(folder.resolve("output"), Map.of(), command);
            Nginx nginx = new Nginx(process, port, certificate == null ? "http" : "https");
            await("nginx listens").until(nginx::isListening);
            return nginx;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isListening() {
        if (!process.isAlive()) {
            throw new IllegalStateException("nginx ended: " + process.output());
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    public URI at(String path) {
        return URI.create(scheme + "://localhost:" + port + path);
    }

    @Override
    public void close() {
        // Not killed: its workers are separate processes, and would go on running.
        process.terminate();
    }
}
