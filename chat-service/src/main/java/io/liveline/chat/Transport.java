package io.liveline.chat;

import java.util.Locale;

/** How a room is listened to. */
public enum Transport {
    WEBSOCKET,
    SSE,
    LONGPOLL;

    /** Its name in counters and metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
