package io.liveline.edge.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.jboss.logging.Logger;

/**
 * Lists that another replica wrote, perhaps of another version: an entry that cannot be read leaves its neighbours
 * alone.
 */
public final class EntryReader {

    private static final Logger LOG = Logger.getLogger(EntryReader.class);

    private EntryReader() {}

    /**
     * Reads those entries that can be read.
     *
     * @param read fails with any exception for one that cannot be
     */
    public static <T, R> List<R> readable(Iterable<T> entries, Function<T, R> read) {
        List<R> readable = new ArrayList<>();
        for (T entry : entries) {
            try {
                readable.add(read.apply(entry));
            } catch (RuntimeException unreadable) {
                LOG.debugf("An entry is left out: %s", unreadable.getMessage());
            }
        }
        return readable;
    }
}
