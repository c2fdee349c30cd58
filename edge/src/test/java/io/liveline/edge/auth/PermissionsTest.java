package io.liveline.edge.auth;

import java.util.List;

import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PermissionsTest {

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
    void aPatternIsANameOrAPrefix(String pattern, String name, boolean matches) {
        assertEquals(matches, NamePatterns.of(List.of("other", pattern)).match(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a*b", "**", "*a"})
    void anInvalidPatternIsRejected(String pattern) {
        assertThrows(IllegalArgumentException.class, () -> NamePatterns.of(List.of(pattern)));
    }

    @Test
    void noPatternMatchesNothingAndEqualPatternsAreEqual() {
        assertFalse(NamePatterns.NONE.match(""));
        assertFalse(NamePatterns.NONE.isAll());
        assertTrue(NamePatterns.ALL.isAll());
        assertEquals(NamePatterns.of(List.of("a", "b*", "c*")), NamePatterns.of(List.of("c*", "a", "b*", "a")));
    }

    @Test
    void aDenialDoesNotRevealTheRoom() {
        RoomName room = new RoomName("secret");
        ProblemException join = assertThrows(ProblemException.class, () -> Permissions.NONE.requireJoin(room));
        ProblemException post = assertThrows(ProblemException.class, () -> Permissions.NONE.requirePost(room));
        ProblemException write = assertThrows(ProblemException.class, () -> Permissions.NONE.requireWrite("orders"));
        for (ProblemException denied : List.of(join, post, write)) {
            assertEquals(403, denied.status());
            assertEquals("forbidden", denied.code());
            assertFalse(denied.getMessage().contains("secret"));
        }
        Permissions.GUEST.requireJoin(room);
        Permissions.GUEST.requirePost(room);
        Permissions.GUEST.requireWrite("orders");
        assertFalse(Permissions.GUEST.mayModerate(room));
        assertFalse(Permissions.GUEST.admin());
    }
}
