package io.liveline.chat.members;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.liveline.chat.protocol.ServerFrames;
import io.liveline.edge.auth.Person;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;

/** JSON of the listed members, which is changed in place, whoever enters, leaves and is renamed. */
class MemberListTest {

    private static final int LISTED = 5;

    @Property(tries = 300)
    void theJsonIsThatOfTheListedPeople(@ForAll long seed) {
        Random random = new Random(seed);
        MemberList list = new MemberList(LISTED);
        List<Person> here = new ArrayList<>();
        for (int step = 0; step < 60; step++) {
            Person person = person(random, step);
            switch (random.nextInt(6)) {
                case 0, 1, 2 -> {
                    here.add(person);
                    list.enter(person);
                }
                case 3 -> {
                    if (!here.isEmpty()) {
                        list.leave(here.remove(random.nextInt(here.size())));
                    }
                }
                case 4 -> list.update("elsewhere", List.of(person), Long.MAX_VALUE);
                default -> list.difference();
            }
            assertThat(list.json()).isEqualTo(ServerFrames.people(list.listed()).encode());
        }
    }

    /** Returns one of a few people, often under a new name. */
    private static Person person(Random random, int step) {
        String user = "user" + random.nextInt(2 * LISTED);
        return random.nextBoolean() ? new Person(user, "name" + step, step) : new Person(user, user);
    }
}
