package io.liveline.services.faults.world;

import java.util.Locale;

/** A service of the suite. */
public enum ServiceName {
    CHAT,
    DASHBOARD,
    PRESENCE;

    String module() {
        return name().toLowerCase(Locale.ROOT) + "-service";
    }
}
