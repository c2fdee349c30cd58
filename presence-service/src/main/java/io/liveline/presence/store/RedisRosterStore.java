package io.liveline.presence.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.liveline.bus.Cursor;
import io.liveline.bus.Topic;
import io.liveline.bus.redis.RedisBus;
import io.liveline.bus.redis.command.LuaScript;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.edge.contract.EntryReader;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.roster.RosterSnapshot;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import org.jboss.logging.Logger;

/** The rosters that all replicas share, in Redis: {@code roster.lua} and {@code due.lua}. */
public final class RedisRosterStore implements RosterStore {

    private static final Logger LOG = Logger.getLogger(RedisRosterStore.class);

    private static final LuaScript ROSTER = LuaScript.of(RedisRosterStore.class, "roster.lua");
    private static final LuaScript DUE = LuaScript.of(RedisRosterStore.class, "due.lua");
    private static final LuaScript CLAIM = LuaScript.repeatable(RedisRosterStore.class, "claim.lua");
    private static final List<String> ROSTER_KEYS = List.of("leases", "people", "typing", "chats", "names");
    private static final List<String> DUE_KEYS = List.of("due", "taken", "sweep");
    // A topic that carries nothing: it gives the index a place of its own.
    private static final Topic INDEX = new Topic("presence.index");
    // No lease is nearly as long. A room whose sweeps have all failed goes away by itself.
    private static final String KEYS_LIVE = String.valueOf(24 * 3600_000L);
    // Longer than any replica is behind another.
    private static final String CLAIM_LIVES = String.valueOf(60_000);
    private static final String LEASES_PER_SWEEP = "500";
    private static final Pattern ENTRY = Pattern.compile("(\\d+)\\|(\\d+)\\|(\\d+)\\|\\d\\|(\\d+)\\|(.*)");

    private final RedisBus bus;
    private final PresenceConfig config;
    // Rooms whose next end came nearer, until the index is told; guarded by itself.
    private final Map<RoomName, Long> nearer = new LinkedHashMap<>();

    public RedisRosterStore(RedisBus bus, PresenceConfig config) {
        this.bus = bus;
        this.config = config;
    }

    @Override
    public Uni<CommandResult> apply(RoomName room, PresenceCommand act) {
        return roster(room, act.args(config)).map(reply -> {
            String due = reply.get(4).toString();
            if (!due.isEmpty()) {
                note(room, Long.parseLong(due));
            }
            return outcome(room, reply);
        });
    }

    @Override
    public Uni<Boolean> claim(Cursor event) {
        return Uni.createFrom()
                .deferred(() -> bus.run(
                        CLAIM,
                        INDEX,
                        List.of("claim:" + event),
                        List.of(UUID.randomUUID().toString(), CLAIM_LIVES)))
                .map(reply -> reply.toInteger() == 1);
    }

    @Override
    public Uni<RosterSnapshot> read(RoomName room) {
        return roster(room, List.of("read")).map(reply -> {
            // Whoever looks at a room makes sure that it is swept, should its note ever have been lost.
            if (reply.get(2).size() + reply.get(3).size() > 0) {
                note(room, reply.get(1).toLong());
            }
            return snapshot(reply);
        });
    }

    @Override
    public void heard(RoomName room, long atMillis) {
        // Nothing that began with it runs out sooner.
        note(room, atMillis + config.typing().life().toMillis());
    }

    @Override
    public Uni<List<CommandResult>> sweep() {
        List<String> take = List.of(
                "take",
                String.valueOf(config.sweep().rooms()),
                String.valueOf(config.sweep().redoAfter().toMillis()),
                String.valueOf(config.sweep().awayAfter().toMillis()),
                String.valueOf(config.sweep().mercy().toMillis()),
                longestLease());
        return tellNotes().chain(() -> due(take)).chain(reply -> {
            String mercy = reply.get(0).toString();
            List<String> taken = IntStream.range(1, reply.size())
                    .mapToObj(i -> reply.get(i).toString())
                    .toList();
            List<Uni<Swept>> sweeps = EntryReader.readable(taken, RoomName::new).stream()
                    .map(room -> sweep(room, mercy))
                    .toList();
            return sweeps.isEmpty() ? Uni.createFrom().item(List.of()) : together(sweeps);
        });
    }

