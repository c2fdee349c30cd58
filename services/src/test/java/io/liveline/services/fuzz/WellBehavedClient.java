package io.liveline.services.fuzz;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.liveline.services.support.Service;
import io.liveline.testing.Background;
import io.liveline.testing.ChatClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Client that posts messages, increments a counter, and writes and reads presence in turn, and checks every answer.
 */
public final class WellBehavedClient {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Service suite;
    private final String name;
    private final CompletableFuture<Integer> served;
    private volatile int rounds;
    private volatile boolean leaving;

    /** Starts the client, which runs until {@link #leave}. */
    public WellBehavedClient(Service suite, String name) {
        this.suite = suite;
        this.name = name;
        served = Background.supply(this::run);
    }

    /** Returns the number of completed rounds. */
    public int rounds() {
        return rounds;
    }

    /** Stops the client. Fails if any answer was wrong. */
    public void leave() {
        leaving = true;
        assertThat(served.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join())
                .isPositive();
    }

    private int run() {
        ChatClient chat = ChatClient.connect(suite.at("/chat"), name).join(name, null);
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
