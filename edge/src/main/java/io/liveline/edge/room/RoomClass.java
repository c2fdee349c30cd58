package io.liveline.edge.room;

import io.liveline.bus.Retention;
import io.liveline.edge.NamePatterns;

/**
 * Rules that rooms of one kind share.
 *
 * @param history bounds of the rooms' logs
 * @param kinds kinds of messages that may be posted beside plain text
 * @param typing whether typing is shown
 */
public record RoomClass(Retention.Bounds history, NamePatterns kinds, boolean typing) {

    /**
     * Returns whether messages of this kind may be posted.
     *
     * @param kind null for data without a kind, which only a pattern for all kinds permits
     */
    public boolean acceptsKind(String kind) {
        return kinds.match(kind == null ? "" : kind);
    }
}
