package io.liveline.services.faults.deployment;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.vertx.core.Vertx;

/** Deployment with fault injection: two replicas of each service behind a proxy, and Redis behind another proxy. */
public final class FaultyDeployment implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final FaultyRedis redis = new FaultyRedis();
    private final FaultyProxy redisProxy = new FaultyProxy(vertx);
    private final Map<ServiceName, FaultyProxy> proxies = new EnumMap<>(ServiceName.class);
    private final Map<ServiceName, List<ReplicaSlot>> replicas = new EnumMap<>(ServiceName.class);
    private final ExecutorService executor = Executors.newCachedThreadPool();

    public FaultyDeployment() {
        this(Release.current(), Release.current());
    }

    /** Starts the first replica of each service in one release, and the second in another. */
    public FaultyDeployment(Release first, Release second) {
        redisProxy.setTargets(List.of(redis.port()));
        for (ServiceName name : ServiceName.values()) {
            proxies.put(name, new FaultyProxy(vertx));
            replicas.put(
                    name,
                    List.of(
                            new ReplicaSlot(name, first, settings(), () -> updateTargets(name)),
                            new ReplicaSlot(name, second, settings(), () -> updateTargets(name))));
        }
        all().forEach(ReplicaSlot::awaitReady);
    }

    /** Returns settings that shorten every delay of tens of seconds, and keep the whole history. */
    private Map<String, String> settings() {
        return Map.ofEntries(
                Map.entry("quarkus.redis.hosts", "redis://127.0.0.1:" + redisProxy.port()),
                Map.entry("liveline.bus.history.length", "100000"),
                Map.entry("liveline.edge.drain", "2s"),
                Map.entry("liveline.edge.rate.address.burst", "1000000"),
                Map.entry("liveline.chat.heartbeat", "2s"),
                Map.entry("liveline.chat.silence", "8s"),
                Map.entry("liveline.chat.members.lease", "6s"),
                Map.entry("liveline.chat.members.repeat", "2s"),
                Map.entry("liveline.chat.held.retry-spread", "1s"),
                Map.entry("liveline.dashboard.streams.heartbeat", "2s"),
                Map.entry("liveline.dashboard.streams.retry-spread", "1s"),
                Map.entry("liveline.dashboard.suite.connections-live", "15s"),
                Map.entry("liveline.presence.life", "6s"),
                Map.entry("liveline.presence.heartbeat", "1s"),
                Map.entry("liveline.presence.grace", "3s"),
                Map.entry("liveline.presence.sweep.mercy", "5s"));
    }

    private void updateTargets(ServiceName name) {
        List<ReplicaSlot> both = replicas.get(name);
        if (both != null) {
            proxies.get(name)
                    .setTargets(both.stream()
                            .map(replica -> replica.service().port())
                            .filter(port -> port > 0)
                            .toList());
        }
    }

    public Vertx vertx() {
        return vertx;
    }

    /** Returns the port of the proxy of each service. */
    public Map<ServiceName, Integer> ports() {
        return proxies.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, proxy -> proxy.getValue()
                .port()));
    }

    public List<ReplicaSlot> of(ServiceName name) {
        return replicas.get(name);
    }

    List<ReplicaSlot> all() {
        return replicas.values().stream().flatMap(List::stream).toList();
    }

    /** Returns the process id of the replica that no fault ends. */
    public long survivor(ServiceName name) {
        return of(name).get(1).service().process().pid();
    }

    /** Injects the faults at their times, and returns after the last one ended. */
    public void inject(List<Fault> faults, Consumer<Fault> clocks) {
        long start = System.nanoTime();
        List<Future<?>> running = new ArrayList<>();
        for (Fault fault : faults) {
            Pause.of(fault.at().minusNanos(System.nanoTime() - start));
            System.out.println("fault at " + fault);
            running.add(executor.submit(() -> apply(fault, clocks)));
        }
        awaitAll(running);
    }

    /** Replaces one replica of each service by one of this release, as a rolling upgrade of all services does. */
    public void roll(int slot, Release to) {
        System.out.println("replica " + slot + " of each service becomes " + to);
        awaitAll(replicas.values().stream()
                .map(both -> executor.submit(() -> both.get(slot).roll(to)))
                .toList());
    }

    private static void awaitAll(List<? extends Future<?>> running) {
        for (Future<?> one : running) {
            try {
                one.get();
            } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void apply(Fault fault, Consumer<Fault> clocks) {
        ReplicaSlot replaceable = of(fault.service()).get(0);
        ReplicaSlot survivor = of(fault.service()).get(1);
        FaultyProxy proxy = proxies.get(fault.service());
        switch (fault.kind()) {
            case REPLICA_KILLED -> replaceable.killAndReplace();
            case REPLICA_TERMINATED -> replaceable.terminateAndReplace();
            case REPLICA_FROZEN -> survivor.freeze(fault.length());
            case REDIS_FROZEN -> redis.freeze(fault.length());
            case REDIS_KILLED -> redis.kill(fault.length().dividedBy(2));
            case REDIS_DISK_FULL -> redis.fillDisk(fault.length().dividedBy(2));
            case PUBSUB_KILLED -> redis.disconnectSubscribers();
            case REDIS_CUT -> redisProxy.disconnectAll();
            case REDIS_SLOW -> slow(redisProxy, fault);
            case CLIENTS_CUT -> proxy.disconnectAll();
            case CLIENTS_SLOW -> slow(proxy, fault);
            case CLIENTS_STALLED -> {
                proxy.stall(fault.length().toMillis());
                Pause.of(fault.length());
            }
            case CLOCKS_JUMP -> clocks.accept(fault);
        }
    }

    private static void slow(FaultyProxy proxy, Fault fault) {
        proxy.slow(20 + fault.strength() / 5);
        Pause.of(fault.length());
        proxy.slow(0);
    }

    /** Returns the outputs of all processes, those that were replaced in rolling upgrades included. */
    public List<String> outputs() {
        return all().stream().flatMap(replica -> replica.outputs().stream()).toList();
    }

    /** Returns the newest output of all processes, to explain a failed test. */
    public String diagnostics() {
        StringBuilder diagnostics = new StringBuilder(redis.log());
        for (ReplicaSlot replica : all()) {
            diagnostics.append("\n== ").append(replica.name()).append('\n');
            String output = replica.service().process().output();
            diagnostics.append(output.substring(Math.max(0, output.length() - 4000)));
        }
        return diagnostics.toString();
    }

    @Override
    public void close() {
        executor.shutdownNow();
        all().forEach(ReplicaSlot::close);
        redis.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
