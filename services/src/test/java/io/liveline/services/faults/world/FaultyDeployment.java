package io.liveline.services.faults.world;

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

/** Two replicas of each service behind a proxy, and Redis behind another, in which things can break. */
public final class FaultyDeployment implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final FaultyRedis store = new FaultyRedis();
    private final FaultyProxy storeGate = new FaultyProxy(vertx);
    private final Map<ServiceName, FaultyProxy> gates = new EnumMap<>(ServiceName.class);
    private final Map<ServiceName, List<ReplicaSlot>> replicas = new EnumMap<>(ServiceName.class);
    private final ExecutorService hands = Executors.newCachedThreadPool();

    public FaultyDeployment() {
        storeGate.leadTo(List.of(store.port()));
        for (ServiceName part : ServiceName.values()) {
            gates.put(part, new FaultyProxy(vertx));
            replicas.put(
                    part,
                    List.of(
                            new ReplicaSlot(part, settings(), () -> lead(part)),
                            new ReplicaSlot(part, settings(), () -> lead(part))));
        }
        all().forEach(ReplicaSlot::awaitReady);
    }

    /** Everything that takes tens of seconds as it comes is quicker here; and history is kept for all that is said. */
    private Map<String, String> settings() {
        return Map.ofEntries(
                Map.entry("quarkus.redis.hosts", "redis://127.0.0.1:" + storeGate.port()),
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

    private void lead(ServiceName part) {
        List<ReplicaSlot> both = replicas.get(part);
        if (both != null) {
            gates.get(part)
                    .leadTo(both.stream()
                            .map(replica -> replica.service().port())
                            .filter(port -> port > 0)
                            .toList());
        }
    }

    public Vertx vertx() {
        return vertx;
    }

    /** Where clients reach each service. */
    public Map<ServiceName, Integer> ports() {
        return gates.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, gate -> gate.getValue()
                .port()));
    }

    public List<ReplicaSlot> of(ServiceName part) {
        return replicas.get(part);
    }

    List<ReplicaSlot> all() {
        return replicas.values().stream().flatMap(List::stream).toList();
    }

    /** The process that no fault ends. */
    public long survivor(ServiceName part) {
        return of(part).get(1).service().process().pid();
    }

    /** Lets things break at their times, until the last is whole again. */
    public void suffer(List<Fault> faults, Consumer<Fault> clocks) {
        long start = System.nanoTime();
        List<Future<?>> under = new ArrayList<>();
        for (Fault fault : faults) {
            Pause.of(fault.at().minusNanos(System.nanoTime() - start));
            System.out.println("fault at " + fault);
            under.add(hands.submit(() -> happen(fault, clocks)));
        }
        for (Future<?> one : under) {
            try {
                one.get();
            } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void happen(Fault fault, Consumer<Fault> clocks) {
        ReplicaSlot mortal = of(fault.part()).get(0);
        ReplicaSlot survivor = of(fault.part()).get(1);
        FaultyProxy gate = gates.get(fault.part());
        switch (fault.kind()) {
            case REPLICA_KILLED -> mortal.killAndReplace();
            case REPLICA_TERMINATED -> mortal.terminateAndReplace();
            case REPLICA_FROZEN -> survivor.freeze(fault.length());
            case REDIS_FROZEN -> store.freeze(fault.length());
            case REDIS_KILLED -> store.kill(fault.length().dividedBy(2));
            case REDIS_DISK_FULL -> store.fillDisk(fault.length().dividedBy(2));
            case PUBSUB_KILLED -> store.cutListeners();
            case REDIS_CUT -> storeGate.cut();
            case REDIS_SLOW -> slow(storeGate, fault);
            case CLIENTS_CUT -> gate.cut();
            case CLIENTS_SLOW -> slow(gate, fault);
            case CLIENTS_STALLED -> {
                gate.stall(fault.length().toMillis());
                Pause.of(fault.length());
            }
            case CLOCKS_JUMP -> clocks.accept(fault);
        }
    }

    private static void slow(FaultyProxy gate, Fault fault) {
        gate.slow(20 + fault.strength() / 5);
        Pause.of(fault.length());
        gate.slow(0);
    }

    /** What there is to know when something went wrong. */
    public String told() {
        StringBuilder told = new StringBuilder(store.log());
        for (ReplicaSlot replica : all()) {
            told.append("\n== ").append(replica.part()).append('\n');
            String output = replica.service().process().output();
            told.append(output.substring(Math.max(0, output.length() - 4000)));
        }
        return told.toString();
    }

    @Override
    public void close() {
        hands.shutdownNow();
        all().forEach(ReplicaSlot::close);
        store.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
