package io.liveline.edge.auth;

import java.util.List;

import io.liveline.edge.NamePatterns;
import io.liveline.edge.ProblemException;
import io.liveline.edge.RoomName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
        assertThat(NamePatterns.of(List.of("other", pattern)).match(name)).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a*b", "**", "*a"})
    void anInvalidPatternIsRejected(String pattern) {
        assertThatThrownBy(() -> NamePatterns.of(List.of(pattern))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void noPatternMatchesNothingAndEqualPatternsAreEqual() {
        assertThat(NamePatterns.NONE.match("")).isFalse();
        assertThat(NamePatterns.NONE.isAll()).isFalse();
        assertThat(NamePatterns.ALL.isAll()).isTrue();
        assertThat(NamePatterns.of(List.of("c*", "a", "b*", "a"))).isEqualTo(NamePatterns.of(List.of("a", "b*", "c*")));
    }

    @Test
    void aDenialDoesNotRevealTheRoom() {
        RoomName room = new RoomName("secret");
        ProblemException join = catchThrowableOfType(ProblemException.class, () -> Permissions.NONE.requireJoin(room));
        ProblemException post = catchThrowableOfType(ProblemException.class, () -> Permissions.NONE.requirePost(room));
        ProblemException write =
                catchThrowableOfType(ProblemException.class, () -> Permissions.NONE.requireWrite("orders"));
        for (ProblemException denied : List.of(join, post, write)) {
            assertThat(denied.status()).isEqualTo(403);
            assertThat(denied.code()).isEqualTo("forbidden");
            assertThat(denied.getMessage()).doesNotContain("secret");
        }
        Permissions.GUEST.requireJoin(room);
        Permissions.GUEST.requirePost(room);
        Permissions.GUEST.requireWrite("orders");
        assertThat(Permissions.GUEST.mayModerate(room)).isFalse();
        assertThat(Permissions.GUEST.admin()).isFalse();
    }
}