    /** That of a chat replica, which that replica decides on, may be longer: it is said anew all the time. */
    private String longestLease() {
        return String.valueOf(
                Stream.of(config.life(), config.grace(), config.typing().life())
                        .mapToLong(Duration::toMillis)
                        .max()
                        .orElseThrow());
    }

    /** @param due empty when nothing is left that could run out */
    private record Swept(CommandResult outcome, String due) {}

    private Uni<Swept> sweep(RoomName room, String mercy) {
        return roster(room, List.of("sweep", LEASES_PER_SWEEP, mercy, longestLease()))
                .map(reply -> new Swept(outcome(room, reply), reply.get(4).toString()))
                // Not settled, so that it is swept again; one room must not keep the others from being settled.
                .onFailure()
                .invoke(failure -> LOG.warnf("Sweeping room %s failed, it will be tried again: %s", room, failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<List<CommandResult>> together(List<Uni<Swept>> sweeps) {
        return Uni.join().all(sweeps).andFailFast().chain(all -> {
            List<String> settle = new ArrayList<>(List.of("settle"));
            List<CommandResult> outcomes = new ArrayList<>();
            for (Swept swept : all) {
                if (swept != null) {
                    settle.add(swept.outcome().room().text());
                    settle.add(swept.due());
                    outcomes.add(swept.outcome());
                }
            }
            return settle.size() == 1
                    ? Uni.createFrom().item(outcomes)
                    : due(settle).replaceWith(outcomes);
        });
    }

    private void note(RoomName room, long due) {
        synchronized (nearer) {
            nearer.merge(room, due, Math::min);
            if (nearer.size() > config.sweep().maxNotes()) {
                Iterator<RoomName> oldest = nearer.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
        }
    }

    /** Tells the index what has come nearer; what cannot be told now is told the next time. */
    private Uni<Void> tellNotes() {
        Map<RoomName, Long> notes;
        synchronized (nearer) {
            if (nearer.isEmpty()) {
                return Uni.createFrom().voidItem();
            }
            notes = new LinkedHashMap<>(nearer);
            nearer.clear();
        }
        List<String> args = new ArrayList<>(List.of("note"));
        notes.forEach((room, due) -> {
            args.add(room.text());
            args.add(String.valueOf(due));
        });
        return due(args).onFailure().invoke(() -> notes.forEach(this::note)).replaceWithVoid();
    }

    private Uni<Response> roster(RoomName room, List<String> operation) {
        return bus.run(ROSTER, room.presence(), ROSTER_KEYS, withLife(operation));
    }

    private Uni<Response> due(List<String> operation) {
        return bus.run(DUE, INDEX, DUE_KEYS, withLife(operation));
    }

    private static List<String> withLife(List<String> operation) {
        List<String> args = new ArrayList<>(operation.size() + 1);
        args.add(KEYS_LIVE);
        args.addAll(operation);
        return args;
    }

    private static CommandResult outcome(RoomName room, Response reply) {
        String cursor = reply.get(1).toString();
        return new CommandResult(
                room,
                CommandResult.Verdict.valueOf(reply.get(0).toString()),
                cursor.isEmpty() ? null : Cursor.parse(cursor),
                reply.get(2).toInteger(),
                reply.get(3).toInteger());
    }

    private static RosterSnapshot snapshot(Response reply) {
        return new RosterSnapshot(
                Cursor.parse(reply.get(0).toString()),
                pairs(reply.get(2), RedisRosterStore::presence),
                pairs(reply.get(3), Person::new));
    }

    private static <T> List<T> pairs(Response flat, BiFunction<String, String, T> read) {
        List<Integer> starts =
                IntStream.range(0, flat.size() / 2).mapToObj(i -> 2 * i).toList();
        return EntryReader.readable(
                starts, i -> read.apply(flat.get(i).toString(), flat.get(i + 1).toString()));
    }

    private static Presence presence(String user, String text) {
        Matcher entry = ENTRY.matcher(text);
        if (!entry.matches()) {
            throw new IllegalStateException("Not a person's entry: " + text);
        }
        boolean away = !entry.group(2).equals("0") && entry.group(1).equals("0");
        return new Presence(
                new Person(user, entry.group(5)),
                away ? Presence.State.AWAY : Presence.State.ACTIVE,
                Long.parseLong(entry.group(4)));
    }
}
