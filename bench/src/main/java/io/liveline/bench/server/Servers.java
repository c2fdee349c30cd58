package io.liveline.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.liveline.bench.util.Options;
import io.liveline.bench.util.Pause;
import io.vertx.core.json.JsonObject;

/** Launcher of all servers, with the same flags in every run, which are part of its report. */
public final class Servers {

    static final String QUARKUS = "Listening on: http://[^:]+:(\\d+)";
    private static final String PORT = "port (\\d+)";

    private final Path home;
    private final Path peers;
    private final Liveline liveline;

    public Servers(Options options) {
        this.home = Path.of(options.text("home", "."));
        this.peers = Path.of(options.text("peers", "/tmp/liveline-bench"));
        this.liveline = new Liveline(options, home, peers);
    }

    /** Starts one chat server of the target without Redis. */
    public Server chat(Target target) {
        return switch (target) {
            case LIVELINE, AOT, NATIVE -> alone(target, "chat-service");
            case UWS -> Server.start(List.of(bun(), script("uws.js")), PORT);
            case FLOOR -> Server.start(List.of(peers.resolve("floor").toString()), PORT);
            case NCHAN -> new Nchan(script("nchan.conf")).start("");
            case SOCKETIO -> node("socketio.js");
            case PUSHPIN -> node("pushpin.js", script("pushpin.conf"));
            case NODE -> throw new IllegalArgumentException("Has no chat: " + target);
        };
    }

    /** Starts one of two replicas of the target's chat on a Redis. */
    public Server replica(Target target, Server redis) {
        String address = "redis://127.0.0.1:" + redis.port();
        return switch (target) {
            case LIVELINE, AOT, NATIVE -> quarkus(target, "chat-service", List.of("-Dquarkus.redis.hosts=" + address));
            case UWS -> Server.start(List.of(bun(), script("uws.js"), address), PORT);
            case NCHAN -> new Nchan(script("nchan.conf")).start(address);
            case SOCKETIO -> node("socketio.js", address);
            case FLOOR -> Server.start(List.of(peers.resolve("floor").toString(), String.valueOf(redis.port())), PORT);
            case NODE, PUSHPIN -> throw new IllegalArgumentException("Has no replicas: " + target);
        };
    }

    /** Starts a script in Node, with the packages of the peers' folder. */
    Server node(String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of("env", "PEERS=" + peers.toAbsolutePath(), "node", script(name)));
        command.addAll(List.of(arguments));
        return Server.start(command, PORT);
    }

    /** Starts the hand-written counter service. */
    public Server increments(Server redis) {
        return node(
                "increments.js",
                "redis://127.0.0.1:" + redis.port(),
                home.toAbsolutePath().toString());
    }

    private String bun() {
        return peers.resolve("node_modules/.bin/bun").toString();
    }

    /** Starts one packaged service of this project without Redis. */
    public Server alone(Target target, String module) {
        return quarkus(target, module, List.of("-Dliveline.bus.transport=local"));
    }

    /** Starts a packaged service of this project, and waits until it listens. */
    public Server quarkus(Target target, String module, List<String> settings) {
        List<String> all = new ArrayList<>(settings);
        all.addAll(List.of("-Dquarkus.http.port=0", "-Dquarkus.management.port=0"));
        return Server.start(liveline.command(target, module, all), QUARKUS);
    }

    /** Starts a packaged service on a given port without waiting. */
    public Server starting(Target target, String module, int port, List<String> settings) {
        List<String> all = new ArrayList<>(settings);
        all.addAll(List.of("-Dquarkus.http.port=" + port, "-Dquarkus.management.port=0"));
        return Server.start(liveline.command(target, module, all), "");
    }

    /** Starts a Redis without persistence. */
    public Server redis() {
        int port = FreePort.any();
        return Server.start(
                List.of(
                        "redis-server",
                        "--port",
                        String.valueOf(port),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--appendonly",
                        "no"),
                "[Pp]ort[:=] ?(\\d+)[\\s\\S]*Ready to accept");
    }

    /** Runs a full garbage collection in a JVM, and waits for it. */
    public void collect(Server server) {
        String jcmd = Path.of(liveline.java()).resolveSibling("jcmd").toString();
        lastLine(jcmd, String.valueOf(server.pid()), "GC.run");
        Pause.seconds(1);
        lastLine(jcmd, String.valueOf(server.pid()), "GC.run");
    }

    /** Returns the versions and flags of a target, for the report. */
    public JsonObject versions(Target target) {
        JsonObject versions =
                new JsonObject().put("generator_java", Runtime.version().toString());
        switch (target) {
            case LIVELINE, AOT ->
                versions.put("java", lastLine(liveline.java(), "-version")).put("java_flags", liveline.javaFlags());
            case NATIVE -> versions.put("native", "an executable, " + liveline.nativeFlags());
            case UWS -> versions.put("bun", "Bun " + lastLine(bun(), "--version"));
            case NCHAN ->
                versions.put("nginx", lastLine("nginx", "-v"))
                        .put(
                                "nchan",
                                lastLine("dpkg-query", "-W", "-f=${Package} ${Version}\\n", "libnginx-mod-nchan"));
            case SOCKETIO ->
                versions.put("node", "Node " + lastLine("node", "--version"))
                        .put("packages", "Socket.IO 4.8.4, @socket.io/redis-adapter 8.3.0, ioredis 5.11.1");
            case PUSHPIN ->
                versions.put("pushpin", lastLine("pushpin", "--version"))
                        .put(
                                "packages",
                                lastLine("dpkg-query", "-W", "-f=${Package} ${Version} ", "pushpin", "condure", "zurl"))
                        .put("node", "Node " + lastLine("node", "--version"));
            case NODE ->
                versions.put("node", "Node " + lastLine("node", "--version")).put("packages", "ioredis 5.11.1");
            case FLOOR -> versions.put("floor", "bench/peers/floor.c, cc -O2");
        }
        return versions;
    }

    /** Returns the last line of the output of a command. */
    private static String lastLine(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return output.lines().reduce((first, second) -> second).orElse("").strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String script(String name) {
        Path script = home.resolve("bench/peers").resolve(name);
        if (!Files.exists(script)) {
            throw new IllegalStateException(script + " is missing: --home is the root of the sources");
        }
        return script.toString();
    }
}
