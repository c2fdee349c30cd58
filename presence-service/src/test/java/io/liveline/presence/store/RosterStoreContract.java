package io.liveline.presence.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.roster.Roster;
import io.liveline.presence.roster.RosterSnapshot;
import io.liveline.testing.TestConfig;
import io.smallrye.mutiny.Uni;
import org.junit.jupiter.api.Test;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Contract of every roster store. */
abstract class RosterStoreContract {

    static final Person ANN = new Person("ann", "Ann");
    static final Person BOB = new Person("bob", "Bob");
    private static final AtomicLong ROOMS = new AtomicLong();
    private static final AtomicLong OFFSETS = new AtomicLong();

    final PresenceConfig config =
            TestConfig.of(PresenceConfig.class, Map.of("max-people", "6", "typing.max-people", "4", "max-tabs", "3"));
    final RoomName room = new RoomName("r" + ROOMS.incrementAndGet());

    abstract EventBus bus();

    abstract RosterStore store();

    /** Advances the time of the store. */
    abstract void pass(Duration time);

    /** Returns the time by the store's clock. */
    abstract long now();

    @Test
    void aHeartbeatAddsAPersonAndRepeatingItPublishesNothing() throws Exception {
        Recorder recorder = Recorder.on(bus(), room.presence());
        CommandResult first = here(ANN, "", Presence.State.ACTIVE);
        assertEquals(CommandResult.Verdict.CHANGED, first.verdict());
        assertEquals(List.of(1, 0), List.of(first.online(), first.typing()));
        assertEquals(
                CommandResult.Verdict.SAME, here(ANN, "", Presence.State.ACTIVE).verdict());
        here(BOB, "", Presence.State.AWAY);
        await().until(() -> recorder.events.size() >= 2);
        assertEquals(List.of("ann active", "bob away"), online());
        assertEquals(2, recorder.events.size());
        assertEquals(first.at(), recorder.events.get(0).cursor());
    }

    @Test
    void aPersonExpiresOneLifetimeAfterTheLastHeartbeat() {
        here(ANN, "", Presence.State.ACTIVE);
        pass(config.life().minusSeconds(2));
        here(ANN, "", Presence.State.ACTIVE);
        pass(config.life().minusSeconds(2));
        sweep();
        assertEquals(List.of("ann active"), online());
        pass(Duration.ofSeconds(2));
        sweep();
        assertEquals(List.of(), online());
    }

    @Test
    void aPersonStaysWhileOneOfTheirTabsIsOpen() {
        here(ANN, "1", Presence.State.ACTIVE);
        here(ANN, "2", Presence.State.ACTIVE);
        here(ANN, "3", Presence.State.ACTIVE);
        leave("ann", "2");
        leave("ann", "2");
        leave("ann", "unknown");
        assertEquals(List.of("ann active"), online());
        leave("ann", "1");
        leave("ann", "3");
        assertEquals(List.of(), online());
    }

    @Test
    void aPersonIsAwayWhenNoTabIsActive() throws Exception {
        here(ANN, "1", Presence.State.ACTIVE);
        here(ANN, "2", Presence.State.AWAY);
        assertEquals(List.of("ann active"), online());
        assertEquals(
                CommandResult.Verdict.CHANGED,
                here(ANN, "1", Presence.State.AWAY).verdict());
        assertEquals(List.of("ann away"), online());
        leave("ann", "1");
        assertEquals(List.of("ann away"), online());
        here(ANN, "2", Presence.State.ACTIVE);
        assertEquals(List.of("ann active"), online());
    }

    @Test
    void aPersonHasTheNewestNameWhicheverIsSentLast() throws Exception {
        Recorder recorder = Recorder.on(bus(), room.presence());
        Person old = new Person("ann", "Ann", 100);
        Person renamed = new Person("ann", "Anna", 200);
        here(old, "1", Presence.State.ACTIVE);
        typing(old);
        assertEquals(
                CommandResult.Verdict.CHANGED,
                here(renamed, "2", Presence.State.ACTIVE).verdict());
        assertNames("Anna");
        assertEquals(
                CommandResult.Verdict.SAME,
                here(old, "1", Presence.State.ACTIVE).verdict());
        assertEquals(CommandResult.Verdict.SAME, typing(old).verdict());
        assertEquals(CommandResult.Verdict.SAME, connected("chat", old).verdict());
        assertNames("Anna");
        connected("chat", new Person("ann", "Annabel", 300));
        assertNames("Annabel");
        here(BOB, "", Presence.State.ACTIVE);
        await().until(() -> recorder.events.size() == 5);

        // A person who left and returns with an older token has the name of that token.
        leave("ann", "1");
        leave("ann", "2");
        connected("chat");
        here(old, "1", Presence.State.ACTIVE);
        assertEquals("Ann", sorted(read().online()).get(0).person().name());
    }

