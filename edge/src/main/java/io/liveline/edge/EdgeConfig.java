package io.liveline.edge;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What every service does at its HTTP edge: keys under {@code liveline.edge}. */
@ConfigMapping(prefix = "liveline.edge")
public interface EdgeConfig {

    /** How long the bus may be away before the service says that it is not ready. */
    @WithDefault("10s")
    Duration readinessGrace();

    /**
     * For how long a replica that has been asked to end (SIGTERM) goes on: it says that it is not ready, and sees its
     * clients off, each in a slot of its own, so that they do not all come to the others at once. Not shorter than it
     * takes until no new request is sent here. Nothing for a replica that may end at once.
     */
    @WithDefault("10s")
    Duration drain();

    /**
     * Origins of other sites whose pages may open a WebSocket here, such as {@code https://example.org}. A service's
     * own origin always may. For HTTP the like is set with {@code quarkus.http.cors.origins}.
     */
    Optional<Set<String>> origins();

    /** Where browsers find each service, when it is not at the origin that served the page. */
    Services services();

    /** Base addresses without a slash at their end, such as {@code http://localhost:8081}; unset: the page's own. */
    interface Services {

        /** The chat service. */
        Optional<String> chat();

        /** The dashboard service. */
        Optional<String> dashboard();

        /** The presence service. */
        Optional<String> presence();
    }
}
