package io.liveline.bus;

import java.time.Duration;

/** A configuration for tests: small histories and short waits, each changed by a wither. */
public record TestBusConfig(
        Transport transport,
        Duration timeout,
        int maxPending,
        int maxEventBytes,
        Duration idempotencyWindow,
        int maxTopics,
        int length,
        Duration age,
        Duration cursorLife,
        String prefix,
        Duration unsubscribeAfter,
        int commandsAtOnce)
        implements BusConfig {

    /** What the products have by default, but for a history of 5,000 events. */
    public static TestBusConfig standard() {
        return new TestBusConfig(
                Transport.REDIS,
                Duration.ofSeconds(5),
                5000,
                65536,
                Duration.ofMinutes(10),
                1000,
                5000,
                Duration.ofHours(24),
                Duration.ofDays(7),
                "ll:",
                Duration.ofSeconds(5),
                64);
    }

    TestBusConfig withHistory(int length, Duration age) {
        return new TestBusConfig(
                transport,
                timeout,
                maxPending,
                maxEventBytes,
                idempotencyWindow,
                maxTopics,
                length,
                age,
                cursorLife,
                prefix,
                unsubscribeAfter,
                commandsAtOnce);
    }

    TestBusConfig withTimeout(Duration timeout) {
        return new TestBusConfig(
                transport,
                timeout,
                maxPending,
                maxEventBytes,
                idempotencyWindow,
                maxTopics,
                length,
                age,
                cursorLife,
                prefix,
                unsubscribeAfter,
                commandsAtOnce);
    }

    TestBusConfig withIdempotencyWindow(Duration idempotencyWindow) {
        return new TestBusConfig(
                transport,
                timeout,
                maxPending,
                maxEventBytes,
                idempotencyWindow,
                maxTopics,
                length,
                age,
                cursorLife,
                prefix,
                unsubscribeAfter,
                commandsAtOnce);
    }

    TestBusConfig withMaxPending(int maxPending) {
        return new TestBusConfig(
                transport,
                timeout,
                maxPending,
                maxEventBytes,
                idempotencyWindow,
                maxTopics,
                length,
                age,
                cursorLife,
                prefix,
                unsubscribeAfter,
                commandsAtOnce);
    }

    TestBusConfig withUnsubscribeAfter(Duration unsubscribeAfter) {
        return new TestBusConfig(
                transport,
                timeout,
                maxPending,
                maxEventBytes,
                idempotencyWindow,
                maxTopics,
                length,
                age,
                cursorLife,
                prefix,
                unsubscribeAfter,
                commandsAtOnce);
    }

    TestBusConfig withCommandsAtOnce(int commandsAtOnce) {
        return new TestBusConfig(
                transport,
                timeout,
                maxPending,
                maxEventBytes,
                idempotencyWindow,
                maxTopics,
                length,
                age,
                cursorLife,
                prefix,
                unsubscribeAfter,
                commandsAtOnce);
    }

    @Override
    public History history() {
        return new History() {
            @Override
            public int length() {
                return length;
            }

            @Override
            public Duration age() {
                return age;
            }

            @Override
            public Duration cursorLife() {
                return cursorLife;
            }
        };
    }

    @Override
    public Redis redis() {
        return new Redis() {
            @Override
            public String prefix() {
                return prefix;
            }

            @Override
            public Duration pulse() {
                return Duration.ofMillis(500);
            }

            @Override
            public Duration degradedAfter() {
                return Duration.ofSeconds(2);
            }

            @Override
            public Duration reconnectMin() {
                return Duration.ofMillis(50);
            }

            @Override
            public Duration reconnectMax() {
                return Duration.ofMillis(500);
            }

            @Override
            public Duration unsubscribeAfter() {
                return unsubscribeAfter;
            }

            @Override
            public int commandsAtOnce() {
                return commandsAtOnce;
            }

            @Override
            public Duration aloneAfterError() {
                return Duration.ofSeconds(1);
            }

            @Override
            public int repairPage() {
                return 256;
            }

            @Override
            public int repairsAtOnce() {
                return 64;
            }
        };
    }
}
