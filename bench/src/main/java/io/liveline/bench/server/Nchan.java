package io.liveline.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.liveline.bench.util.Pause;

/** Launcher of nginx with Nchan, whose configuration is a template. */
record Nchan(String template) {

    /** @param redis address of a Redis, or empty */
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
            // It listens before it connects to Redis, and answers 503 until then.
            Pause.seconds(redis.isEmpty() ? 0 : 2);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
