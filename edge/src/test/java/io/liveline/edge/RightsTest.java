package io.liveline.edge;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RightsTest {

    @ParameterizedTest
    @CsvSource({
        "lobby,lobby,true",
        "lobby,lobby2,false",
        "lobby,lobb,false",
        "lobby,LOBBY,false",
        "team-*,team-a,true",
        "team-*,team-,true",
        "team-*,team,false",
        "*,anything,true",
        "team.,teamX,false"
    })
    void aPatternIsANameOrWhatNamesBeginWith(String pattern, String name, boolean matches) {
        assertEquals(matches, Patterns.of(List.of("other", pattern)).match(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a*b", "**", "*a"})
    void whatCannotBeAPatternIsRefusedAndNotReadOtherwise(String pattern) {
        assertThrows(IllegalArgumentException.class, () -> Patterns.of(List.of(pattern)));
    }

    @Test
    void noPatternMatchesNothingAndEqualPatternsAreEqual() {
        assertFalse(Patterns.NONE.match(""));
        assertFalse(Patterns.NONE.isAll());
        assertTrue(Patterns.ALL.isAll());
        assertEquals(Patterns.of(List.of("a", "b*", "c*")), Patterns.of(List.of("c*", "a", "b*", "a")));
    }

    @Test
    void deniedIsToldTheSameWayWhateverIsThere() {
        RoomName room = new RoomName("secret");
        Problem join = assertThrows(Problem.class, () -> Rights.NONE.requireJoin(room));
        Problem post = assertThrows(Problem.class, () -> Rights.NONE.requirePost(room));
        Problem write = assertThrows(Problem.class, () -> Rights.NONE.requireWrite("orders"));
        for (Problem denied : List.of(join, post, write)) {
            assertEquals(403, denied.status());
            assertEquals("forbidden", denied.code());
            assertFalse(denied.getMessage().contains("secret"));
        }
        Rights.GUEST.requireJoin(room);
        Rights.GUEST.requirePost(room);
        Rights.GUEST.requireWrite("orders");
        assertFalse(Rights.GUEST.mayModerate(room));
        assertFalse(Rights.GUEST.admin());
    }
}
