package io.liveline.bus.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Event;
import io.liveline.bus.Page;
import io.liveline.bus.Retention;
import io.liveline.bus.TestBusConfig;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

/** Properties of the in-memory log, compared with a model that keeps everything. */
class InMemoryTopicLogProperties {

    private static final int LENGTH = 10;
    private static final Duration AGE = Duration.ofMillis(100);

    @Property
    void aReaderGetsMissedEventsOrAnIncompletePage(
            @ForAll @Size(max = 60) List<@IntRange(max = 30) Integer> pauses,
            @ForAll @IntRange(max = 70) int after,
            @ForAll @IntRange(min = 1, max = 20) int limit) {
        InMemoryTopicLog log = new InMemoryTopicLog("life", TestBusConfig.with(), new Retention.Bounds(LENGTH, AGE));
        List<Event> all = append(log, pauses);
        long now = all.isEmpty() ? 0 : all.get(all.size() - 1).timeMillis();
        List<Event> kept = all.stream()
                .skip(Math.max(0, all.size() - LENGTH))
                .filter(event -> event.timeMillis() >= now - AGE.toMillis())
                .toList();
        int trimmed = all.size() - kept.size();

        Page page = log.read(new Cursor("life", after), limit, now);

        boolean reachable = after >= trimmed && after <= all.size();
        int from = reachable ? after : trimmed;
        assertThat(page.complete()).isEqualTo(reachable);
        assertThat(page.events()).isEqualTo(all.subList(from, Math.min(all.size(), from + limit)));
        assertThat(page.end().offset()).isEqualTo(all.size());
    }

    @Property
    void pagesReadBackwardsAddUpToTheWholeHistory(
            @ForAll @Size(max = 60) List<@IntRange(max = 3) Integer> pauses,
            @ForAll @IntRange(min = 1, max = 20) int limit) {
        InMemoryTopicLog log = new InMemoryTopicLog("life", TestBusConfig.with(), new Retention.Bounds(LENGTH, AGE));
        List<Event> all = append(log, pauses);
        long now = all.isEmpty() ? 0 : all.get(all.size() - 1).timeMillis();
        List<Event> joined = new ArrayList<>();
        Page page = log.readBack(null, limit, now);
        while (!page.events().isEmpty()) {
            joined.addAll(0, page.events());
            page = log.readBack(page.events().get(0).cursor(), limit, now);
        }

        assertThat(joined).isEqualTo(log.read(null, 1000, now).events());
    }

    private static List<Event> append(InMemoryTopicLog log, List<Integer> pauses) {
        List<Event> all = new ArrayList<>();
        long now = 0;
        for (int pause : pauses) {
            now += pause;
            all.add(log.append(Draft.of("e" + all.size()), now, now));
        }
        return all;
    }
}
