package io.liveline.services.browser;

import java.util.Map;

import io.liveline.services.support.Deployment;
import io.liveline.services.support.Suite;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** Test of the page on all services in one process without Redis. */
class BrowserIT {

    private static ReadmePage readme;
    private static Deployment suite;
    private static Browsers chromium;

    @BeforeAll
    static void start() {
        chromium = Browsers.start();
        readme = ReadmePage.serve();
        suite = Suite.start(Map.of("liveline.edge.origins", readme.origin()));
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
            suite.close();
            readme.close();
        }
    }

    @Nested
    class ThePage extends PageContract {
        ThePage() {
            super(suite, chromium);
        }
    }

    @Nested
    class ForEverybody extends AccessibilityContract {
        ForEverybody() {
            super(suite, chromium);
        }
    }

    @Nested
    class TheReadme extends ReadmeContract {
        TheReadme() {
            super(suite, chromium, readme);
        }
    }
}
