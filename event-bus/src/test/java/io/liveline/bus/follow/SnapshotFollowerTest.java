package io.liveline.bus.follow;

import java.util.List;
import java.util.Random;

import io.liveline.bus.BusState;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Schedules of events, reads, failures and requests, step by step and on one thread. */
class SnapshotFollowerTest {

    private static final int MAX_HELD = 5;

    private final FollowedStore store = new FollowedStore(MAX_HELD);
    private final SnapshotFollower<FollowedStore.Snapshot> follower = store.follower;

    // -- start

    @Test
    void nothingHappensBeforeTheStart() {
        assertThat(store.subscribed).isFalse();
        assertThat(store.readsBegun()).isZero();
    }

    @Test
    void theFirstSnapshotIsReadOnceEventsAreDelivered() {
        follower.start();
        assertThat(store.isReading()).isFalse();
        store.startDelivery();
        assertThat(store.isReadingSnapshot()).isTrue();
    }

    @Test
    void aRequestBeforeTheStartIsConfirmedByTheFirstRead() {
        long ticket = follower.nextRead();
        follower.start();
        follower.confirm();
        assertThat(store.isReading()).isFalse();
        store.startDelivery();
        store.answer();
        assertThat(store.confirmed).isGreaterThanOrEqualTo(ticket);
        assertThat(store.isReading()).isFalse();
    }

    @Test
    void aRejectedSubscriptionIsRepeated() {
        store.full = true;
        follower.start();
        assertThat(store.failures).hasSize(1);
        follower.retry();
        assertThat(store.failures).hasSize(2);
        store.full = false;
        follower.confirm();
        store.startDelivery();
        store.answer();
        assertThat(store.confirmed).isEqualTo(1);
    }

    @Test
    void aReadThatThrowsIsRepeatedAndTheCopyIsCurrentAfterIt() {
        store.broken = true;
        follower.start();
        store.startDelivery();
        assertThat(store.failures).hasSize(1);
        assertThat(follower.isCurrent()).isFalse();
        store.broken = false;
        follower.retry();
        assertThat(follower.isCurrent()).isFalse();
        store.answer();
        assertThat(store.confirmed).isEqualTo(2);
        assertThat(follower.isCurrent()).isTrue();
    }

    // -- events

    @Test
    void eventsAfterTheSnapshotAreAppliedAndThoseInItAreNot() {
        follower.start();
        store.startDelivery();
        store.publish();
        store.answer();
        store.publish();
        store.deliverAll();
        assertThat(store.copied).containsExactly("l0e1", "l0e2");
    }

    @Test
    void eventsDuringASnapshotAreAppliedAfterIt() {
        follow();
        follower.refresh();
        int before = store.applied;
        store.publish();
        store.deliverAll();
        assertThat(store.applied).isEqualTo(before);
        store.answer();
        assertThat(store.copied).containsExactly("l0e1");
    }

    @Test
    void eventsAreAppliedAtOnceWhileTheFollowerCatchesUp() {
        follow();
        follower.confirm();
        store.publish();
        store.deliverAll();
        assertThat(store.copied).containsExactly("l0e1");
        store.answer();
        assertThat(store.copied).containsExactly("l0e1");
        assertThat(store.isReading()).isFalse();
    }

    @Test
    void aMissingEventLeadsToASnapshot() {
        follow();
        store.publishUndelivered();
        store.publish();
        store.deliverAll();
        assertThat(store.isReadingSnapshot()).isTrue();
        store.publish();
        store.deliverAll();
        store.answer();
        assertThat(store.copied).containsExactly("l0e1", "l0e2", "l0e3");
        assertThat(store.isReading()).isFalse();
    }

    @Test
    void eventsBeyondTheLimitDuringASnapshotLeadToAnotherOne() {
        follow();
        follower.refresh();
        for (int i = 0; i < 2 * MAX_HELD; i++) {
            store.publish();
        }
        store.deliverAll();
        store.answer();
        assertThat(store.isReadingSnapshot()).isTrue();
        store.answer();
        assertThat(store.copied).hasSize(2 * MAX_HELD);
        assertThat(store.isReading()).isFalse();
    }

    // -- gaps and other lives of the log

