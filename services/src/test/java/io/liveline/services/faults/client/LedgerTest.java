package io.liveline.services.faults.client;

import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of the checker of the fault tests: it finds every error, and no false one. */
class LedgerTest {

    private final Ledger ledger = new Ledger();

    /** Records three messages of Ann, acknowledged at the offsets 1 to 3. */
    private void annSendsThree() {
        for (int i = 1; i <= 3; i++) {
            ledger.sent("room", "ann-" + i);
            ledger.acknowledged("room", "ann-" + i, "e-" + i);
        }
        ledger.reads("room", "bob");
    }

    private void bobReceives(int... positions) {
        for (int i : positions) {
            ledger.seen("room", "bob", "e-" + i, "ann-" + i);
        }
    }

    @Test
    void messagesReceivedOnceInOrderAreNoError() {
        annSendsThree();
        bobReceives(1, 2, 3);
        assertThat(ledger.errors()).isEmpty();
    }

    @Test
    void aLostMessageIsAnError() {
        annSendsThree();
        bobReceives(1, 3);
        assertThat(ledger.errors()).containsExactly("room, bob: never saw ann-2, acknowledged at e-2");
    }

    @Test
    void aReaderThatReceivedNothingIsAnError() {
        annSendsThree();
        assertThat(ledger.errors()).hasSize(3);
    }

    @Test
    void aRepeatedMessageIsAnError() {
        annSendsThree();
        bobReceives(1, 2, 2, 3);
        assertThat(ledger.errors()).anyMatch(error -> error.contains("saw Seen[cursor=e-2, id=ann-2] again"));
    }

    @Test
    void aMessageThatIsInTheLogTwiceIsAnError() {
        annSendsThree();
        bobReceives(1, 2, 3);
        ledger.seen("room", "bob", "e-4", "ann-2");
        assertThat(ledger.errors()).anyMatch(error -> error.contains("id=ann-2] again"));
    }

    @Test
    void swappedMessagesAreAnError() {
        annSendsThree();
        bobReceives(1, 3, 2);
        assertThat(ledger.errors()).anyMatch(error -> error.contains("cursor=e-2, id=ann-2] after Seen[cursor=e-3"));
    }

    @Test
    void messagesOfOneSenderInAnotherOrderThanTheyWereSentAreAnError() {
        ledger.sent("room", "ann-1");
        ledger.sent("room", "ann-2");
        ledger.seen("room", "bob", "e-1", "ann-2");
        ledger.seen("room", "bob", "e-2", "ann-1");
        assertThat(ledger.errors()).anyMatch(error -> error.contains("after number 2 of the same sender"));
    }

    @Test
    void aMessageThatNobodySentIsAnError() {
        annSendsThree();
        bobReceives(1, 2, 3);
        ledger.seen("room", "bob", "e-4", "eve-1");
        assertThat(ledger.errors()).anyMatch(error -> error.contains("which nobody sent"));
    }

    @Test
    void aMessageThatWasNotAcknowledgedMayBeReceivedOrNot() {
        annSendsThree();
        ledger.sent("room", "ann-4");
        ledger.sent("room", "ann-5");
        bobReceives(1, 2, 3, 5);
        assertThat(ledger.errors()).isEmpty();
    }

    @Test
    void twoDifferentAcknowledgementsAreAnError() {
        annSendsThree();
        bobReceives(1, 2, 3);
        ledger.acknowledged("room", "ann-2", "e-7");
        assertThat(ledger.errors()).containsExactly("room: ann-2 was acknowledged at e-2 and at e-7");
    }

    @Test
    void twoReadersThatReceiveDifferentMessagesAtOneCursorAreAnError() {
        ledger.sent("room", "ann-1");
        ledger.sent("room", "cy-1");
        ledger.seen("room", "bob", "e-1", "ann-1");
        ledger.seen("room", "dee", "e-1", "cy-1");
        assertThat(ledger.errors()).hasSize(1).first().asString().contains("at e-1 is cy-1 for dee, and ann-1");
    }

    @Test
    void anotherEpochOfTheLogIsAnError() {
        annSendsThree();
        bobReceives(1, 2);
        ledger.seen("room", "bob", "other-3", "ann-3");
        assertThat(ledger.errors()).anyMatch(error -> error.contains("another epoch"));
    }

    @Test
    void aCounterThatIsNotTheSumOfItsIncrementsIsAnError() {
        ledger.added("orders", 3);
        ledger.added("orders", 4);
        assertThat(ledger.compare("right", Map.of("orders", 7L, "other", 1L))).isEmpty();
        assertThat(ledger.compare("less", Map.of("orders", 6L))).containsExactly("less: orders is 6, acknowledged 7");
        assertThat(ledger.compare("none", Map.of())).containsExactly("none: orders is null, acknowledged 7");
    }
}
