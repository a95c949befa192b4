package dev.jooqcache;

/** How far a write is told from what it does not change. */
public enum CachePrecision {
    /** A write of a table invalidates every result that depends on the table. The default. */
    TABLES,
    /**
     * Besides, an UPDATE invalidates only results that read one of the columns it changes, and a write of rows with one key
     * only results that can contain rows with this key.
     */
    @Experimental
    ROWS
}
