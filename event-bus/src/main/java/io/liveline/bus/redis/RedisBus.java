package io.liveline.bus.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.liveline.bus.BusConfig;
import io.liveline.bus.BusMeters;
import io.liveline.bus.BusState;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.KeyReusedException;
import io.liveline.bus.Listener;
import io.liveline.bus.Page;
import io.liveline.bus.Subscription;
import io.liveline.bus.Topic;
import io.liveline.bus.internal.DraftChecks;
import io.liveline.bus.internal.EventLoopDispatcher;
import io.liveline.bus.redis.CommandQueue.Again;
import io.liveline.bus.redis.command.LuaScript;
import io.liveline.bus.redis.command.TopicKeys;
import io.liveline.bus.redis.connection.ClusterTopology;
import io.liveline.bus.redis.connection.ReconnectingConnection;
import io.liveline.bus.redis.connection.RedisNode;
import io.liveline.bus.redis.connection.RedisNodes;
import io.liveline.bus.redis.connection.ServerCheck;
import io.liveline.bus.redis.connection.ServerInfo;
import io.liveline.bus.redis.connection.Topology;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Response;

/**
 * The bus over Redis: two connections to each server, one for commands and one that listens, whatever the number of
 * topics.
 */
public final class RedisBus implements EventBus, AutoCloseable {

    private static final LuaScript PUBLISH = LuaScript.joinable(RedisBus.class, "publish.lua");
    private static final LuaScript READ = LuaScript.reading(RedisBus.class, "read.lua");
    private static final LuaScript READ_BACK = LuaScript.reading(RedisBus.class, "read_back.lua");
    private static final long SWEEP_MILLIS = 100;

    private final BusConfig config;
    private final BusMeters meters;
    private final Vertx vertx;
    private final Context loop;
    private final EventLoopDispatcher busLoop;
    private final TopicKeys keys;
    private final RedisNodes nodes;
    private final CommandQueue commands;
    private final TopicSubscriptions listening;
    private final ServerCheck check = new ServerCheck();
    private final Promise<Void> firstAttempt = Promise.promise();
    private final long sweepTimer;
    private final long pulseTimer;

    /**
     * A bus on one server, or on what sentinels say is one; it connects at once, and goes on trying until it is closed.
     */
    public RedisBus(Vertx vertx, Redis redis, BusConfig config, BusMeters meters) {
        this(vertx, new Topology.One(redis), config, meters);
    }

    /** A bus on what these options name: a server, what sentinels say is one, or a cluster by some of its nodes. */
    public static RedisBus connect(Vertx vertx, RedisOptions options, BusConfig config, BusMeters meters) {
        return options.getType() == RedisClientType.CLUSTER
                ? new RedisBus(
                        vertx,
                        new ClusterTopology(vertx, options, config.redis().degradedAfter()),
                        config,
                        meters)
                : new RedisBus(vertx, Redis.createClient(vertx, options), config, meters);
    }

    private RedisBus(Vertx vertx, Topology places, BusConfig config, BusMeters meters) {
        this.config = config;
        this.meters = meters;
        this.vertx = vertx;
        this.loop = vertx.getOrCreateContext();
        this.busLoop = new EventLoopDispatcher(loop);
        this.keys = new TopicKeys(config, places.pubSub());
        this.nodes = new RedisNodes(places, loop, config);
        this.commands = new CommandQueue(config, meters, nodes, loop);
        this.listening = new TopicSubscriptions(config, meters, keys, nodes, topic -> from -> readOn(topic, from));
        meters.nodes(nodes::size);
        loop.runOnContext(nothing -> nodes.open(
                (name, due) -> new RedisNode(
                        name, places, keys, vertx, loop, config, meters, check, onCommandLink(), listening, due),
                this::settle));
        this.sweepTimer = every(SWEEP_MILLIS, this::sweep);
        this.pulseTimer = every(config.redis().pulse().toMillis(), this::pulse);
    }

    @Override
    public Uni<Cursor> publish(Topic topic, Draft draft) {
        List<String> own = draft.key().map(key -> List.of("once:" + key)).orElse(List.of());
        List<String> args = draft.key().isEmpty()
                ? List.of(draft.data())
                : List.of(
                        draft.data(),
                        draft.fingerprint(),
                        String.valueOf(config.idempotencyWindow().toMillis()));
        return busLoop.ask(() -> {
                    DraftChecks.check(draft, config);
                    return eval(PUBLISH, topic, own, args, draft.key().isPresent() ? Again.ALWAYS : Again.NEVER);
                })
                .map(reply -> {
                    String cursor = reply.toString();
                    if (cursor.isEmpty()) {
                        throw new KeyReusedException();
                    }
                    meters.published();
                    return Cursor.parse(cursor);
                });
    }

    @Override
    public Uni<Page> read(Topic topic, Cursor after, int limit) {
        return busLoop.ask(() -> read(topic, after, limit, ""));
    }

