package io.liveline.services.fuzz;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import io.liveline.services.support.Footprint;
import io.liveline.services.support.RawHttp;
import io.liveline.services.support.RawRequest;
import io.liveline.services.support.Service;
import io.liveline.testing.ChatClient;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Fuzz test of all endpoints: no attack causes an internal error, a log entry or a leak, and a well-behaved client is
 * served at the same time. The attacks are drawn from a printed seed; the number of an attack is the seed of a run that
 * starts with it.
 */
class FuzzIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int AT_ONCE = 8;
    private static final int FRAMES_A_CONNECTION = 25;
    private static final int MAX_LINES_LOGGED = 20;

    private static final Pattern RECORD = Pattern.compile("\\d{4}-\\d\\d-\\d\\d ");

    private final long seed = Long.getLong("liveline.fuzz.seed", System.nanoTime());
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final AtomicInteger rejected = new AtomicInteger();
    private final ExecutorService attackers = Executors.newFixedThreadPool(AT_ONCE);
    // Without rate limits, which other tests cover, so that every attack is processed.
    private final Service suite = Service.start("services", Map.of("liveline.edge.rate.limited", "false"));

    @AfterEach
    void stop() {
        attackers.shutdownNow();
        suite.close();
    }

    // Tagged as long, so that a random finding does not fail an unrelated build.
    @Test
    @Tag("long")
    void aThousandAttacksCauseNoErrorAndNoLeakAndBlockNoClient() {
        attackAll(1000);
    }

    @Test
    @Tag("long")
    void tenThousandAttacksCauseNoErrorAndNoLeakAndBlockNoClient() {
        attackAll(10_000);
    }

    private void attackAll(int attacks) {
        System.out.println("To see it again: -Dliveline.fuzz.seed=" + seed);
        attack(-attacks / 5, 0);
        Footprint before = Footprint.of(suite.process().pid());

        WellBehavedClient good = new WellBehavedClient(suite, "ann");
        attack(0, attacks);
        good.leave();

        if (!errors.isEmpty()) {
            System.out.println(suite.process().output());
        }
        assertThat(errors).as("seed " + seed).isEmpty();
        assertThat(rejected.get()).as("rejected attacks").isGreaterThan(attacks / 2);
        assertThat(logged()).hasSizeLessThan(MAX_LINES_LOGGED);
        await("no leaked resources")
                .pollInterval(Duration.ofSeconds(1))
                .atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(Footprint.of(suite.process().pid()).growthSince(before))
                                .isEmpty());
    }

    /**
     * Runs attacks. Of ten, seven are requests, one violates the WebSocket protocol, and two send many invalid frames.
     */
    private void attack(int from, int to) {
        List<Long> seeds = LongStream.range(seed + from, seed + to).boxed().toList();
        CompletableFuture.allOf(seeds.stream()
                        .map(each -> CompletableFuture.runAsync(() -> attack(each), attackers))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    private void attack(long number) {
        LongConsumer kind = Math.floorMod(number, 10) < 7
                ? this::request
                : Math.floorMod(number, 10) == 7 ? this::breakSocket : this::frames;
        try {
            kind.accept(number);
        } catch (RuntimeException | AssertionError unexpected) {
            errors.add(number + ": " + unexpected);
        }
    }

    // -- HTTP

    private void request(long number) {
        HttpFuzz.Attack attack = new HttpFuzz(number).draw();
        RawHttp.Answer answer = new RawHttp(suite.port()).exchange(attack.bytes(), attack.cutOff(), attack.bodyless());
        if (answer.status() == 0 || answer.status() >= 400) {
            rejected.incrementAndGet();
        }
        String error = error(attack, answer);
        if (error != null) {
            errors.add(number + ": " + error + ", " + answer + " to " + attack);
        }
    }

    private static String error(HttpFuzz.Attack attack, RawHttp.Answer answer) {
        if (answer.status() < 0 || (answer.status() == 0 && attack.whole())) {
            return "no answer";
        }
        if (answer.status() >= 500
                && !(answer.status() == 503 && answer.headers().containsKey("retry-after"))) {
            return "an internal error";
        }
        if (answer.status() < 400) {
            return null;
        }
        if (answer.body().contains("Exception") || answer.body().contains("\tat ")) {
            return "tells what is inside";
        }
        // Two rejections have no body: those of the codec, and those of the CORS filter of Quarkus, which no page may
        // read.
        boolean mute = answer.status() == 414
                || answer.status() == 431
                || (answer.status() == 403
                        && new String(attack.bytes(), StandardCharsets.ISO_8859_1).contains("Origin: "));
        return attack.whole() && !attack.bodyless() && !mute && !isProblem(answer) ? "no problem document" : null;
    }

    private static boolean isProblem(RawHttp.Answer answer) {
        try {
            JsonObject problem = new JsonObject(answer.body());
            return answer.header("content-type").startsWith("application/problem+json")
                    && problem.getInteger("status") == answer.status()
                    && !problem.getString("code", "").isEmpty()
                    && !problem.getString("detail", "").isEmpty();
        } catch (DecodeException noJson) {
            return false;
        }
    }

    // -- WebSocket

    private void breakSocket(long number) {
        byte[] bytes = new FrameFuzz(number).bytes();
        byte[] handshake = RawRequest.to("/chat").bytes();
        // The server has to close the connection, with a close frame or without.
        if (!new RawHttp(suite.port()).closesAfter(handshake, bytes)) {
            errors.add(number + ": the connection stays open behind " + new HttpFuzz.Attack(bytes, false, true, true));
        }
        rejected.incrementAndGet();
    }

    private void frames(long number) {
        FrameFuzz fuzz = new FrameFuzz(number);
        ChatClient eve = ChatClient.connect(suite.at("/chat"), "eve");
        List<String> texts = IntStream.range(0, FRAMES_A_CONNECTION)
                .mapToObj(i -> fuzz.text())
                .toList();
        texts.forEach(eve::send);
        // Frames are answered in order: after the answer to this one, all others were answered.
        eve.send("{\"type\":\"leave\",\"room\":\"sentinel\"}");
        await().pollInterval(Duration.ofMillis(5))
                .atMost(PATIENCE)
                .until(() -> !eve.isOpen()
                        || eve.all("error").stream().anyMatch(error -> "sentinel".equals(error.getString("room"))));
        rejected.addAndGet(eve.all("error").isEmpty() ? 0 : 1);
        if (!eve.isOpen()) {
            errors.add(number + ": closed by one of " + texts);
        }
        eve.all("error").stream()
                .filter(error -> List.of("fault", "unavailable").contains(error.getString("code")))
                .forEach(error -> errors.add(number + ": " + error + " to one of " + texts));
        eve.close();
    }

    // -- log

    /** Returns the lines that were logged after the start, except warnings of a slow machine. */
    private List<String> logged() {
        List<String> lines = new ArrayList<>();
        boolean started = false;
        boolean ours = false;
        for (String line : suite.process().output().lines().toList()) {
            started |= line.contains("Installed features");
            if (RECORD.matcher(line).lookingAt()) {
                ours = started && !line.contains("Installed features") && !line.contains("BlockedThreadChecker");
            }
            if (ours) {
                lines.add(line);
            }
        }
        return lines;
    }
}
