package io.liveline.services.fuzz;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.liveline.services.support.ChatClient;
import io.liveline.services.support.Service;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Chats, counts, and says and asks who is here, one after the other, and finds out whether anything of it does not
 * work.
 */
public final class WellBehavedClient {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Service suite;
    private final String name;
    private final CompletableFuture<Integer> served;
    private volatile int rounds;
    private volatile boolean leaving;

    /** Comes, and is served until it leaves. */
    public WellBehavedClient(Service suite, String name) {
        this.suite = suite;
        this.name = name;
        served = CompletableFuture.supplyAsync(this::live);
    }

    /** How often it has done everything. */
    public int rounds() {
        return rounds;
    }

    /** Fails if anything was not as it should be. */
    public void leave() {
        leaving = true;
        assertThat(served.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join())
                .isPositive();
    }

    private int live() {
        ChatClient chat = ChatClient.connect(suite, name).join(name, null);
        while (!leaving || rounds == 0) {
            round(chat, rounds);
            rounds++;
        }
        assertThat(chat.texts())
                .containsExactlyElementsOf(
                        IntStream.range(0, rounds).mapToObj(i -> name + i).toList());
        chat.close();
        return rounds;
    }

    private void round(ChatClient chat, int n) {
        chat.post(name, name + n, name + n);
        chat.awaitText(name + n);
        String presence = "/rooms/" + name + "/presence";
        assertThat(suite.send("PUT", presence + "?name=" + name, null).statusCode())
                .isEqualTo(204);
        assertThat(suite.get(presence).body()).contains("\"user\":\"" + name + '"');
        assertThat(suite.send("POST", "/counters/" + name + "/increments", "{\"by\":1}", "Idempotency-Key", name + n)
                        .body())
                .contains("\"value\":" + (n + 1) + ",");
    }
}
