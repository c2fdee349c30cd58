package io.liveline.bus.redis.command;

import java.util.BitSet;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SlotMapTest {

    @Test
    void slotsEqualThoseOfRedis() {
        // Values from the documentation of Redis Cluster and from CLUSTER KEYSLOT.
        assertThat(SlotMap.slot("123456789")).isEqualTo(0x31C3);
        assertThat(SlotMap.slot("ll:{123456789}:head")).isEqualTo(0x31C3);
        assertThat(SlotMap.slot("ll:{größe}")).isEqualTo(SlotMap.slot("größe"));
    }

    @Test
    void aNodeWithOneSlotHasAHashTag() {
        BitSet seen = new BitSet();
        int last = 0;
        for (int number = 0; seen.cardinality() < SlotMap.SLOTS; number++) {
            last = SlotMap.slot(String.valueOf(number));
            seen.set(last);
        }
        int hardest = last;

        SlotMap map = SlotMap.of(slot -> slot == hardest ? "small" : slot % 2 == 0 ? "large" : null);

        assertThat(SlotMap.slot("x{" + map.tagOf("small") + "}")).isEqualTo(hardest);
        assertThat(map.owners()).isEqualTo(Set.of("small", "large"));
    }
}