    private void assertNames(String name) {
        assertEquals(
                List.of(name),
                read().online().stream()
                        .map(presence -> presence.person().name())
                        .toList());
        assertEquals(List.of(name), read().typing().stream().map(Person::name).toList());
    }

    @Test
    void typingExpiresUnlessItIsRepeated() {
        here(ANN, "", Presence.State.ACTIVE);
        assertEquals(CommandResult.Verdict.CHANGED, typing(ANN).verdict());
        pass(Duration.ofSeconds(4));
        assertEquals(CommandResult.Verdict.SAME, typing(ANN).verdict());
        pass(Duration.ofSeconds(4));
        sweep();
        assertEquals(List.of("ann"), typists());
        pass(Duration.ofSeconds(2));
        sweep();
        assertEquals(List.of(), typists());
        assertEquals(List.of("ann active"), online());
    }

    @Test
    void aMessageEndsEarlierTypingButNotLaterTyping() {
        typing(ANN);
        apply(new PresenceCommand.Idle("ann", now() - 1000));
        assertEquals(List.of("ann"), typists());
        apply(new PresenceCommand.Idle("ann", now() + 1000));
        assertEquals(List.of(), typists());
    }

    @Test
    void leavingEndsTyping() {
        here(ANN, "", Presence.State.ACTIVE);
        typing(ANN);
        leave("ann", "");
        assertEquals(List.of(), typists());
    }

    @Test
    void aNewNameIsPublished() {
        here(ANN, "", Presence.State.ACTIVE);
        Person renamed = new Person("ann", "Ann | the|2|nd \"é😀");
        assertEquals(
                CommandResult.Verdict.CHANGED,
                here(renamed, "", Presence.State.ACTIVE).verdict());
        assertEquals(renamed, read().online().get(0).person());
    }

    @Test
    void aFullRoomRejectsNewPeopleButNobodyWhoIsInIt() {
        for (int i = 0; i < 6; i++) {
            here(new Person("p" + i, "p"), "", Presence.State.ACTIVE);
        }
        assertEquals(
                CommandResult.Verdict.FULL, here(ANN, "", Presence.State.ACTIVE).verdict());
        assertEquals(
                CommandResult.Verdict.SAME,
                here(new Person("p3", "p"), "", Presence.State.ACTIVE).verdict());
        assertEquals(6, read().online().size());
    }

    @Test
    void theTabsOfAPersonAreLimited() {
        for (int i = 0; i < 3; i++) {
            here(ANN, "t" + i, Presence.State.ACTIVE);
        }
        assertEquals(
                CommandResult.Verdict.FULL,
                here(ANN, "t3", Presence.State.ACTIVE).verdict());
        assertEquals(
                CommandResult.Verdict.SAME, here(ANN, "t2", Presence.State.AWAY).verdict());
    }

    @Test
    void typingIsNotShownInALargeRoom() {
        for (int i = 0; i < 4; i++) {
            here(new Person("p" + i, "p"), "", Presence.State.ACTIVE);
        }
        assertEquals(CommandResult.Verdict.CHANGED, typing(ANN).verdict());
        here(BOB, "", Presence.State.ACTIVE);
        assertEquals(CommandResult.Verdict.NO_TYPING, typing(BOB).verdict());
        assertEquals(List.of("ann"), typists());
    }

