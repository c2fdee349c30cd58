package io.liveline.presence.roster;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.edge.RoomName;
import io.liveline.edge.auth.Person;
import io.liveline.presence.watch.TypingTerminator;
import io.netty.buffer.ByteBuf;
import io.vertx.core.json.JsonObject;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class RosterViewTest {

    private static final RoomName ROOM = new RoomName("lobby");

    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "ann, ann is typing",
        "'ann,bob', ann and bob are typing",
        "'ann,bob,cy', 'ann, bob and cy are typing'",
        "'ann,bob,cy,dan', 4 people are typing",
        "'ann,bob,cy,dan,eve', 5 people are typing",
    })
    void theTypingSummaryIsASentence(String names, String sentence) {
        assertThat(TypingSummary.of(names.isEmpty() ? List.of() : List.of(names.split(","))))
                .isEqualTo(sentence);
    }

    @Test
    void theDocumentMatchesTheProtocol() {
        Person ann = new Person("ann", "Ann \"A\" é");
        RosterView view = RosterView.of(
                ROOM,
                List.of(new Presence(ann, Presence.State.AWAY, 1_763_980_000_000L)),
                List.of(ann, new Person("bob", "bob")),
                false);
        String set =
                "{\"room\":\"lobby\",\"online\":[{\"user\":\"ann\",\"name\":\"Ann \\\"A\\\" é\",\"state\":\"away\","
                        + "\"since\":1763980000000}],\"typing\":[{\"user\":\"ann\",\"name\":\"Ann \\\"A\\\" é\"},"
                        + "{\"user\":\"bob\",\"name\":\"bob\"}],\"summary\":\"";
        assertThat(text(view.body(null))).isEqualTo(set + "Ann \\\"A\\\" é and bob are typing\"}");
        assertThat(text(view.body(ann))).isEqualTo(set + "bob is typing\"}");
        assertThat(view.body(new Person("dan", "dan")))
                .as("encoded once for all who do not type")
                .isSameAs(view.body(null));
        RosterView degraded = RosterView.of(ROOM, List.of(), List.of(), true);
        assertThat(new JsonObject(text(degraded.body(null))).getBoolean("degraded"))
                .isTrue();
        assertThat(degraded.tag())
                .isNotEqualTo(RosterView.of(ROOM, List.of(), List.of(), false).tag());
    }

    @Property(tries = 200)
    void changesInAnyOrderLeadToTheTagOfTheResultingSet(@ForAll long seed) {
        Random random = new Random(seed);
        Roster followed = new Roster(ROOM);
        followed.reset(new RosterSnapshot(new Cursor("e", 0), List.of(), List.of()));
        for (int i = 1; i <= 40; i++) {
            String user = "u" + random.nextInt(6);
            Person person = new Person(user, "n" + random.nextInt(3));
            RosterChange change =
                    switch (random.nextInt(4)) {
                        case 0 -> change(List.of(), List.of(user), List.of(), List.of());
                        case 1 -> change(List.of(), List.of(), List.of(person), List.of());
                        case 2 -> change(List.of(), List.of(), List.of(), List.of(user));
                        default ->
                            change(
                                    List.of(new Presence(
                                            person, Presence.State.values()[random.nextInt(2)], random.nextInt(5))),
                                    List.of(),
                                    List.of(),
                                    List.of());
                    };
            Event event = new Event(new Cursor("e", i), 0, change.events().get(0));
            followed.apply(event);
        }
        List<Presence> online = new ArrayList<>(followed.online());
        List<Person> typing = new ArrayList<>(followed.typing());
        Collections.shuffle(online, random);
        Collections.shuffle(typing, random);
        Roster read = new Roster(ROOM);
        read.reset(new RosterSnapshot(new Cursor("e", 40), online, typing));
        assertThat(read.view(false).tag()).isEqualTo(followed.view(false).tag());
        assertThat(read.view(false).body(null)).isEqualTo(followed.view(false).body(null));
        read.apply(new Event(
                new Cursor("e", 41),
                0,
                change(
                                List.of(new Presence(new Person("new", "new"), Presence.State.ACTIVE, 1)),
                                List.of(),
                                List.of(),
                                List.of())
                        .events()
                        .get(0)));
        assertThat(read.view(false).tag()).isNotEqualTo(followed.view(false).tag());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"message\",\"room\":\"r\",\"id\":\"1\",\"author\":\"ann\",\"text\":\"x\"} | ann",
                "{\"room\":{\"author\":\"bob\"},\"author\":\"ann\",\"type\":\"message\"} | ann",
                "{\"type\":\"edited\",\"author\":\"ann\"} | ",
                "{\"type\":\"message\"} | ",
                "not json | ",
                "[] | ",
            })
    void onlyANewMessageHasAnAuthorWhoseTypingEnds(String event, String author) {
        assertThat(TypingTerminator.author(event)).isEqualTo(author);
    }

    private static RosterChange change(List<Presence> here, List<String> gone, List<Person> typing, List<String> idle) {
        return new RosterChange(here, gone, typing, idle);
    }

    private static String text(ByteBuf body) {
        return body.toString(StandardCharsets.UTF_8);
    }
}
