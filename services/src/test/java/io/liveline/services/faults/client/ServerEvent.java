package io.liveline.services.faults.client;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/** Event of an SSE stream. */
record ServerEvent(String id, String name, JsonObject data) {

    /** Decoder of the bytes of an SSE stream. */
    static final class Reader {

        private final Consumer<ServerEvent> to;
        private final Runnable ended;
        private Buffer rest = Buffer.buffer();
        private String id;
        private String name = "message";
        private Runnable closing = () -> {};
        private boolean closed;

        Reader(Consumer<ServerEvent> to, Runnable ended) {
            this.to = to;
            this.ended = ended;
        }

        void onClose(Runnable action) {
            closing = action;
            if (closed) {
                action.run();
            }
        }

        void read(Buffer bytes) {
            rest.appendBuffer(bytes);
            String text = rest.toString();
            int end = text.lastIndexOf('\n') + 1;
            // Counted in bytes: the rest after the last line end may be part of a character.
            rest = Buffer.buffer(
                    rest.getBytes(text.substring(0, end).getBytes(StandardCharsets.UTF_8).length, rest.length()));
            text.substring(0, end).lines().forEach(this::line);
        }

        private void line(String line) {
            if (closed) {
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
            if (!closed) {
                closed = true;
                ended.run();
            }
        }

        void close() {
            if (!closed) {
                closed = true;
                closing.run();
            }
        }
    }
}
