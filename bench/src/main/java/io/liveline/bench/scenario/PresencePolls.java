package io.liveline.bench.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.liveline.bench.load.Pace;
import io.liveline.bench.load.PresencePollClient;
import io.liveline.bench.load.PresenceRoom;
import io.liveline.bench.measure.Memory;
import io.liveline.bench.measure.Window;
import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.net.HttpConnection;
import io.liveline.bench.server.Server;
import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.liveline.bench.util.Pause;
import io.liveline.bench.util.Tally;
import io.vertx.core.json.JsonObject;

/** Scenario of parked polls: 1,000 in 10 rooms with 10 changes a second each, or 15,000 in 150 silent rooms. */
public final class PresencePolls implements Scenario {

    private final boolean idle;

    public PresencePolls(boolean idle) {
        this.idle = idle;
    }

    @Override
    public JsonObject run(Target target, Servers servers, Options options) {
        target.mustBeOurs();
        int connections = options.number("connections", idle ? 15_000 : 1000);
        int rate = idle ? 0 : options.number("rate", 10);
        try (Server server = servers.alone(target, "presence-service");
                GeneratorLoop net = new GeneratorLoop()) {
            Tally tally = new Tally();
            List<PresenceRoom> rooms = new ArrayList<>();
            for (int i = 0; i < options.number("rooms", idle ? 150 : 10); i++) {
                rooms.add(new PresenceRoom("r" + i));
            }
            Changing changes = new Changing(tally);
            net.connect(server.port(), 1, i -> changes);
            Pause.seconds(idle ? 3 : 0);
            Memory empty = idle ? Memory.of(server, servers, target) : null;
            if (!idle) {
                net.on(() -> {
                    rooms.forEach(changes::connectUsers);
                    return null;
                });
                Pause.seconds(1);
            }
            AtomicInteger parked = new AtomicInteger();
            net.connect(
                    server.port(),
                    connections,
                    i -> new PresencePollClient(rooms.get(i % rooms.size()), "u" + i, tally, parked::incrementAndGet));
            Pause.until("all polls are parked", 60, () -> parked.get() == connections);
            if (!idle) {
                pace(net, rooms, changes, rate);
                return new Window(net, tally, server.pids())
                        .measure(target, options)
                        .put("polls", connections)
                        .put("changes_per_s_a_room", rate);
            }
            // Slightly longer than one wait: every poll is renewed once.
            JsonObject figures = new Window(net, tally, server.pids()).measure(options.number("seconds", 50));
            return figures.put("connections", connections)
                    .put("memory", Memory.of(server, servers, target).since(empty, connections));
        }
    }

    private static void pace(GeneratorLoop net, List<PresenceRoom> rooms, Changing changes, int perSecond) {
        int[] turn = {0};
        Pace.keep(
                net,
                perSecond * rooms.size(),
                due -> changes.say(rooms.get(turn[0]++ % rooms.size()).change(due)));
    }

    /** Connection over which the users of all rooms change their state. */
    private static final class Changing extends HttpConnection {

        Changing(Tally tally) {
            super(tally);
        }

        void connectUsers(PresenceRoom room) {
            for (int person = 0; person < PresenceRoom.PEOPLE; person++) {
                say(PresenceRoom.heartbeat(room.name, person, false));
            }
        }

        @Override
        public void connected() {
            // Sends when a change is due.
        }

        @Override
        public void answered(int status, byte[] bytes, int head, int from, int to) {
            if (status != 204) {
                throw new IllegalStateException("status " + status + ": " + new String(bytes, from, to - from));
            }
        }
    }
}
