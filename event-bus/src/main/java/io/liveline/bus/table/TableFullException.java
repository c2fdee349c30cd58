package io.liveline.bus.table;

/** Rejection of a new key by a table that has the maximum number of keys. Nothing was changed. */
public final class TableFullException extends RuntimeException {

    public TableFullException(int maxKeys) {
        super("The table has the maximum of " + maxKeys + " keys", null, false, false);
    }
}