    @Override
    public Uni<Page> readBack(Topic topic, Cursor before, int limit) {
        return busLoop.ask(() -> {
            List<String> args = position(before);
            args.add(String.valueOf(limit));
            return eval(READ_BACK, topic, List.of(), args, Again.ALWAYS).map(RedisBus::page);
        });
    }

    @Override
    public Subscription subscribe(Topic topic, Listener listener) {
        if (listening.topics() >= config.maxTopics()) {
            throw BusUnavailableException.tooManyTopics(config);
        }
        loop.runOnContext(nothing -> listening.add(topic, listener));
        return new Subscription() {
            @Override
            public Topic topic() {
                return topic;
            }

            @Override
            public void close() {
                loop.runOnContext(nothing -> listening.remove(topic, listener, System.nanoTime()));
            }
        };
    }

    /**
     * Runs a script on a topic: its state and the event that tells of it change together. When the connection breaks
     * before the answer it is run again, so it must do no harm when it is run twice; one that is
     * {@link LuaScript#repeatable} may be run again at any time.
     *
     * @param own names of the script's own keys: each becomes
     *     {@code <prefix>{<topic>}:<name>}, on the topic's slot of a cluster
     * @param args the script's own arguments, {@code arg[1]} and up
     * @return what the script returns; fails with the error that it raises
     */
    public Uni<Response> run(LuaScript script, Topic topic, List<String> own, List<String> args) {
        return busLoop.ask(
                () -> eval(script, topic, own, args, script.isRepeatable() ? Again.ALWAYS : Again.WHEN_LOST));
    }

    @Override
    public BusState state() {
        return listening.state();
    }

    @Override
    public String description() {
        ServerInfo server = check.newest();
        return server.name() + ", " + server.durability();
    }

    /**
     * Completes when a server was first reached; fails when the first attempt did. The bus goes on trying in any case.
     */
    public Future<Void> firstAttempt() {
        return firstAttempt.future();
    }

    /** Lets go of all connections; what is under way fails. */
    @Override
    public void close() {
        vertx.cancelTimer(sweepTimer);
        vertx.cancelTimer(pulseTimer);
        loop.runOnContext(nothing -> {
            nodes.close();
            commands.close();
        });
    }

    private ReconnectingConnection.Listener onCommandLink() {
        return new ReconnectingConnection.Listener() {
            @Override
            public void up() {
                firstAttempt.tryComplete();
                commands.connected();
                pulse();
            }

            @Override
            public void down() {
                listening.changed();
            }

            @Override
            public void failed(Throwable why) {
                firstAttempt.tryFail(why);
            }
        };
    }

    private void settle(boolean changed) {
        listening.settle(changed);
        commands.resume();
    }

    private void sweep() {
        nodes.sweep();
        commands.sweep(System.nanoTime());
        commands.resume();
    }

    private void pulse() {
        long now = System.nanoTime();
        nodes.tick(now);
        listening.tick(now);
    }

    private Future<Page> readOn(Topic topic, TopicFeed.Position from) {
        if (from == null) {
            return read(topic, null, 0, "");
        }
        String time = from.timeMillis() == 0 ? "" : String.valueOf(from.timeMillis());
        return read(topic, from.cursor(), config.redis().repairPage(), time);
    }

    private Future<Page> read(Topic topic, Cursor after, int limit, String timeMillis) {
        List<String> args = position(after);
        args.add(String.valueOf(limit));
        args.add(timeMillis);
        return eval(READ, topic, List.of(), args, Again.ALWAYS).map(RedisBus::page);
    }

    private Future<Response> eval(LuaScript script, Topic topic, List<String> own, List<String> args, Again again) {
        List<String> all = script.isOfLog()
                ? Stream.concat(Stream.of("replaced"), own.stream()).toList()
                : own;
        return commands.eval(script, keys.keys(topic, all), keys.args(topic, args), again);
    }

    private static List<String> position(Cursor cursor) {
        List<String> args = new ArrayList<>(4);
        args.add(cursor == null ? "" : cursor.epoch());
        args.add(cursor == null ? "0" : String.valueOf(cursor.offset()));
        return args;
    }

    private static Page page(Response reply) {
        String epoch = reply.get(0).toString();
        List<Event> events = new ArrayList<>(reply.get(3).size());
        for (Response entry : reply.get(3)) {
            String id = entry.get(0).toString();
            long offset = Long.parseLong(id.substring(0, id.indexOf('-')));
            Response fields = entry.get(1);
            events.add(new Event(
                    new Cursor(epoch, offset),
                    fields.get(1).toLong(),
                    fields.get(3).toString()));
        }
        Cursor end = new Cursor(epoch, reply.get(1).toLong());
        return new Page(events, end, reply.get(2).toInteger() == 1);
    }

    private long every(long millis, Runnable what) {
        return vertx.setPeriodic(millis, id -> loop.runOnContext(nothing -> what.run()));
    }
}
