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
import io.liveline.bus.Retention;
import io.liveline.bus.Subscription;
import io.liveline.bus.Topic;
import io.liveline.bus.internal.EventLoopDispatcher;
import io.liveline.bus.internal.SizeCheck;
import io.liveline.bus.redis.CommandQueue.Retry;
import io.liveline.bus.redis.command.LuaScript;
import io.liveline.bus.redis.command.TopicKeys;
import io.liveline.bus.redis.connection.ClusterTopology;
import io.liveline.bus.redis.connection.ReconnectingConnection;
import io.liveline.bus.redis.connection.RedisBusContext;
import io.liveline.bus.redis.connection.RedisNodes;
import io.liveline.bus.redis.connection.ServerCheck;
import io.liveline.bus.redis.connection.ServerInfo;
import io.liveline.bus.redis.connection.Topology;
import io.liveline.bus.table.TopicTable;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Response;

/**
 * Event bus over Redis. It has two connections to each server, one for commands and one for subscriptions, whatever the
 * number of topics.
 */
public final class RedisBus implements EventBus, AutoCloseable {

    private static final LuaScript PUBLISH = LuaScript.joinable(RedisBus.class, "publish.lua");
    private static final LuaScript READ = LuaScript.reading(RedisBus.class, "read.lua");
    private static final LuaScript READ_BACK = LuaScript.reading(RedisBus.class, "read_back.lua");
    private static final long SWEEP_MILLIS = 100;

    private final BusConfig config;
    private final RedisBusContext context;
    private final EventLoopDispatcher dispatcher;
    private final TopicKeys keys;
    private final RedisNodes nodes;
    private final CommandQueue commands;
    private final TopicSubscriptions subscriptions;
    private final ServerCheck check = new ServerCheck();
    private final Promise<Void> firstAttempt = Promise.promise();
    private final long sweepTimer;
    private final long pulseTimer;

    /**
     * Creates a bus on one server, which sentinels may designate. It connects at once and retries until it is closed.
     */
    public RedisBus(Vertx vertx, Redis redis, BusConfig config, Retention retention, BusMeters meters) {
        this(vertx, new Topology.One(redis), config, retention, meters);
    }

    /** Creates a bus on one server with the same retention for all topics. */
    public RedisBus(Vertx vertx, Redis redis, BusConfig config, BusMeters meters) {
        this(vertx, redis, config, Retention.same(config), meters);
    }

    /** Connects a bus with these options: to one server, through sentinels, or to a cluster by some of its nodes. */
    public static RedisBus connect(
            Vertx vertx, RedisOptions options, BusConfig config, Retention retention, BusMeters meters) {
        return options.getType() == RedisClientType.CLUSTER
                ? new RedisBus(
                        vertx,
                        new ClusterTopology(vertx, options, config.redis().degradedAfter()),
                        config,
                        retention,
                        meters)
                : new RedisBus(vertx, Redis.createClient(vertx, options), config, retention, meters);
    }

    /** Connects a bus with the same retention for all topics. */
    public static RedisBus connect(Vertx vertx, RedisOptions options, BusConfig config, BusMeters meters) {
        return connect(vertx, options, config, Retention.same(config), meters);
    }

    private RedisBus(Vertx vertx, Topology topology, BusConfig config, Retention retention, BusMeters meters) {
        this.config = config;
        this.context = new RedisBusContext(vertx, vertx.getOrCreateContext(), config, meters);
        this.dispatcher = new EventLoopDispatcher(context.loop());
        this.keys = new TopicKeys(config, retention, topology.pubSub());
        this.nodes = new RedisNodes(topology, keys, context, check);
        this.commands = new CommandQueue(context, nodes);
        this.subscriptions = new TopicSubscriptions(context, keys, nodes, topic -> from -> readFrom(topic, from));
        meters.nodes(nodes::size);
        context.run(() -> nodes.open(onCommandConnection(), subscriptions, this::slotMapRead));
        this.sweepTimer = context.every(SWEEP_MILLIS, this::sweep);
        this.pulseTimer = context.every(config.redis().pulse().toMillis(), this::pulse);
    }

