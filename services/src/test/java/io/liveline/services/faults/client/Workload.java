package io.liveline.services.faults.client;

import java.net.http.HttpResponse;
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

import io.liveline.bus.support.MonotonicClock;
import io.liveline.services.faults.deployment.Fault;
import io.liveline.services.faults.deployment.FaultyDeployment;
import io.liveline.services.faults.deployment.ReplicaSlot;
import io.liveline.services.faults.deployment.ServiceName;
import io.liveline.services.support.Service;
import io.vertx.core.json.JsonObject;

import static org.awaitility.Awaitility.await;

/** Clients of all kinds, in rooms and with counters of their own, and the comparison of what they received. */
public final class Workload {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration LATE = Duration.ofSeconds(2);
    private static final int ROOMS = 4;
    private static final int COUNTERS = 3;

    private final FaultyDeployment deployment;
    private final String prefix;
    private final Map<String, String> firstCursors = new TreeMap<>();
    private final Ledger ledger = new Ledger();
    private final Lateness lateness = new Lateness(MonotonicClock.system(), LATE);
    private final List<ChatUser> chatUsers = new ArrayList<>();
    private final List<CounterWriter> counterWriters = new ArrayList<>();
    private final List<CounterReader> counterReaders = new ArrayList<>();
    private final List<PresenceUser> presenceUsers = new ArrayList<>();
    private final ClientNetwork network;

    /** @param prefix start of the names of the rooms and counters, so that these are new */
    public Workload(FaultyDeployment deployment, String prefix, long seed) {
        this(deployment, prefix, seed, 16);
    }

    /** @param size number of clients of each kind, and of users of chat in each room */
    public Workload(FaultyDeployment deployment, String prefix, long seed, int size) {
        this.deployment = deployment;
        this.prefix = prefix;
        network = new ClientNetwork(deployment.vertx(), ledger, lateness, deployment.ports());
        Random random = new Random(seed);
        rooms().forEach(room -> firstCursors.put(room, post(0, room, "opener-0")));
        for (int i = 0; i < ROOMS * size; i++) {
            String room = room(i);
            RoomSubscription.Transport transport = RoomSubscription.Transport.values()[i / ROOMS % 3];
            chatUsers.add(new ChatUser(
                    network, "guest" + i, room, firstCursors.get(room), transport, i % 16 > 11, random.nextLong()));
        }
        for (int i = 0; i < size; i++) {
            counterWriters.add(
                    new CounterWriter(network, "counting" + i, prefix + ".c" + i % COUNTERS, random.nextLong()));
            counterReaders.add(new CounterReader(network, "viewer" + i, prefix + ".*", random.nextLong()));
            presenceUsers.add(new PresenceUser(network, "visitor" + i, room(i), random.nextLong()));
        }
    }

    private List<String> rooms() {
        return IntStream.range(0, ROOMS).mapToObj(this::room).toList();
    }

    private String room(int i) {
        return prefix + "-" + i % ROOMS;
    }

    private Stream<Client> all() {
        return Stream.of(chatUsers, counterWriters, counterReaders, presenceUsers)
                .flatMap(List::stream);
    }

    public Ledger ledger() {
        return ledger;
    }

    public Lateness lateness() {
        return lateness;
    }

    /** Connects all clients. */
    public void start() {
        network.run(() -> all().forEach(Client::start));
    }

    /** Moves the clock of every third client by 30 s, forward or back. */
    public void moveClocks(Fault fault) {
        long by = fault.strength() % 2 == 0 ? 30_000 : -30_000;
        List<Client> clients = all().toList();
        network.run(() -> {
            for (int i = fault.strength() % 3; i < clients.size(); i += 3) {
                clients.get(i).moveClock(by);
            }
        });
    }

    /** Stops new operations, and waits until all operations are acknowledged and all users received all messages. */
    public void settle() {
        network.run(() -> all().forEach(Client::quiesce));
        await("all operations are acknowledged").atMost(TIMEOUT).until(() -> all().allMatch(Client::isDone));
        rooms().forEach(room -> post(1, room, "closer-0"));
        await("all users receive the last message").atMost(TIMEOUT).untilAsserted(() -> {
            List<String> missing = chatUsers.stream()
                    .filter(user -> !ledger.hasSeen(user.room(), user.name(), "closer-0"))
                    .map(ChatUser::name)
                    .toList();
            if (!missing.isEmpty()) {
                throw new AssertionError("not received by " + missing);
            }
        });
    }

