package io.liveline.services.faults.client;

import io.liveline.services.faults.world.Fault;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The checker of the fault suite finds what is wrong, and nothing else; and a seed gives the same faults again. */
class LedgerTest {

    private final Ledger ledger = new Ledger();

    /** Ann said three things, which were acknowledged at the positions 1 to 3. */
    private void annSpeaks() {
        for (int i = 1; i <= 3; i++) {
            ledger.said("room", "ann-" + i);
            ledger.acknowledged("room", "ann-" + i, "e-" + i);
        }
        ledger.reads("room", "bob");
    }

    private void bobSees(int... positions) {
        for (int i : positions) {
            ledger.seen("room", "bob", "e-" + i, "ann-" + i);
        }
    }

    @Test
    void nothingIsWrongWhenEverythingWasSeenOnceInOrder() {
        annSpeaks();
        bobSees(1, 2, 3);
        assertThat(ledger.wrongs()).isEmpty();
    }

    @Test
    void aLostMessageIsWrong() {
        annSpeaks();
        bobSees(1, 3);
        assertThat(ledger.wrongs()).containsExactly("room, bob: never saw ann-2, acknowledged at e-2");
    }

    @Test
    void aReaderWhoSawNothingAtAllIsWrong() {
        annSpeaks();
        assertThat(ledger.wrongs()).hasSize(3);
    }

    @Test
    void aRepeatedMessageIsWrong() {
        annSpeaks();
        bobSees(1, 2, 2, 3);
        assertThat(ledger.wrongs()).anyMatch(wrong -> wrong.contains("saw Seen[cursor=e-2, id=ann-2] again"));
    }

    @Test
    void aMessageThatIsInTheLogTwiceIsWrong() {
        annSpeaks();
        bobSees(1, 2, 3);
        ledger.seen("room", "bob", "e-4", "ann-2");
        assertThat(ledger.wrongs()).anyMatch(wrong -> wrong.contains("id=ann-2] again"));
    }

    @Test
    void swappedMessagesAreWrong() {
        annSpeaks();
        bobSees(1, 3, 2);
        assertThat(ledger.wrongs()).anyMatch(wrong -> wrong.contains("cursor=e-2, id=ann-2] after Seen[cursor=e-3"));
    }

    @Test
    void messagesOfOneSpeakerInAnotherOrderThanTheyWereSaidAreWrong() {
        ledger.said("room", "ann-1");
        ledger.said("room", "ann-2");
        ledger.seen("room", "bob", "e-1", "ann-2");
        ledger.seen("room", "bob", "e-2", "ann-1");
        assertThat(ledger.wrongs()).anyMatch(wrong -> wrong.contains("after number 2 of the same speaker"));
    }

    @Test
    void aMessageThatNobodySaidIsWrong() {
        annSpeaks();
        bobSees(1, 2, 3);
        ledger.seen("room", "bob", "e-4", "eve-1");
        assertThat(ledger.wrongs()).anyMatch(wrong -> wrong.contains("which nobody said"));
    }

    @Test
    void aMessageThatWasNotAcknowledgedMayBeSeenOrNot() {
        annSpeaks();
        ledger.said("room", "ann-4");
        ledger.said("room", "ann-5");
        bobSees(1, 2, 3, 5);
        assertThat(ledger.wrongs()).isEmpty();
    }

    @Test
    void twoAcknowledgementsThatDifferAreWrong() {
        annSpeaks();
        bobSees(1, 2, 3);
        ledger.acknowledged("room", "ann-2", "e-7");
        assertThat(ledger.wrongs()).containsExactly("room: ann-2 was acknowledged at e-2 and at e-7");
    }

    @Test
    void twoReadersWhoSeeDifferentThingsAtOnePositionAreWrong() {
        ledger.said("room", "ann-1");
        ledger.said("room", "cy-1");
        ledger.seen("room", "bob", "e-1", "ann-1");
        ledger.seen("room", "dee", "e-1", "cy-1");
        assertThat(ledger.wrongs()).hasSize(1).first().asString().contains("at e-1 is cy-1 for dee, and ann-1");
    }

    @Test
    void anotherLifeOfTheLogIsWrong() {
        annSpeaks();
        bobSees(1, 2);
        ledger.seen("room", "bob", "other-3", "ann-3");
        assertThat(ledger.wrongs()).anyMatch(wrong -> wrong.contains("another life"));
    }

    @Test
    void aCounterThatIsNotWhatWasAddedIsWrong() {
        ledger.added("orders", 3);
        ledger.added("orders", 4);
        assertThat(ledger.compare("right", Map.of("orders", 7L, "other", 1L))).isEmpty();
        assertThat(ledger.compare("less", Map.of("orders", 6L)))
                .containsExactly("less: orders is 6 where 7 was acknowledged");
        assertThat(ledger.compare("none", Map.of())).containsExactly("none: orders is null where 7 was acknowledged");
    }

    @Test
    void aSeedGivesTheSameFaultsAgainAndAnotherOneOthersAndAllKindsComeInTurn() {
        List<Fault> faults = draw(42);
        Set<Fault.Kind> first = faults.stream()
                .limit(Fault.Kind.values().length)
                .map(Fault::kind)
                .collect(Collectors.toSet());

        assertThat(draw(42)).isEqualTo(faults);
        assertThat(draw(43)).isNotEqualTo(faults);
        assertThat(first).isEqualTo(EnumSet.allOf(Fault.Kind.class));
        assertThat(faults)
                .allMatch(fault ->
                        fault.length().toMillis() >= 2000 && fault.length().toMillis() <= 6000);
    }

    private static List<Fault> draw(long seed) {
        return Fault.draw(
                seed,
                List.of(Fault.Kind.values()),
                Duration.ofMinutes(2),
                Duration.ofSeconds(4),
                Duration.ofSeconds(2),
                Duration.ofSeconds(6));
    }
}
