package io.liveline.presence.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.roster.Roster;
import io.liveline.presence.roster.RosterSnapshot;
import io.liveline.testing.TestConfig;
import io.smallrye.mutiny.Uni;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Contract of every roster store. */
abstract class RosterStoreContract extends RosterStoreFixture {

    @Test
    void aHeartbeatAddsAPersonAndRepeatingItPublishesNothing() throws Exception {
        Recorder recorder = Recorder.on(bus(), room.presence());
        CommandResult first = here(ANN, "", Presence.State.ACTIVE);
        assertThat(first.verdict()).isEqualTo(CommandResult.Verdict.CHANGED);
        assertThat(List.of(first.online(), first.typing())).isEqualTo(List.of(1, 0));
        assertThat(here(ANN, "", Presence.State.ACTIVE).verdict()).isEqualTo(CommandResult.Verdict.SAME);
        here(BOB, "", Presence.State.AWAY);
        await().until(() -> recorder.events.size() >= 2);
        assertThat(online()).isEqualTo(List.of("ann active", "bob away"));
        assertThat(recorder.events).hasSize(2);
        assertThat(recorder.events.get(0).cursor()).isEqualTo(first.at());
    }

    @Test
    void aPersonExpiresOneLifetimeAfterTheLastHeartbeat() {
        here(ANN, "", Presence.State.ACTIVE);
        pass(config.life().minusSeconds(2));
        here(ANN, "", Presence.State.ACTIVE);
        pass(config.life().minusSeconds(2));
        sweep();
        assertThat(online()).isEqualTo(List.of("ann active"));
        pass(Duration.ofSeconds(2));
        sweep();
        assertThat(online()).isEmpty();
    }

    @Test
    void aPersonStaysWhileOneOfTheirTabsIsOpen() {
        here(ANN, "1", Presence.State.ACTIVE);
        here(ANN, "2", Presence.State.ACTIVE);
        here(ANN, "3", Presence.State.ACTIVE);
        leave("ann", "2");
        leave("ann", "2");
        leave("ann", "unknown");
        assertThat(online()).isEqualTo(List.of("ann active"));
        leave("ann", "1");
        leave("ann", "3");
        assertThat(online()).isEmpty();
    }

    @Test
    void peopleAndTabsThatReadAlikeTogetherAreDifferent() {
        Person other = new Person("1:ann", "Ann");
        Person third = new Person(":1:ann", "Ann");
        here(ANN, "1", Presence.State.ACTIVE);
        here(other, "", Presence.State.ACTIVE);
        here(third, "", Presence.State.AWAY);
        assertThat(online()).isEqualTo(List.of("1:ann active", ":1:ann away", "ann active"));
        assertThat(leave("1:ann", "1").verdict()).isEqualTo(CommandResult.Verdict.SAME);
        assertThat(leave("ann", "").verdict()).isEqualTo(CommandResult.Verdict.SAME);
        leave("1:ann", "");
        assertThat(online()).isEqualTo(List.of(":1:ann away", "ann active"));
        leave("ann", "1");
        assertThat(online()).isEqualTo(List.of(":1:ann away"));
        pass(config.life());
        sweep();
        assertThat(online()).isEmpty();
    }

    @Test
    void aPersonIsAwayWhenNoTabIsActive() throws Exception {
        here(ANN, "1", Presence.State.ACTIVE);
        here(ANN, "2", Presence.State.AWAY);
        assertThat(online()).isEqualTo(List.of("ann active"));
        assertThat(here(ANN, "1", Presence.State.AWAY).verdict()).isEqualTo(CommandResult.Verdict.CHANGED);
        assertThat(online()).isEqualTo(List.of("ann away"));
        leave("ann", "1");
        assertThat(online()).isEqualTo(List.of("ann away"));
        here(ANN, "2", Presence.State.ACTIVE);
        assertThat(online()).isEqualTo(List.of("ann active"));
    }

    @Test
    void aPersonHasTheNewestNameWhicheverIsSentLast() throws Exception {
        Recorder recorder = Recorder.on(bus(), room.presence());
        Person old = new Person("ann", "Ann", 100);
        Person renamed = new Person("ann", "Anna", 200);
        here(old, "1", Presence.State.ACTIVE);
        typing(old);
        assertThat(here(renamed, "2", Presence.State.ACTIVE).verdict()).isEqualTo(CommandResult.Verdict.CHANGED);
        assertNames("Anna");
        assertThat(here(old, "1", Presence.State.ACTIVE).verdict()).isEqualTo(CommandResult.Verdict.SAME);
        assertThat(typing(old).verdict()).isEqualTo(CommandResult.Verdict.SAME);
        assertThat(connected("chat", old).verdict()).isEqualTo(CommandResult.Verdict.SAME);
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
        assertThat(sorted(read().online()).get(0).person().name()).isEqualTo("Ann");
    }