    @Test
    void typingIsShownInRoomsOfUpToTwoHundredPeopleByDefault() {
        RosterStore standard = store(TestConfig.of(PresenceConfig.class));
        List<Person> people = new ArrayList<>();
        IntStream.range(0, 200).forEach(i -> people.add(new Person("p" + i, "p")));
        get(standard.apply(room, new PresenceCommand.Connected("c1", 15_000, new Cursor("e", 1), people)));
        assertEquals(
                CommandResult.Verdict.CHANGED,
                get(standard.apply(room, new PresenceCommand.Typing(people.get(0))))
                        .verdict());
        get(standard.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE)));
        assertEquals(
                CommandResult.Verdict.NO_TYPING,
                get(standard.apply(room, new PresenceCommand.Typing(people.get(1))))
                        .verdict());
    }

    @Test
    void aChatConnectionKeepsAPersonAndADroppedOneHasAGracePeriod() {
        connected("c1", ANN, BOB);
        assertEquals(List.of("ann active", "bob active"), online());
        connected("c1", BOB);
        assertEquals(List.of("ann active", "bob active"), online());
        pass(config.grace());
        connected("c1", BOB);
        sweep();
        assertEquals(List.of("bob active"), online());
    }

    @Test
    void aChatReconnectWithinTheGracePeriodPublishesNothing() throws Exception {
        connected("c1", ANN);
        Recorder recorder = Recorder.on(bus(), room.presence());
        connected("c1");
        connected("c2", ANN);
        pass(config.grace());
        connected("c2", ANN);
        sweep();
        assertEquals(List.of("ann active"), online());
        here(BOB, "", Presence.State.ACTIVE);
        await().until(() -> !recorder.events.isEmpty());
        assertTrue(recorder.events.get(0).data().contains("bob"), recorder.events.toString());
    }

    @Test
    void thePeopleOfASilentChatReplicaExpireWithItsLease() {
        connected("c1", ANN, BOB);
        connected("c2", BOB);
        pass(Duration.ofMillis(14_000));
        connected("c2", BOB);
        sweep();
        assertEquals(List.of("ann active", "bob active"), online());
        pass(Duration.ofMillis(1_000));
        sweep();
        assertEquals(List.of("bob active"), online());
    }

    @Test
    void aPersonWhoLeftHasNoGracePeriod() {
        connected("c1", ANN);
        here(ANN, "", Presence.State.ACTIVE);
        leave("ann", "");
        assertEquals(List.of("ann active"), online());
        connected("c1");
        assertEquals(List.of(), online());
        connected("c1", ANN);
        connected("c1");
        assertEquals(List.of("ann active"), online());
        leave("ann", "");
        assertEquals(List.of(), online());
    }

    @Test
    void anOlderListOfAChatReplicaChangesNothing() {
        Cursor old = new Cursor("e", 100_000 + OFFSETS.incrementAndGet());
        connected("c1", ANN);
        Cursor newer = new Cursor("e", old.offset() + 200_000);
        apply(new PresenceCommand.Connected("c1", 15_000, newer, List.of(BOB)));
        apply(new PresenceCommand.Connected("c1", 15_000, old, List.of(ANN)));
        apply(new PresenceCommand.Connected("c1", 15_000, newer, List.of()));
        pass(config.grace());
        sweep();
        assertEquals(List.of("bob active"), online());
    }

    @Test
    void replayingEveryChangeLeadsToTheRosterThatIsRead() {
        here(ANN, "", Presence.State.ACTIVE);
        typing(BOB);
        connected("c1", BOB);
        here(ANN, "", Presence.State.AWAY);
        pass(config.typing().life());
        sweep();
        connected("c1");
        pass(config.grace());
        sweep();
        Roster replayed = new Roster(room);
        List<Event> events = get(bus().read(room.presence(), null, 100)).events();
        Cursor first = events.get(0).cursor();
        replayed.reset(new RosterSnapshot(first.at(first.offset() - 1), List.of(), List.of()));
        events.forEach(event -> assertEquals(Roster.Applied.YES, replayed.apply(event)));
        assertEquals(sorted(read().online()), replayed.online());
        assertEquals(read().typing(), replayed.typing());
        Roster snapshot = new Roster(room);
        snapshot.reset(read());
        assertEquals(snapshot.view(false).tag(), replayed.view(false).tag());
        assertEquals(snapshot.at(), replayed.at());
    }

    @Test
    void aSweepOfFiveHundredPeoplePublishesAllOfThem() {
        PresenceConfig large = TestConfig.of(PresenceConfig.class);
        RosterStore store = store(large);
        List<Person> people = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            people.add(new Person("person-" + i + "-\"é", "n".repeat(64)));
        }
        get(store.apply(room, new PresenceCommand.Connected("c1", 15_000, new Cursor("e", 1), people)));
        assertEquals(500, get(store.read(room)).online().size());
        get(store.sweep());
        pass(Duration.ofMillis(15_000));
        get(store.sweep());
        assertEquals(0, get(store.read(room)).online().size());
        Roster replayed = new Roster(room);
        List<Event> events = get(bus().read(room.presence(), null, 100)).events();
        Cursor first = events.get(0).cursor();
        replayed.reset(new RosterSnapshot(first.at(first.offset() - 1), List.of(), List.of()));
        events.forEach(event -> assertTrue(event.data().length() < 65_536 / 2));
        events.forEach(replayed::apply);
        assertEquals(List.of(), replayed.online());
    }

    @Test
    void randomClientsMatchTheModel() {
        Map<String, String> changes = new HashMap<>(RosterModel.CONFIG);
        changes.put("sweep.rooms", "1000");
        RosterStore store = store(TestConfig.of(PresenceConfig.class, changes));
        List<RoomName> rooms = IntStream.range(0, 10)
                .mapToObj(i -> new RoomName(room.text() + "-" + i))
                .toList();
        long seed = System.nanoTime();
        RosterModel model = new RosterModel(seed, rooms, 100);
        long start = clockMillis();
        for (int round = 0; round < 16; round++) {
            List<Uni<CommandResult>> commands = model.commands(300).stream()
                    .map(step -> store.apply(step.room(), step.command()))
                    .toList();
            get(Uni.join().all(commands).andFailFast());
            get(store.sweep());
            passTo(start + round * RosterModel.ROUND_MILLIS + RosterModel.COMPARE_MILLIS);
            model.expire();
            get(store.sweep());
            for (RoomName one : rooms) {
                RosterSnapshot snapshot = get(store.read(one));
                String where = "seed " + seed + ", round " + round + ", " + one;
                assertEquals(
                        model.online(one),
                        snapshot.online().stream()
                                .map(p -> p.user() + " " + p.state().text())
                                .collect(Collectors.toCollection(TreeSet::new)),
                        where);
                assertEquals(
                        model.typing(one),
                        snapshot.typing().stream().map(Person::user).collect(Collectors.toCollection(TreeSet::new)),
                        where);
            }
            model.nextRound();
            passTo(start + (round + 1) * RosterModel.ROUND_MILLIS);
        }
    }

    abstract RosterStore store(PresenceConfig config);

    /** Returns the time by the store's clock, including the advanced time. */
    abstract long clockMillis();

    private void passTo(long millis) {
        pass(Duration.ofMillis(millis - clockMillis()));
    }

    CommandResult here(Person person, String tab, Presence.State state) {
        return apply(new PresenceCommand.Here(person, tab, state));
    }

    CommandResult leave(String user, String tab) {
        return apply(new PresenceCommand.Leave(user, tab));
    }

    CommandResult typing(Person person) {
        return apply(new PresenceCommand.Typing(person));
    }

    CommandResult connected(String replica, Person... people) {
        Cursor at = new Cursor("e", 100_000 + OFFSETS.incrementAndGet());
        return apply(new PresenceCommand.Connected(replica, 15_000, at, List.of(people)));
    }

    CommandResult apply(PresenceCommand command) {
        return get(store().apply(room, command));
    }

    void sweep() {
        get(store().sweep());
    }

    RosterSnapshot read() {
        return get(store().read(room));
    }

    List<String> online() {
        return sorted(read().online()).stream()
                .map(presence -> presence.user() + " " + presence.state().text())
                .toList();
    }

    List<String> typists() {
        return read().typing().stream().map(Person::user).sorted().toList();
    }

    static List<Presence> sorted(List<Presence> online) {
        return online.stream().sorted(Comparator.comparing(Presence::user)).toList();
    }

    static <T> T get(Uni<T> uni) {
        return uni.await().atMost(Duration.ofSeconds(20));
    }
}
