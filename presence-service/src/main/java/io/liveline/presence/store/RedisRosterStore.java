package io.liveline.presence.store;

import java.time.Duration;
import java.util.ArrayList;
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
import io.liveline.bus.support.BoundedMap;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.edge.contract.EntryReader;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.roster.RosterSnapshot;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Response;
import org.jboss.logging.Logger;

/** Roster store of all replicas, in Redis: {@code roster.lua}, {@code due.lua} and {@code claim.lua}. */
public final class RedisRosterStore implements RosterStore {

    private static final Logger LOG = Logger.getLogger(RedisRosterStore.class);

    private static final LuaScript ROSTER = LuaScript.of(RedisRosterStore.class, "roster.lua");
    private static final LuaScript DUE = LuaScript.of(RedisRosterStore.class, "due.lua");
    private static final LuaScript CLAIM = LuaScript.repeatable(RedisRosterStore.class, "claim.lua");
    private static final List<String> ROSTER_KEYS = List.of("leases", "people", "typing", "chats", "names");
    private static final List<String> DUE_KEYS = List.of("due", "taken", "sweep");
    // Topic without events: it determines the hash slot of the index keys.
    private static final Topic INDEX = new Topic("presence.index");
    // Far longer than any lease. A room whose sweeps have all failed expires by itself.
    private static final String KEY_LIFETIME = String.valueOf(24 * 3600_000L);
    // Longer than the delay of any replica.
    private static final String CLAIM_LIFETIME = String.valueOf(60_000);
    private static final String LEASES_PER_SWEEP = "500";
    private static final Pattern ENTRY = Pattern.compile("(\\d+)\\|(\\d+)\\|(\\d+)\\|\\d\\|(\\d+)\\|(.*)");

    private final RedisBus bus;
    private final PresenceConfig config;
    // Rooms with an earlier due time that is not yet in the index; guarded by itself.
    private final BoundedMap<RoomName, Long> notes;

    public RedisRosterStore(RedisBus bus, PresenceConfig config) {
        this.bus = bus;
        this.config = config;
        this.notes = new BoundedMap<>(config.sweep().maxNotes());
    }

    @Override
    public Uni<CommandResult> apply(RoomName room, PresenceCommand command) {
        return roster(room, command.args(config)).map(reply -> {
            String due = reply.get(4).toString();
            if (!due.isEmpty()) {
                note(room, Long.parseLong(due));
            }
            return result(room, reply);
        });
    }

    @Override
    public Uni<Boolean> claim(Cursor event) {
        return Uni.createFrom()
                .deferred(() -> bus.run(
                        CLAIM,
                        INDEX,
                        List.of("claim:" + event),
                        List.of(UUID.randomUUID().toString(), CLAIM_LIFETIME)))
                .map(reply -> reply.toInteger() == 1);
    }

    @Override
    public Uni<RosterSnapshot> read(RoomName room) {
        return roster(room, List.of("read")).map(reply -> {
            // Every read schedules a sweep, in case an earlier note was lost.
            if (reply.get(2).size() + reply.get(3).size() > 0) {
                note(room, reply.get(1).toLong());
            }
            return snapshot(reply);
        });
    }

    @Override
    public void recordChange(RoomName room, long atMillis) {
        // No lease that starts with a change ends sooner.
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
        return writeNotes().chain(() -> due(take)).chain(reply -> {
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

    /**
     * Returns the longest lifetime of a lease, milliseconds. Leases of chat replicas may be longer; they are renewed
     * continuously.
     */
    private String longestLease() {
        return String.valueOf(
                Stream.of(config.life(), config.grace(), config.typing().life())
                        .mapToLong(Duration::toMillis)
                        .max()
                        .orElseThrow());
    }

    /** @param due end of the next lease; empty if there is none */
    private record Swept(CommandResult result, String due) {}

    private Uni<Swept> sweep(RoomName room, String mercy) {
        return roster(room, List.of("sweep", LEASES_PER_SWEEP, mercy, longestLease()))
                .map(reply -> new Swept(result(room, reply), reply.get(4).toString()))
                // A failed room is not settled, so that it is swept again, and does not prevent the others from being
                // settled.
                .onFailure()
                .invoke(failure -> LOG.warnf("Sweep of room %s failed, retrying: %s", room, failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<List<CommandResult>> together(List<Uni<Swept>> sweeps) {
        return Uni.join().all(sweeps).andFailFast().chain(all -> {
            List<String> settle = new ArrayList<>(List.of("settle"));
            List<CommandResult> results = new ArrayList<>();
            for (Swept swept : all) {
                if (swept != null) {
                    settle.add(swept.result().room().text());
                    settle.add(swept.due());
                    results.add(swept.result());
                }
            }
            return settle.size() == 1
                    ? Uni.createFrom().item(results)
                    : due(settle).replaceWith(results);
        });
    }

    private void note(RoomName room, long due) {
        synchronized (notes) {
            notes.merge(room, due, Math::min);
        }
    }

    /** Writes the earlier due times to the index; keeps them for the next call if that fails. */
    private Uni<Void> writeNotes() {
        Map<RoomName, Long> batch;
        synchronized (notes) {
            if (notes.isEmpty()) {
                return Uni.createFrom().voidItem();
            }
            batch = new LinkedHashMap<>(notes);
            notes.clear();
        }
        List<String> args = new ArrayList<>(List.of("note"));
        batch.forEach((room, due) -> {
            args.add(room.text());
            args.add(String.valueOf(due));
        });
        return due(args).onFailure().invoke(() -> batch.forEach(this::note)).replaceWithVoid();
    }

    private Uni<Response> roster(RoomName room, List<String> operation) {
        return bus.run(ROSTER, room.presence(), ROSTER_KEYS, withLifetime(operation));
    }

    private Uni<Response> due(List<String> operation) {
        return bus.run(DUE, INDEX, DUE_KEYS, withLifetime(operation));
    }

    private static List<String> withLifetime(List<String> operation) {
        return Stream.concat(Stream.of(KEY_LIFETIME), operation.stream()).toList();
    }

    private static CommandResult result(RoomName room, Response reply) {
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
            throw new IllegalStateException("Invalid entry of a person: " + text);
        }
        boolean away = !entry.group(2).equals("0") && entry.group(1).equals("0");
        return new Presence(
                new Person(user, entry.group(5)),
                away ? Presence.State.AWAY : Presence.State.ACTIVE,
                Long.parseLong(entry.group(4)));
    }
}
