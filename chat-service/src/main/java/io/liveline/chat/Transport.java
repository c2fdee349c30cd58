package io.liveline.chat;

import java.util.Locale;

/** Transport over which a client receives the messages of a room. */
public enum Transport {
    WEBSOCKET,
    SSE,
    LONGPOLL;

    /** Returns the name used in counters and metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
