package io.liveline.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.liveline.bench.util.Pause;

/** nginx with Nchan: its configuration is a template. */
record Nchan(String template) {

    /** @param redis the address of a Redis, or empty */
    Server start(String redis) {
        try {
            int port = FreePort.any();
            Path dir = Files.createTempDirectory("liveline-nchan");
            String filled = Files.readString(Path.of(template))
                    .replace("{port}", String.valueOf(port))
                    .replace("{dir}", dir.toString())
                    .replace("{user}", System.getProperty("user.name"))
                    .replace("{redis}", redis.isEmpty() ? "" : "upstream bus { nchan_redis_server " + redis + "; }")
                    .replace("{pass}", redis.isEmpty() ? "" : "nchan_redis_pass bus;");
            Path conf = Files.writeString(dir.resolve("nginx.conf"), filled);
            Server server = Server.at(port, List.of("nginx", "-p", dir.toString(), "-c", conf.toString()));
            // It answers 503 until it has connected to Redis, which it does after it listens.
            Pause.seconds(redis.isEmpty() ? 0 : 2);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
