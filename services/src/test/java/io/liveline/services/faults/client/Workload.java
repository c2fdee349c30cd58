package io.liveline.services.faults.client;

import io.liveline.services.faults.world.Fault;
import io.liveline.services.faults.world.ServiceName;
import io.liveline.services.faults.world.ReplicaSlot;
import io.liveline.services.faults.world.FaultyDeployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.liveline.services.support.Service;
import io.vertx.core.json.JsonObject;

import static org.awaitility.Awaitility.await;

/** Clients of all kinds, in rooms and with counters of their own. */
public final class Workload {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ROOMS = 4;
    private static final int COUNTERS = 3;

    private final FaultyDeployment world;
    private final String mark;
    private final Map<String, String> starts = new TreeMap<>();
    private final Ledger ledger = new Ledger();
    private final List<ChatUser> guests = new ArrayList<>();
    private final List<CounterWriter> counting = new ArrayList<>();
    private final List<CounterReader> viewers = new ArrayList<>();
    private final List<PresenceUser> visitors = new ArrayList<>();
    private final ClientNetwork network;

    /** @param mark what their rooms and counters begin with, so that these are new */
    public Workload(FaultyDeployment world, String mark, long seed) {
        this.world = world;
        this.mark = mark;
        network = new ClientNetwork(world.vertx(), ledger, world.ports());
        Random random = new Random(seed);
        rooms().forEach(room -> starts.put(room, say(0, room, "opener-0")));
        for (int i = 0; i < 64; i++) {
            String room = room(i);
            RoomSubscription.Way way = RoomSubscription.Way.values()[i / ROOMS % 3];
            guests.add(new ChatUser(network, "guest" + i, room, starts.get(room), way, i % 16 > 11, random.nextLong()));
        }
        for (int i = 0; i < 16; i++) {
            counting.add(new CounterWriter(network, "counting" + i, mark + ".c" + i % COUNTERS, random.nextLong()));
            viewers.add(new CounterReader(network, "viewer" + i, mark + ".*", random.nextLong()));
            visitors.add(new PresenceUser(network, "visitor" + i, room(i), random.nextLong()));
        }
    }

    private List<String> rooms() {
        return IntStream.range(0, ROOMS).mapToObj(this::room).toList();
    }

    private String room(int i) {
        return mark + "-" + i % ROOMS;
    }

    private Stream<Client> all() {
        return Stream.of(guests, counting, viewers, visitors).flatMap(List::stream);
    }

    public Ledger ledger() {
        return ledger;
    }

    /** Everybody begins. */
    public void come() {
        network.run(() -> all().forEach(Client::begin));
    }

    /** The clocks of some jump. */
    public void clocksJump(Fault fault) {
        long by = fault.strength() % 2 == 0 ? 30_000 : -30_000;
        List<Client> clients = all().toList();
        network.run(() -> {
            for (int i = fault.strength() % 3; i < clients.size(); i += 3) {
                clients.get(i).clockJumps(by);
            }
        });
    }

    /** Nobody begins anything more; waits until all that was begun is acknowledged, and everybody has heard it. */
    public void settle() {
        network.run(() -> all().forEach(Client::hush));
        await("everything is acknowledged").atMost(PATIENCE).until(() -> all().allMatch(Client::isDone));
        rooms().forEach(room -> say(1, room, "closer-0"));
        await("everybody hears the last word").atMost(PATIENCE).untilAsserted(() -> {
            List<String> missing = guests.stream()
                    .filter(guest -> !ledger.hasSeen(guest.room(), guest.name(), "closer-0"))
                    .map(ChatUser::name)
                    .toList();
            if (!missing.isEmpty()) {
                throw new AssertionError("not heard by " + missing);
            }
        });
    }

    private String say(int replica, String room, String id) {
        ledger.said(room, id);
        Service chat = world.of(ServiceName.CHAT).get(replica).service();
        JsonObject answer = new JsonObject(chat.send(
                        "POST",
                        "/rooms/" + room + "/messages?name=" + id.substring(0, 6),
                        new JsonObject().put("text", id).encode(),
                        "Idempotency-Key",
                        id)
                .body());
        if (id.startsWith("closer")) {
            ledger.acknowledged(room, id, answer.getString("cursor"));
        }
        return answer.getString("cursor");
    }

    /** Waits until every counter is shown as it is everywhere. */
    public void checkCounters() {
        awaitNone("counters", () -> {
            List<String> wrongs = new ArrayList<>();
            viewers.forEach(viewer -> wrongs.addAll(ledger.compare(viewer.name(), viewer.shown())));
            world.of(ServiceName.DASHBOARD)
                    .forEach(replica -> wrongs.addAll(ledger.compare("a replica", counters(replica, mark + ".*"))));
            return wrongs;
        });
    }

