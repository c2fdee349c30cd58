package io.liveline.services.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.liveline.testing.ChildProcess;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Process of a packaged service, started as users start it, on a free port of the loopback interface. */
public final class Service implements AutoCloseable {

    public static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private static final Pattern LISTENING = Pattern.compile("Listening on: http://[^:]+:(\\d+)[^\\n\"]*?"
            + "(?:Management interface listening on http://[^:]+:(\\d+)\\.)?[\\n\"]");
    private static final Duration PATIENCE = Duration.ofSeconds(180);

    private final ChildProcess process;
    private int port;
    private int managementPort;

    private Service(ChildProcess process) {
        this.process = process;
    }

    /** Starts the service of a module, and waits until it listens. */
    public static Service start(String module, Map<String, String> settings) {
        Service service = begin(module, settings);
        service.awaitListening();
        return service;
    }

    /** Starts the service of a module without waiting. */
    public static Service begin(String module, Map<String, String> settings) {
        return Boolean.getBoolean("liveline.native")
                ? begin(module, executable(module), List.of(), settings)
                : beginJar(Path.of("..", module), settings);
    }

    /** Starts the packaged jar of the module in this folder, which may be of another release, without waiting. */
    public static Service beginJar(Path folder, Map<String, String> settings) {
        Path jar = folder.resolve(Path.of("target", "quarkus-app", "quarkus-run.jar"));
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: these tests run in `mvn verify`, after packaging");
        }
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // Started too often and for too short a time for the second compiler.
        List<String> options = List.of("-XX:TieredStopAtLevel=1", "-jar", jar.toString());
        return begin(folder.getFileName().toString(), java, options, settings);
    }

    private static Service begin(String module, String executable, List<String> options, Map<String, String> settings) {
        List<String> command = new ArrayList<>(List.of(
                executable,
                "-Xmx256m",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=0",
                "-Dquarkus.management.port=0"));
        if (!settings.containsKey("liveline.auth")) {
            command.addAll(List.of("-Dliveline.auth=guest", "-Dliveline.edge.anyone-may-claim-any-name=true"));
        }
        settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(options);
        try {
            Path output = Files.createTempFile("liveline-" + module, ".log");
            output.toFile().deleteOnExit();
            return new Service(ChildProcess.start(output, Map.of(), command));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the path of the native executable. Skips the test if there is none. */
    private static String executable(String module) {
        try (Stream<Path> files = Files.list(Path.of("..", module, "target"))) {
            Optional<Path> runner =
                    files.filter(file -> file.toString().endsWith("-runner")).findFirst();
            assumeTrue(
                    runner.isPresent(),
                    "No native executable of " + module
                            + ": `mvn verify -Dnative` builds it if native-image is installed");
            return runner.orElseThrow().toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void awaitListening() {
        await("service listens")
                .pollInterval(Duration.ofMillis(20))
                .atMost(PATIENCE)
                .until(() -> {
                    Matcher line = LISTENING.matcher(process.output());
                    if (line.find()) {
                        port = Integer.parseInt(line.group(1));
                        managementPort = line.group(2) == null ? port : Integer.parseInt(line.group(2));
                        return true;
                    }
                    if (!process.isAlive()) {
                        throw new IllegalStateException("ended: " + process.output());
                    }
                    return false;
                });
    }

    public int port() {
        return port;
    }

    /** Returns the port of health and metrics. It differs from {@link #port} except for all services in one process. */
    public int managementPort() {
        return managementPort;
    }

    /** Returns the address of a path; {@code /q/} (health and metrics) is on the management port. */
    public URI at(String path) {
        return URI.create("http://localhost:" + (path.startsWith("/q/") ? managementPort : port) + path);
    }

    public ChildProcess process() {
        return process;
    }

    /** Sends a request. @param headers names and values in turn */
    public HttpResponse<String> send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at(path))
                .timeout(PATIENCE)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.setHeader("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    @Override
    public void close() {
        process.close();
    }
}
