package io.liveline.edge.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.jboss.logging.Logger;

/**
 * Tolerant reader of lists that another replica wrote, perhaps of another version: it skips entries that it cannot read
 * and keeps the others.
 */
public final class EntryReader {

    private static final Logger LOG = Logger.getLogger(EntryReader.class);

    private EntryReader() {}

    /**
     * Returns the entries that can be read.
     *
     * @param read function that throws any runtime exception for an unreadable entry
     */
    public static <T, R> List<R> readable(Iterable<T> entries, Function<T, R> read) {
        List<R> readable = new ArrayList<>();
        for (T entry : entries) {
            try {
                readable.add(read.apply(entry));
            } catch (RuntimeException unreadable) {
                LOG.debugf("Skipped an unreadable entry: %s", unreadable.getMessage());
            }
        }
        return readable;
    }
}
