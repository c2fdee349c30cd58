package io.liveline.bench.scenario.chat;

import io.liveline.bench.load.ChatLoad;
import io.liveline.bench.measure.Memory;
import io.liveline.bench.measure.Window;
import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.scenario.Scenario;
import io.liveline.bench.server.Server;
import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.liveline.bench.util.Pause;
import io.vertx.core.json.JsonObject;

/** Scenario of members over server-sent events or long-poll, with one publisher in each room over a WebSocket. */
public final class ChatReaders implements Scenario {

    private final boolean streams;
    private final int rooms;
    private final int rate;
    private final boolean idle;

    /** @param rate messages a second in all rooms together; 0 for a closed loop */
    private ChatReaders(boolean streams, int rooms, int rate, boolean idle) {
        this.streams = streams;
        this.rooms = rooms;
        this.rate = rate;
        this.idle = idle;
    }

    public static ChatReaders busy(boolean streams, int rate) {
        return new ChatReaders(streams, streams ? 1 : 10, rate, false);
    }

    public static ChatReaders idle(boolean streams) {
        return new ChatReaders(streams, 150, 0, true);
    }

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        int connections = options.number("connections", idle ? 15_000 : 1000);
        // A poll of Nchan returns one message: one in flight, so that no response has more.
        int depth = options.number("depth", streams ? 16 : 1);
        try (Server server = servers.chat(target);
                GeneratorLoop net = new GeneratorLoop()) {
            ChatLoad chat = new ChatLoad(net, target, options.number("rooms", rooms), 128, depth);
            chat.publishFrom(server.port());
            Pause.seconds(idle ? 3 : 0);
            Memory empty = idle ? Memory.of(server, servers, target) : null;
            chat.read(server.port(), connections, streams);
            Pause.seconds(1);
            if (idle) {
                Pause.seconds(4);
                return new Window(net, chat.tally, server.pids())
                        .measure(options.number("seconds", streams ? 20 : 30))
                        .put("connections", connections)
                        .put("memory", Memory.of(server, servers, target).since(empty, connections));
            }
            Window window = new Window(net, chat.tally, server.pids());
            JsonObject figures;
            if (rate > 0) {
                figures = chat.measure(window, options.number("rate", rate), target, options);
            } else {
                chat.run();
                figures = window.measure(target, options);
            }
            chat.stop();
            return figures.put("connections", connections).put("messages_per_s", rate);
        }
    }
}
