package dev.jooqcache.internal.transaction;

/** What a statement asks about those that its session has executed before it. */
public enum LookBack {
    /** Nothing. */
    NONE,
    /** It runs code that may ask anything. */
    PERHAPS,
    /** The number of rows of the last query, whatever has been executed since. */
    ROWS,
    /** How the last statement went: its update count, its warnings. */
    OUTCOME;

    /**
     * Returns whether its own text asks.
     *
     * @return whether it certainly does
     */
    public boolean isTold() {
        return this == ROWS || this == OUTCOME;
    }
}
