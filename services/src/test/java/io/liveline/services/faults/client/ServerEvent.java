package io.liveline.services.faults.client;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/** An event of a stream. */
record ServerEvent(String id, String name, JsonObject data) {

    /** Makes events of what comes. */
    static final class Reader {

        private final Consumer<ServerEvent> to;
        private final Runnable ended;
        private Buffer rest = Buffer.buffer();
        private String id;
        private String name = "message";
        private Runnable closing = () -> {};
        private boolean over;

        Reader(Consumer<ServerEvent> to, Runnable ended) {
            this.to = to;
            this.ended = ended;
        }

        void closes(Runnable how) {
            closing = how;
            if (over) {
                how.run();
            }
        }

        void read(Buffer bytes) {
            rest.appendBuffer(bytes);
            String text = rest.toString();
            int end = text.lastIndexOf('\n') + 1;
            // In bytes: what follows the last end of a line may be half a character.
            rest = Buffer.buffer(
                    rest.getBytes(text.substring(0, end).getBytes(StandardCharsets.UTF_8).length, rest.length()));
            text.substring(0, end).lines().forEach(this::line);
        }

        private void line(String line) {
            if (over) {
                return;
            }
            if (line.startsWith("id:")) {
                id = line.substring(3).strip();
            } else if (line.startsWith("event:")) {
                name = line.substring(6).strip();
            } else if (line.startsWith("data:")) {
                to.accept(new ServerEvent(id, name, new JsonObject(line.substring(5))));
            } else if (line.isEmpty()) {
                name = "message";
            }
        }

        void end() {
            if (!over) {
                over = true;
                ended.run();
            }
        }

        void close() {
            if (!over) {
                over = true;
                closing.run();
            }
        }
    }
}