    private String post(int replica, String room, String id) {
        ledger.sent(room, id);
        Service chat = deployment.of(ServiceName.CHAT).get(replica).service();
        String path = "/rooms/" + room + "/messages?name=" + id.substring(0, 6);
        String body = new JsonObject().put("text", id).encode();
        // Repeated as a client does: on a busy machine the first answer may be 503.
        HttpResponse<String> answer = await(id)
                .atMost(TIMEOUT)
                .until(
                        () -> chat.send("POST", path, body, "Idempotency-Key", id),
                        response -> response.statusCode() == 201);
        String cursor = new JsonObject(answer.body()).getString("cursor");
        if (id.startsWith("closer")) {
            ledger.acknowledged(room, id, cursor);
        }
        return cursor;
    }

    /** Waits until every replica and every subscriber has the acknowledged value of every counter. */
    public void checkCounters() {
        awaitNoErrors("counters", () -> {
            List<String> errors = new ArrayList<>();
            counterReaders.forEach(reader -> errors.addAll(ledger.compare(reader.name(), reader.shown())));
            deployment
                    .of(ServiceName.DASHBOARD)
                    .forEach(replica -> errors.addAll(ledger.compare("a replica", counters(replica, prefix + ".*"))));
            return errors;
        });
    }

    /** Waits until every replica has the exact number of messages of each room. */
    public void checkMessageCounters() {
        awaitNoErrors("messages", () -> {
            List<String> errors = new ArrayList<>();
            Map<String, Long> expected = new TreeMap<>();
            rooms().forEach(room -> expected.put("chat.messages." + room, (long) ledger.sent(room)));
            deployment
                    .of(ServiceName.DASHBOARD)
                    .forEach(replica ->
                            compare(errors, "replica", expected, counters(replica, "chat.messages." + prefix + "-*")));
            return errors;
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

    /** Waits until every replica and every client has exactly the users that are online in each room. */
    public void checkPresence(Set<String> left) {
        awaitNoErrors("presence", () -> {
            List<String> errors = new ArrayList<>();
            for (String room : rooms()) {
                Set<String> expectedOnline = expectedOnline(room, left);
                for (ReplicaSlot replica : deployment.of(ServiceName.PRESENCE)) {
                    Set<String> online = PresenceUser.onlineUsers(replica.service()
                            .get("/rooms/" + room + "/presence")
                            .body());
                    compare(errors, room + ", replica", expectedOnline, online);
                }
                presenceUsers.stream()
                        .filter(user -> user.room().equals(room) && !left.contains(user.name()))
                        .forEach(user -> compare(errors, room + ", " + user.name(), expectedOnline, user.online()));
            }
            return errors;
        });
    }

    private Set<String> expectedOnline(String room, Set<String> left) {
        Set<String> expectedOnline = new TreeSet<>();
        chatUsers.stream()
                .filter(user -> user.room().equals(room) && user.isMember())
                .forEach(user -> expectedOnline.add(user.name()));
        presenceUsers.stream()
                .filter(user -> user.room().equals(room))
                .forEach(user -> expectedOnline.add(user.name()));
        expectedOnline.removeAll(left);
        return expectedOnline;
    }

    private static void compare(List<String> errors, String who, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            errors.add(who + " has " + actual + ", expected " + expected);
        }
    }

    private interface Check {
        List<String> errors();
    }

    private static void awaitNoErrors(String what, Check check) {
        await(what).atMost(TIMEOUT).pollInterval(Duration.ofMillis(300)).untilAsserted(() -> {
            List<String> errors = check.errors();
            if (!errors.isEmpty()) {
                throw new AssertionError(String.join("\n", errors));
            }
        });
    }

    /** Disconnects every second user. @return their names */
    public Set<String> disconnectHalf() {
        Set<String> left = new TreeSet<>();
        network.run(() -> {
            for (int i = 0; i < chatUsers.size(); i += 2) {
                chatUsers.get(i).leave();
            }
            for (int i = 0; i < presenceUsers.size(); i += 2) {
                presenceUsers.get(i).leave();
            }
        });
        for (int i = 0; i < chatUsers.size(); i += 2) {
            left.add(chatUsers.get(i).name());
        }
        for (int i = 0; i < presenceUsers.size(); i += 2) {
            left.add(presenceUsers.get(i).name());
        }
        return left;
    }

    /** Reads the history of each room at each replica of chat, and checks it as what a client received. */
    public void checkHistory() {
        for (int i = 0; i < deployment.of(ServiceName.CHAT).size(); i++) {
            for (String room : rooms()) {
                readHistory(deployment.of(ServiceName.CHAT).get(i).service(), "history of replica " + i, room);
            }
        }
    }

    private void readHistory(Service chat, String reader, String room) {
        String cursor = firstCursors.get(room);
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

    /** Disconnects all clients. */
    public void stop() {
        network.run(() -> all().forEach(Client::leave));
    }
}