    @Override
    public Uni<Cursor> publish(Topic topic, Draft draft) {
        List<String> ownKeys = draft.key().map(key -> List.of("once:" + key)).orElse(List.of());
        List<String> args = draft.key().isEmpty()
                ? List.of(draft.data())
                : List.of(
                        draft.data(),
                        draft.fingerprint(),
                        String.valueOf(config.idempotencyWindow().toMillis()));
        return dispatcher
                .call(() -> {
                    SizeCheck.check("An event", draft.data(), config.maxEventBytes());
                    return eval(PUBLISH, topic, ownKeys, args, draft.key().isPresent() ? Retry.ALWAYS : Retry.NEVER);
                })
                .map(reply -> {
                    String cursor = reply.toString();
                    if (cursor.isEmpty()) {
                        throw new KeyReusedException();
                    }
                    context.meters().published.increment();
                    return Cursor.parse(cursor);
                });
    }

    @Override
    public Uni<Page> read(Topic topic, Cursor after, int limit) {
        return dispatcher.call(() -> read(topic, after, limit, ""));
    }

    @Override
    public Uni<Page> readBack(Topic topic, Cursor before, int limit) {
        return dispatcher.call(() -> {
            List<String> args = position(before);
            args.add(String.valueOf(limit));
            return eval(READ_BACK, topic, List.of(), args, Retry.ALWAYS).map(RedisBus::page);
        });
    }

    @Override
    public Subscription subscribe(Topic topic, Listener listener) {
        if (subscriptions.topics() >= config.maxTopics()) {
            throw BusUnavailableException.tooManyTopics(config);
        }
        context.run(() -> subscriptions.add(topic, listener));
        return new Subscription() {
            @Override
            public Uni<Void> catchUp() {
                return dispatcher.call(() -> subscriptions.catchUp(topic));
            }

            @Override
            public void close() {
                context.run(() -> subscriptions.remove(topic, listener, System.nanoTime()));
            }
        };
    }

    /**
     * Runs a script on a topic, so that state and the event that reports it change together. If the connection breaks
     * before the answer, the script is run again, so running it twice must do no harm; a {@link LuaScript#repeatable}
     * script may be run again at any time.
     *
     * @param ownKeys names of the script's own keys: each becomes {@code <prefix>{<topic>}:<name>}, in the topic's slot
     *     of a cluster
     * @param args arguments of the script, {@code arg[1]} and up
     * @return the script's result; fails with the error that it raises
     */
    public Uni<Response> run(LuaScript script, Topic topic, List<String> ownKeys, List<String> args) {
        return dispatcher.call(
                () -> eval(script, topic, ownKeys, args, script.isRepeatable() ? Retry.ALWAYS : Retry.WHEN_LOST));
    }

    /** Returns the tables on the topics. */
    public TopicTable table() {
        return new RedisTopicTable(this, config, context.meters());
    }

    @Override
    public BusState state() {
        return subscriptions.state();
    }

    @Override
    public String description() {
        ServerInfo server = check.newest();
        return server.name() + ", " + server.durability();
    }

    /**
     * Returns the outcome of the first attempt to connect. The bus keeps trying in any case.
     */
    public Future<Void> firstAttempt() {
        return firstAttempt.future();
    }

    /** Closes all connections; commands in progress fail. */
    @Override
    public void close() {
        context.vertx().cancelTimer(sweepTimer);
        context.vertx().cancelTimer(pulseTimer);
        context.run(() -> {
            nodes.close();
            commands.close();
        });
    }

    private ReconnectingConnection.Listener onCommandConnection() {
        return new ReconnectingConnection.Listener() {
            @Override
            public void up() {
                firstAttempt.tryComplete();
                commands.connected();
                pulse();
            }

            @Override
            public void down() {
                subscriptions.changed();
            }

            @Override
            public void failed(Throwable cause) {
                firstAttempt.tryFail(cause);
            }
        };
    }

    private void slotMapRead(boolean changed) {
        subscriptions.assign(changed);
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
        subscriptions.tick(now);
    }

    private Future<Page> readFrom(Topic topic, TopicFeed.Position from) {
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
        return eval(READ, topic, List.of(), args, Retry.ALWAYS).map(RedisBus::page);
    }

    private Future<Response> eval(LuaScript script, Topic topic, List<String> ownKeys, List<String> args, Retry retry) {
        List<String> all = script.isOfLog()
                ? Stream.concat(Stream.of("replaced"), ownKeys.stream()).toList()
                : ownKeys;
        return commands.eval(script, keys.keys(topic, all), keys.args(topic, args), retry);
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
}