    private void assertNames(String name) {
        assertThat(read().online().stream()
                        .map(presence -> presence.person().name())
                        .toList())
                .isEqualTo(List.of(name));
        assertThat(read().typing().stream().map(Person::name).toList()).isEqualTo(List.of(name));
    }

    @Test
    void typingExpiresUnlessItIsRepeated() {
        here(ANN, "", Presence.State.ACTIVE);
        assertThat(typing(ANN).verdict()).isEqualTo(CommandResult.Verdict.CHANGED);
        pass(Duration.ofSeconds(4));
        assertThat(typing(ANN).verdict()).isEqualTo(CommandResult.Verdict.SAME);
        pass(Duration.ofSeconds(4));
        sweep();
        assertThat(typists()).isEqualTo(List.of("ann"));
        pass(Duration.ofSeconds(2));
        sweep();
        assertThat(typists()).isEmpty();
        assertThat(online()).isEqualTo(List.of("ann active"));
    }

    @Test
    void aMessageEndsEarlierTypingButNotLaterTyping() {
        typing(ANN);
        apply(new PresenceCommand.Idle("ann", now() - 1000));
        assertThat(typists()).isEqualTo(List.of("ann"));
        apply(new PresenceCommand.Idle("ann", now() + 1000));
        assertThat(typists()).isEmpty();
    }

    @Test
    void leavingEndsTyping() {
        here(ANN, "", Presence.State.ACTIVE);
        typing(ANN);
        leave("ann", "");
        assertThat(typists()).isEmpty();
    }

    @Test
    void aNewNameIsPublished() {
        here(ANN, "", Presence.State.ACTIVE);
        Person renamed = new Person("ann", "Ann | the|2|nd \"é😀");
        assertThat(here(renamed, "", Presence.State.ACTIVE).verdict()).isEqualTo(CommandResult.Verdict.CHANGED);
        assertThat(read().online().get(0).person()).isEqualTo(renamed);
    }

    @Test
    void aFullRoomRejectsNewPeopleButNobodyWhoIsInIt() {
        for (int i = 0; i < 6; i++) {
            here(new Person("p" + i, "p"), "", Presence.State.ACTIVE);
        }
        assertThat(here(ANN, "", Presence.State.ACTIVE).verdict()).isEqualTo(CommandResult.Verdict.FULL);
        assertThat(here(new Person("p3", "p"), "", Presence.State.ACTIVE).verdict())
                .isEqualTo(CommandResult.Verdict.SAME);
        assertThat(read().online()).hasSize(6);
    }

    @Test
    void theTabsOfAPersonAreLimited() {
        for (int i = 0; i < 3; i++) {
            here(ANN, "t" + i, Presence.State.ACTIVE);
        }
        assertThat(here(ANN, "t3", Presence.State.ACTIVE).verdict()).isEqualTo(CommandResult.Verdict.FULL);
        assertThat(here(ANN, "t2", Presence.State.AWAY).verdict()).isEqualTo(CommandResult.Verdict.SAME);
    }

    @Test
    void typingIsNotShownInALargeRoom() {
        for (int i = 0; i < 4; i++) {
            here(new Person("p" + i, "p"), "", Presence.State.ACTIVE);
        }
        assertThat(typing(ANN).verdict()).isEqualTo(CommandResult.Verdict.CHANGED);
        here(BOB, "", Presence.State.ACTIVE);
        assertThat(typing(BOB).verdict()).isEqualTo(CommandResult.Verdict.NO_TYPING);
        assertThat(typists()).isEqualTo(List.of("ann"));
    }

    @Test
    void typingIsShownInRoomsOfUpToTwoHundredPeopleByDefault() {
        RosterStore standard = store(TestConfig.of(PresenceConfig.class));
        List<Person> people = new ArrayList<>();
        IntStream.range(0, 200).forEach(i -> people.add(new Person("p" + i, "p")));
        get(standard.apply(room, new PresenceCommand.Connected("c1", 15_000, new Cursor("e", 1), people)));
        assertThat(get(standard.apply(room, new PresenceCommand.Typing(people.get(0))))
                        .verdict())
                .isEqualTo(CommandResult.Verdict.CHANGED);
        get(standard.apply(room, new PresenceCommand.Here(ANN, "", Presence.State.ACTIVE)));
        assertThat(get(standard.apply(room, new PresenceCommand.Typing(people.get(1))))
                        .verdict())
                .isEqualTo(CommandResult.Verdict.NO_TYPING);
    }

