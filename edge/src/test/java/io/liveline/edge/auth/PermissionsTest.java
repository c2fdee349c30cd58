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

    @ParameterizedTest
    @CsvSource({
        "dm:{sub}:*,ann,dm:ann:bob,true",
        "dm:{sub}:*,ann,dm:bob:ann,false",
        "dm:{sub}:*,ann,dm:ann:,false",
        "dm:{sub}:*,ann,dm:anna:bob,false",
        "dm:*:{sub},ann,dm:bob:ann,true",
        "dm:*:{sub},ann,dm:bob:joann,false",
        "dm:*:{sub},ann,dm:ann,false",
        "inbox:{sub},ann,inbox:ann,true",
        "inbox:{sub},ann,inbox:anna,false",
        "{sub}:*,ann,ann:notes,true",
        "dm:{sub}:*,ann@example.org,dm:ann@example.org:bob,true",
    })
    void aPatternCanContainTheUsersId(String pattern, String user, String name, boolean matches) {
        assertThat(NamePatterns.of(List.of(pattern), user).match(name)).isEqualTo(matches);
    }

    /** The room is that of somebody else, or could be. */
    @ParameterizedTest
    @CsvSource({
        "dm:{sub}:*,ann,dm:ann:b:c", // Of ann:b and c?
        "dm:{sub}:*,ann:b,dm:ann:b:c",
        "dm:*:{sub},c,dm:ann:b:c",
        "dm:{sub}:*,*,dm:ann:bob",
        "dm:*:{sub},*,dm:ann:bob",
        "dm:{sub}:*,{sub},dm:ann:bob",
        "inbox:{sub},ann:drafts,inbox:ann:drafts",
        "inbox:{sub},*,inbox:ann",
        "dm-{sub}-*,ann-marie,dm-ann-marie-bob",
        "dm:{sub}-*,a-b,dm:a-b-c",
    })
    void anIdWithSeparatorsOrStarsWidensNoRight(String pattern, String user, String name) {
        assertThat(NamePatterns.of(List.of(pattern), user).match(name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dm{sub}:*", "{sub}*", "*{sub}", "dm:{sub}x", "dm:{sub}:{sub}", "*:{sub}:*", "dm:{sub}:x*"})
    void aPatternThatMixesTheUsersIdWithOtherTextIsRejected(String pattern) {
        assertThatThrownBy(() -> NamePatterns.of(List.of(pattern), "ann")).isInstanceOf(IllegalArgumentException.class);
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