    @Test
    void aGapLeadsToASnapshot() {
        follow();
        store.publish();
        store.loseDeliveries();
        store.deliverAll();
        assertThat(store.isReadingSnapshot()).isTrue();
        store.answer();
        assertThat(store.copied).containsExactly("l0e1");
        assertThat(store.isReading()).isFalse();
    }

    @Test
    void aGapDuringASnapshotLeadsToAnotherOne() {
        follow();
        follower.refresh();
        store.publish();
        store.loseDeliveries();
        store.deliverAll();
        store.answer();
        assertThat(store.isReadingSnapshot()).isTrue();
        store.answer();
        assertThat(store.copied).containsExactly("l0e1");
        assertThat(store.isReading()).isFalse();
    }

    @Test
    void aGapWhileTheFollowerCatchesUpLeadsToASnapshotWhichConfirms() {
        follow();
        long ticket = follower.nextRead();
        follower.confirm();
        store.publish();
        store.loseDeliveries();
        store.answer();
        assertThat(store.confirmed).isLessThan(ticket);
        assertThat(store.isReadingSnapshot()).isTrue();
        store.answer();
        assertThat(store.confirmed).isGreaterThanOrEqualTo(ticket);
        assertThat(store.copied).containsExactly("l0e1");
    }

    @Test
    void anotherLifeOfTheLogLeadsToItsSnapshot() {
        follow();
        store.publish();
        store.deliverAll();
        store.loseData();
        store.publish();
        store.deliverAll();
        assertThat(store.isReadingSnapshot()).isTrue();
        store.answer();
        assertThat(store.copied).containsExactly("l1e1");
        assertThat(store.isReading()).isFalse();
    }

    @Test
    void eventsOfAFormerLifeAfterTheSnapshotAreNotApplied() {
        follow();
        follower.refresh();
        store.publish();
        store.loseData();
        store.publish();
        store.deliver();
        store.answer();
        store.deliverAll();
        store.answerAll();
        assertThat(store.copied).containsExactly("l1e1");
        assertThat(store.isReading()).isFalse();
    }

    @Test
    void oneSnapshotIsReadAfterAGapHoweverManyEventsCameBeforeIt() {
        follow();
        follower.refresh();
        store.publish();
        store.publish();
        store.publish();
        store.loseData();
        store.deliverAll();
        store.answerAll();
        assertThat(store.readsBegun()).isEqualTo(3);
        assertThat(store.copied).isEmpty();
    }

    // -- requests

    @Test
    void aRequestIsConfirmedByTheEventsThatWereNotYetDelivered() {
        follow();
        store.publish();
        long ticket = follower.nextRead();
        follower.confirm();
        assertThat(store.isCatchingUp()).isTrue();
        store.answer();
        assertThat(store.confirmed).isEqualTo(ticket);
        assertThat(store.copied).containsExactly("l0e1");
    }

    @Test
    void requestsDuringAReadAreConfirmedByOneReadAfterIt() {
        follower.start();
        store.startDelivery();
        long ticket = follower.nextRead();
        follower.confirm();
        follower.confirm();
        store.answer();
        assertThat(store.confirmed).isLessThan(ticket);
        assertThat(store.isCatchingUp()).isTrue();
        store.answer();
        assertThat(store.confirmed).isEqualTo(ticket);
        assertThat(store.isReading()).isFalse();
    }

    @Test
    void aRequestWhileTheFollowerCatchesUpIsConfirmedByTheNextRead() {
        follow();
        follower.confirm();
        long ticket = follower.nextRead();
        follower.confirm();
        store.answer();
        store.answer();
        assertThat(store.confirmed).isEqualTo(ticket);
    }

    // -- failures

    @Test
    void aFailedReadIsRepeatedByTheNextRetryAndNotBefore() {
        follower.start();
        store.startDelivery();
        store.failRead();
        assertThat(store.failures).hasSize(1);
        store.publish();
        store.deliverAll();
        assertThat(store.isReading()).isFalse();
        follower.retry();
        assertThat(store.isReadingSnapshot()).isTrue();
        store.answer();
        assertThat(store.copied).containsExactly("l0e1");
        follower.retry();
        assertThat(store.isReading()).isFalse();
    }

    @Test
    void aRequestRepeatsAFailedReadAtOnce() {
        follower.start();
        store.startDelivery();
        store.failRead();
        long ticket = follower.nextRead();
        follower.confirm();
        assertThat(store.isReadingSnapshot()).isTrue();
        store.answer();
        assertThat(store.confirmed).isEqualTo(ticket);
        assertThat(store.isReading()).isFalse();
    }

