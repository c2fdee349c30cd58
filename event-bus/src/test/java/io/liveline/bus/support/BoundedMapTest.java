package io.liveline.bus.support;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BoundedMapTest {

    private final BoundedMap<String, Integer> map = new BoundedMap<>(3);

    BoundedMapTest() {
        for (int i = 1; i <= 3; i++) {
            map.put("k" + i, i);
        }
    }

    @Test
    void oneMoreEntryTakesThePlaceOfTheOldest() {
        map.put("k4", 4);
        assertThat(map.keySet()).containsExactly("k2", "k3", "k4");
        map.merge("k5", 5, Integer::min);
        assertThat(map.keySet()).containsExactly("k3", "k4", "k5");
        map.computeIfAbsent("k6", key -> 6);
        assertThat(map.keySet()).containsExactly("k4", "k5", "k6");
    }

    @Test
    void aNewValueOfAnEntryDropsNothingAndKeepsItsPlace() {
        map.put("k1", 10);
        map.merge("k2", 1, Integer::min);
        assertThat(map).hasSize(3);
        assertThat(map.removeOldest(2)).containsExactly(10, 1);
        assertThat(map).containsOnlyKeys("k3");
    }

    @Test
    void theOldestEntriesAreRemovedUpToANumber() {
        assertThat(map.removeOldest(0)).isEmpty();
        assertThat(map.removeOldest(2)).containsExactly(1, 2);
        assertThat(map.removeOldest(2)).containsExactly(3);
        assertThat(map.removeOldest(2)).isEmpty();
    }
}
