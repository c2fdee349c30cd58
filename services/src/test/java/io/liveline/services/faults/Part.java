package io.liveline.services.faults;

import java.util.Locale;

/** A service of the suite. */
enum Part {
    CHAT,
    DASHBOARD,
    PRESENCE;

    String module() {
        return name().toLowerCase(Locale.ROOT) + "-service";
    }
}