    @Test
    void aRequestDuringAReadThatFailsIsConfirmedByTheRetry() {
        follow();
        follower.confirm();
        long ticket = follower.nextRead();
        follower.confirm();
        store.failRead();
        follower.retry();
        store.answer();
        assertThat(store.confirmed).isEqualTo(ticket);
    }

    @Test
    void eventsAreAppliedAlthoughAReadFailed() {
        follow();
        follower.refresh();
        store.publish();
        store.deliverAll();
        store.failRead();
        assertThat(store.copied).containsExactly("l0e1");
        store.publish();
        store.deliverAll();
        assertThat(store.copied).containsExactly("l0e1", "l0e2");
        follower.retry();
        assertThat(store.isReadingSnapshot()).isTrue();
    }

    @Test
    void anEventThatCannotBeAppliedIsReplacedByASnapshotWithTheNextRetry() {
        follow();
        store.failsToApply = true;
        store.publish();
        store.deliverAll();
        assertThat(store.failures).hasSize(1);
        assertThat(store.isReading()).isFalse();
        follower.retry();
        assertThat(store.isReadingSnapshot()).isTrue();
        store.answer();
        assertThat(store.copied).containsExactly("l0e1");
    }

    @Test
    void aSnapshotThatCannotBeInstalledIsReadAgainWithTheNextRetry() {
        store.failsToInstall = true;
        follower.start();
        store.startDelivery();
        store.answer();
        assertThat(store.failures).hasSize(1);
        assertThat(store.isReading()).isFalse();
        store.failsToInstall = false;
        follower.retry();
        store.answer();
        assertThat(store.confirmed).isEqualTo(2);
    }

    // -- stop

    @Test
    void nothingHappensAfterTheStopDuringARead() {
        follower.start();
        store.startDelivery();
        follower.close();
        assertThat(store.closed).isTrue();
        store.answer();
        store.publish();
        store.deliverAll();
        follower.confirm();
        follower.retry();
        assertThat(store.copiedAt).isNull();
        assertThat(store.confirmed).isZero();
        assertThat(store.readsBegun()).isEqualTo(1);
    }

    @Test
    void aReadThatFailsAfterTheStopIsNotRepeated() {
        follow();
        follower.confirm();
        follower.close();
        store.failRead();
        follower.retry();
        assertThat(store.failures).isEmpty();
        assertThat(store.isReading()).isFalse();
    }

    @Test
    void theStateOfTheBusIsPassedOn() {
        follow();
        follower.state(BusState.DEGRADED);
        assertThat(store.states).isEqualTo(List.of(BusState.DEGRADED));
    }

    // -- all of these in random order

    @Property(tries = 2000)
    void theCopyIsAlwaysAStateOfTheStoreAndFinallyTheNewest(@ForAll Random random) {
        follower.start();
        store.startDelivery();
        for (int step = 0; step < 300; step++) {
            step(random);
            if (store.copiedAt != null) {
                store.checkCopy();
            }
        }
        store.failsToApply = false;
        store.deliverAll();
        store.answerAll();
        long ticket = follower.nextRead();
        follower.confirm();
        store.answerAll();
        assertThat(store.confirmed).isGreaterThanOrEqualTo(ticket);
        assertThat(store.copiedAt).isEqualTo(store.end());
        store.checkCopy();
        follower.retry();
        assertThat(store.isReading()).isFalse();
    }

    private void step(Random random) {
        int what = random.nextInt(100);
        if (what < 35) {
            store.publish();
        } else if (what < 70) {
            store.deliver();
        } else if (what < 72) {
            store.loseDeliveries();
        } else if (what < 75) {
            store.loseData();
        } else if (what < 78) {
            follower.confirm();
        } else if (what < 80) {
            follower.refresh();
        } else if (what < 82) {
            follower.retry();
        } else if (what < 83) {
            store.failsToApply = !store.failsToApply;
        } else if (store.isReading() && what < 86) {
            store.failRead();
        } else if (store.isReading()) {
            store.answer();
        }
    }

    /** Starts the follower on an empty store, and answers its first read. */
    private void follow() {
        follower.start();
        store.startDelivery();
        store.answer();
        assertThat(store.isReading()).isFalse();
    }
}
