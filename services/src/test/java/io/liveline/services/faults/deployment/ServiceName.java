package io.liveline.services.faults.deployment;

import java.util.Locale;

/** Name of one of the three services. */
public enum ServiceName {
    CHAT,
    DASHBOARD,
    PRESENCE;

    String module() {
        return name().toLowerCase(Locale.ROOT) + "-service";
    }
}