    /** Waits until the messages of each room are counted as they are. */
    public void checkMessageCounters() {
        awaitNone("messages", () -> {
            List<String> wrongs = new ArrayList<>();
            Map<String, Long> due = new TreeMap<>();
            rooms().forEach(room -> due.put("chat.messages." + room, (long) ledger.said(room)));
            world.of(ServiceName.DASHBOARD)
                    .forEach(replica ->
                            differ(wrongs, "replica", due, counters(replica, "chat.messages." + mark + "-*")));
            return wrongs;
        });
    }

    private static Map<String, Long> counters(ReplicaSlot replica, String pattern) {
        JsonObject counters = new JsonObject(
                        replica.service().get("/counters?names=" + pattern).body())
                .getJsonObject("counters");
        Map<String, Long> values = new TreeMap<>();
        counters.fieldNames()
                .forEach(name -> values.put(name, counters.getJsonObject(name).getLong("value")));
        return values;
    }

    /** Waits until everywhere exactly those are said to be in a room who are. */
    public void checkPresence(Set<String> gone) {
        awaitNone("presence", () -> {
            List<String> wrongs = new ArrayList<>();
            for (String room : rooms()) {
                Set<String> truth = truth(room, gone);
                for (ReplicaSlot replica : world.of(ServiceName.PRESENCE)) {
                    Set<String> told = PresenceUser.people(replica.service()
                            .get("/rooms/" + room + "/presence")
                            .body());
                    differ(wrongs, room + ", replica", truth, told);
                }
                visitors.stream()
                        .filter(visitor -> visitor.room().equals(room) && !gone.contains(visitor.name()))
                        .forEach(visitor -> differ(wrongs, room + ", " + visitor.name(), truth, visitor.online()));
            }
            return wrongs;
        });
    }

    private Set<String> truth(String room, Set<String> gone) {
        Set<String> truth = new TreeSet<>();
        guests.stream()
                .filter(guest -> guest.room().equals(room) && guest.isThere())
                .forEach(guest -> truth.add(guest.name()));
        visitors.stream().filter(visitor -> visitor.room().equals(room)).forEach(visitor -> truth.add(visitor.name()));
        truth.removeAll(gone);
        return truth;
    }

    private static void differ(List<String> wrongs, String who, Object due, Object is) {
        if (!due.equals(is)) {
            wrongs.add(who + " has " + is + " where " + due + " is right");
        }
    }

    private interface Check {
        List<String> wrongs();
    }

    private static void awaitNone(String what, Check check) {
        await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(300)).untilAsserted(() -> {
            List<String> wrongs = check.wrongs();
            if (!wrongs.isEmpty()) {
                throw new AssertionError(String.join("\n", wrongs));
            }
        });
    }

    /** Every second one goes. @return who */
    public Set<String> halfLeave() {
        Set<String> gone = new TreeSet<>();
        network.run(() -> {
            for (int i = 0; i < guests.size(); i += 2) {
                guests.get(i).leave();
            }
            for (int i = 0; i < visitors.size(); i += 2) {
                visitors.get(i).leave();
            }
        });
        for (int i = 0; i < guests.size(); i += 2) {
            gone.add(guests.get(i).name());
        }
        for (int i = 0; i < visitors.size(); i += 2) {
            gone.add(visitors.get(i).name());
        }
        return gone;
    }

    /** What each replica of chat has as the history of each room is compared like what a client saw. */
    public void checkHistory() {
        for (int i = 0; i < world.of(ServiceName.CHAT).size(); i++) {
            for (String room : rooms()) {
                readHistory(world.of(ServiceName.CHAT).get(i).service(), "history of replica " + i, room);
            }
        }
    }

    private void readHistory(Service chat, String reader, String room) {
        String cursor = starts.get(room);
        ledger.reads(room, reader);
        boolean more = true;
        while (more) {
            JsonObject page = new JsonObject(chat.get("/rooms/" + room + "/messages?limit=200&after=" + cursor)
                    .body());
            page.getJsonArray("messages").forEach(one -> {
                JsonObject message = (JsonObject) one;
                ledger.seen(room, reader, message.getString("cursor"), message.getString("id"));
            });
            cursor = page.getString("cursor");
            more = page.getBoolean("more");
        }
    }

    /** Everybody goes. */
    public void leave() {
        network.run(() -> all().forEach(Client::leave));
    }
}
