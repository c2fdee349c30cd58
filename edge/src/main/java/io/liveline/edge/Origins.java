package io.liveline.edge;

import java.net.URI;
import java.util.Set;

import jakarta.inject.Singleton;

/**
 * Which pages may open a WebSocket here. Browsers send cookies and reach private addresses on behalf of any page, and
 * CORS does not cover upgrades: the server has to look at {@code Origin} itself.
 */
@Singleton
public final class Origins {

    private final Set<String> allowed;

    Origins(EdgeConfig config) {
        this.allowed = config.origins().orElse(Set.of());
    }

    /**
     * Whether a page of this origin may.
     *
     * @param origin the {@code Origin} header; null when no browser is asking
     * @param host the {@code Host} header
     */
    public boolean allow(String origin, String host) {
        return origin == null || allowed.contains(origin) || isOwn(origin, host);
    }

    private static boolean isOwn(String origin, String host) {
        try {
            String authority = URI.create(origin).getAuthority();
            return authority != null && authority.equalsIgnoreCase(host);
        } catch (IllegalArgumentException notAnOrigin) {
            return false;
        }
    }
}
