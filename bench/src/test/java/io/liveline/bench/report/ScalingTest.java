package io.liveline.bench.report;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ScalingTest {

    private static final Scaling COSTS = new Scaling(50, 1, 10, 20, 5, 8, 4);
    private static final Scaling.Size SIZE = new Scaling.Size(2, 4);

    @Test
    void fewConnectionsFitOnOneReplica() {
        assertThat(COSTS.plan(new Scaling.Load(1000, 100, 1), SIZE)).isEqualTo(new Scaling.Plan(1, 1, 1, "memory"));
    }

    @Test
    void silentConnectionsAreBoundByMemory() {
        // 10 million connections of 8 KiB are 76 GiB, and a replica has 4.
        Scaling.Plan plan = COSTS.plan(new Scaling.Load(10_000_000, 10_000_000, 0), SIZE);
        assertThat(plan.replicas()).isEqualTo(20);
        assertThat(plan.bound()).isEqualTo("memory");
    }

    @Test
    void aSmallRoomIsOnAtMostAsManyReplicasAsItHasMembers() {
        assertThat(Scaling.spread(new Scaling.Load(1e8, 10, 1), 1)).isEqualTo(1);
        assertThat(Scaling.spread(new Scaling.Load(1e8, 10, 1), 100_000)).isBetween(9.9, 10.0);
    }

    @Test
    void theShardsCarryEveryPublishAndItsFanOut() {
        Scaling.Plan plan = COSTS.plan(new Scaling.Load(1_000_000, 100, 1), SIZE);
        double micros = 10_000 * (20 + 5 * plan.replicasOfARoom());
        assertThat(plan.shards()).isEqualTo((long) Math.ceil(micros / 500_000));
    }
}
