package io.liveline.edge;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Contents of a bag, whatever is added and removed. */
class IndexedBagTest {

    private static final class Item extends IndexedBag.Entry {}

    @Property(tries = 200)
    void holdsWhatWasAddedAndNotRemoved(@ForAll long seed) {
        IndexedBag<Item> bag = new IndexedBag<>(0);
        Random random = new Random(seed);
        List<Item> inside = new ArrayList<>();
        for (int step = 0; step < 100; step++) {
            if (random.nextInt(3) > 0) {
                Item item = new Item();
                bag.add(item);
                inside.add(item);
            } else if (!inside.isEmpty()) {
                Item item = inside.remove(random.nextInt(inside.size()));
                assertThat(bag.remove(item)).isTrue();
                assertThat(bag.remove(item)).isFalse();
            }
            assertThat(bag.copy()).containsExactlyInAnyOrderElementsOf(inside);
            assertThat(bag.isEmpty()).isEqualTo(inside.isEmpty());
        }
    }

    @Test
    void anEntryOfAnotherBagIsNotRemoved() {
        IndexedBag<Item> bag = new IndexedBag<>(0);
        Item here = new Item();
        Item elsewhere = new Item();
        bag.add(here);
        new IndexedBag<Item>(0).add(elsewhere);

        assertThat(bag.remove(elsewhere)).isFalse();
        assertThat(bag.copy()).containsExactly(here);
    }

    @Test
    void aLoopThatRunsBackwardsMayRemoveWhatItMeets() {
        IndexedBag<Item> bag = new IndexedBag<>(0);
        for (int i = 0; i < 10; i++) {
            bag.add(new Item());
        }
        Set<Item> met = new HashSet<>();
        for (int i = bag.size() - 1; i >= 0; i--) {
            Item item = bag.get(i);
            met.add(item);
            if (i % 2 == 0) {
                bag.remove(item);
            }
        }
        assertThat(met).hasSize(10);
        assertThat(bag.size()).isEqualTo(5);
    }
}