    @Test
    void aChatConnectionKeepsAPersonAndADroppedOneHasAGracePeriod() {
        connected("c1", ANN, BOB);
        assertThat(online()).isEqualTo(List.of("ann active", "bob active"));
        connected("c1", BOB);
        assertThat(online()).isEqualTo(List.of("ann active", "bob active"));
        pass(config.grace());
        connected("c1", BOB);
        sweep();
        assertThat(online()).isEqualTo(List.of("bob active"));
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
        assertThat(online()).isEqualTo(List.of("ann active"));
        here(BOB, "", Presence.State.ACTIVE);
        await().until(() -> !recorder.events.isEmpty());
        assertThat(recorder.events.get(0).data()).as(recorder.events.toString()).contains("bob");
    }

    @Test
    void thePeopleOfASilentChatReplicaExpireWithItsLease() {
        connected("c1", ANN, BOB);
        connected("c2", BOB);
        pass(Duration.ofMillis(14_000));
        connected("c2", BOB);
        sweep();
        assertThat(online()).isEqualTo(List.of("ann active", "bob active"));
        pass(Duration.ofMillis(1_000));
        sweep();
        assertThat(online()).isEqualTo(List.of("bob active"));
    }

    @Test
    void aPersonWhoLeftHasNoGracePeriod() {
        connected("c1", ANN);
        here(ANN, "", Presence.State.ACTIVE);
        leave("ann", "");
        assertThat(online()).isEqualTo(List.of("ann active"));
        connected("c1");
        assertThat(online()).isEmpty();
        connected("c1", ANN);
        connected("c1");
        assertThat(online()).isEqualTo(List.of("ann active"));
        leave("ann", "");
        assertThat(online()).isEmpty();
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
        assertThat(online()).isEqualTo(List.of("bob active"));
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
        events.forEach(event -> {
            assertThat(event.cursor()).isEqualTo(replayed.at().at(replayed.at().offset() + 1));
            replayed.apply(event);
        });
        assertThat(replayed.online()).isEqualTo(sorted(read().online()));
        assertThat(replayed.typing()).isEqualTo(read().typing());
        Roster snapshot = new Roster(room);
        snapshot.reset(read());
        assertThat(replayed.view(false).tag()).isEqualTo(snapshot.view(false).tag());
        assertThat(replayed.at()).isEqualTo(snapshot.at());
    }

    @Test
    void aSweepOfFiveHundredPeoplePublishesAllOfThem() {
        PresenceConfig large = TestConfig.of(PresenceConfig.class);
        RosterStore store = store(large);
        List<Person> people = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            people.add(new Person("person-" + i + "-\"é", "n".repeat(128)));
        }
        get(store.apply(room, new PresenceCommand.Connected("c1", 15_000, new Cursor("e", 1), people)));
        assertThat(get(store.read(room)).online()).hasSize(500);
        get(store.sweep());
        pass(Duration.ofMillis(15_000));
        get(store.sweep());
        assertThat(get(store.read(room)).online()).isEmpty();
        Roster replayed = new Roster(room);
        List<Event> events = get(bus().read(room.presence(), null, 100)).events();
        Cursor first = events.get(0).cursor();
        replayed.reset(new RosterSnapshot(first.at(first.offset() - 1), List.of(), List.of()));
        events.forEach(event -> assertThat(event.data().length()).isLessThan(65_536 / 2));
        events.forEach(replayed::apply);
        assertThat(replayed.online()).isEmpty();
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
                assertThat(snapshot.online().stream()
                                .map(p -> p.user() + " " + p.state().text()))
                        .as(where)
                        .containsExactlyInAnyOrderElementsOf(model.online(one));
                assertThat(snapshot.typing().stream().map(Person::user))
                        .as(where)
                        .containsExactlyInAnyOrderElementsOf(model.typing(one));
            }
            model.nextRound();
            passTo(start + (round + 1) * RosterModel.ROUND_MILLIS);
        }
    }

    private void passTo(long millis) {
        pass(Duration.ofMillis(millis - clockMillis()));
    }
}
