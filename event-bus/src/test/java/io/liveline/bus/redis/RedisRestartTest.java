package io.liveline.bus.redis;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.liveline.bus.BusState;
import io.liveline.bus.BusUnavailableException;
import io.liveline.bus.Cursor;
import io.liveline.bus.Draft;
import io.liveline.bus.Gap;
import io.liveline.bus.Page;
import io.liveline.bus.Recorder;
import io.liveline.bus.TestBusConfig;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Redis servers that restart, with all, some or none of their data. */
class RedisRestartTest extends RedisFaultFixture {

    @Test
    void serverKilledAndRestartedWithItsDataLosesNothing() {
        RedisBus publisher = bus();
        Recorder recorder = subscribe(bus());
        CompletableFuture<List<Cursor>> stream = stream(publisher, "e", 3000);

        for (String passed : List.of("e500", "e1500")) {
            recorder.awaitEvent(passed);
            server.kill();
            recorder.awaitState(BusState.DEGRADED);
            server.start();
        }

        assertThat(stream.orTimeout(60, TimeUnit.SECONDS).join()).doesNotHaveDuplicates();
        recorder.awaitEvent("e2999");
        recorder.awaitState(BusState.LIVE);
        assertThat(recorder.data()).isEqualTo(numbered("e", 3000));
        assertThat(recorder.all(Gap.class)).isEmpty();
    }

    @Test
    void serverRestartedWithoutItsDataIsReportedAsAGapUnderANewEpoch() {
        RedisBus publisher = bus();
        Recorder recorder = subscribe(bus());
        List<Cursor> before = stream(publisher, "old", 10).join();
        recorder.awaitEvent("old9");

        server.kill();
        server.loseData();
        server.start();

        await().atMost(LONG).until(() -> !recorder.all(Gap.class).isEmpty());
        recorder.awaitState(BusState.LIVE);
        stream(publisher, "new", 10).join();
        recorder.awaitEvent("new9");
        Gap gap = recorder.all(Gap.class).get(0);
        assertThat(gap.after()).isEqualTo(before.get(9));
        assertThat(gap.resume().epoch()).isNotEqualTo(before.get(9).epoch());
        assertThat(recorder.data())
                .isEqualTo(Stream.concat(numbered("old", 10).stream(), numbered("new", 10).stream())
                        .toList());
        Page page = publisher.read(topic, before.get(9), 100).await().atMost(LONG);
        assertThat(page.complete()).as("an old cursor is recognised").isFalse();
    }

    @Test
    void writesThatTheServerLostAreNotMistakenForLaterOnes() {
        RedisBus publisher = bus();
        Recorder recorder = subscribe(bus());
        stream(publisher, "kept", 5).join();
        recorder.awaitEvent("kept4");
        Path kept = server.copyData();
        List<Cursor> lost = stream(publisher, "lost", 3).join();
        recorder.awaitEvent("lost2");

        server.kill();
        server.restoreData(kept);
        server.start();
        // A replica that received none of the lost events gives the same offsets to other events, under the same epoch.
        List<Cursor> other = stream(buses.bus(TestBusConfig.with()), "other", 3).join();

        await().atMost(LONG).until(() -> !recorder.all(Gap.class).isEmpty());
        recorder.awaitState(BusState.LIVE);
        stream(publisher, "new", 3).join();
        recorder.awaitEvent("new2");
        assertThat(recorder.all(Gap.class)).hasSize(1);
        assertThat(recorder.all(Gap.class).get(0).after()).isEqualTo(lost.get(2));
        List<String> received = recorder.data();
        assertThat(received.subList(received.size() - 3, received.size())).isEqualTo(numbered("new", 3));
        assertThat(received).doesNotHaveDuplicates();
        assertThat(publisher.read(topic, lost.get(2), 10).await().atMost(LONG).complete())
                .as("a client's cursor to a lost event is recognised, though another event has its offset")
                .isFalse();
        assertThat(other).hasSize(3);
    }

    @Test
    void aServerThatIsUnavailableAtStartUpIsWaitedFor() {
        server.kill();
        RedisBus bus = buses.bus(TestBusConfig.with("timeout", "300ms"));
        Recorder recorder = new Recorder();
        bus.subscribe(topic, recorder);
        assertThat(bus.state()).isEqualTo(BusState.DEGRADED);
        assertThatThrownBy(
                        () -> bus.publish(topic, Draft.of("too early")).await().atMost(LONG))
                .isInstanceOf(BusUnavailableException.class);

        server.start();

        recorder.awaitStarted();
        recorder.awaitState(BusState.LIVE);
        publishUntilDone(bus, "in time").await().atMost(LONG);
        recorder.awaitEvent("in time");
    }
}
