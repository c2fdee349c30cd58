package io.liveline.presence.store;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import io.liveline.bus.Cursor;
import io.liveline.bus.EventBus;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.presence.PresenceConfig;
import io.liveline.presence.roster.Presence;
import io.liveline.presence.roster.RosterSnapshot;
import io.liveline.testing.TestConfig;
import io.smallrye.mutiny.Uni;

/** Roster store with a room of its own for each test, and short names for what a test asks of it. */
abstract class RosterStoreFixture {

    static final Person ANN = new Person("ann", "Ann");
    static final Person BOB = new Person("bob", "Bob");
    private static final AtomicLong ROOMS = new AtomicLong();
    static final AtomicLong OFFSETS = new AtomicLong();

    final PresenceConfig config =
            TestConfig.of(PresenceConfig.class, Map.of("max-people", "6", "typing.max-people", "4", "max-tabs", "3"));

    final RoomName room = new RoomName("r" + ROOMS.incrementAndGet());

    abstract EventBus bus();

    abstract RosterStore store();

    /** Advances the time of the store. */
    abstract void pass(Duration time);

    /** Returns the time by the store's clock. */
    abstract long now();

    abstract RosterStore store(PresenceConfig config);

    /** Returns the time by the store's clock, including the advanced time. */
    abstract long clockMillis();

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
