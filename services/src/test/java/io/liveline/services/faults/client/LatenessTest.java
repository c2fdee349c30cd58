package io.liveline.services.faults.client;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Test of the checker of delays: it finds what is late, and judges nothing that it must not. */
class LatenessTest {

    private long now = 1000;
    private final Lateness lateness = new Lateness(() -> now, Duration.ofSeconds(2));

    private void changed(long version) {
        lateness.changed("message", "room", version, now);
    }

    private void received(long version, long connectedMillis) {
        lateness.received("message", "room", version, "bob", connectedMillis);
    }

    @Test
    void aDeliveryWithinTheBoundIsNoError() {
        lateness.startCalm();
        changed(1);
        now += 2000;
        received(1, 0);
        assertThat(lateness.errors()).isEmpty();
        assertThat(lateness.delays().get("message").getMax()).isEqualTo(2000);
    }

    @Test
    void aDeliveryAfterTheBoundIsAnError() {
        lateness.startCalm();
        changed(1);
        now += 1000;
        changed(2);
        now += 1001;
        received(2, 0);
        assertThat(lateness.errors()).containsExactly("message room at 1 for bob was received after 2001 ms");
    }

    @Test
    void eachReaderIsJudged() {
        lateness.startCalm();
        changed(1);
        received(1, 0);
        now += 3000;
        lateness.received("message", "room", 1, "cy", 0);
        assertThat(lateness.errors()).hasSize(1).first().asString().contains("for cy");
    }

    @Test
    void aDelayOfAReaderBeginsWhenItConnects() {
        lateness.startCalm();
        changed(1);
        now += 3000;
        received(1, now - 100);
        assertThat(lateness.errors()).isEmpty();
    }

    @Test
    void aDeliveryIsJudgedOnceForAReader() {
        lateness.startCalm();
        changed(1);
        received(1, 0);
        now += 3000;
        received(1, 0);
        assertThat(lateness.errors()).isEmpty();
        assertThat(lateness.delays().get("message").getCount()).isOne();
    }

    @Test
    void whatIsRequestedOutsideACalmOrTooLateInItIsNotJudged() {
        changed(1);
        now += 1;
        lateness.startCalm();
        now += 10_000;
        received(1, 0);
        changed(2);
        now += 1999;
        lateness.endCalm(true);
        now += 10_000;
        received(2, 0);
        assertThat(lateness.errors()).isEmpty();
        assertThat(lateness.delays()).isEmpty();
    }

    @Test
    void aPeriodThatWasNotCalmInTheEndIsNotJudged() {
        lateness.startCalm();
        changed(1);
        now += 3000;
        received(1, 0);
        lateness.endCalm(false);
        assertThat(lateness.errors()).isEmpty();
        assertThat(lateness.delays()).isEmpty();
    }

    @Test
    void aDeliveryAfterTheCalmIsJudgedIfItsBoundWasOverBefore() {
        lateness.startCalm();
        changed(1);
        now += 2000;
        lateness.endCalm(true);
        now += 1;
        received(1, 0);
        assertThat(lateness.errors()).hasSize(1);
    }
}
