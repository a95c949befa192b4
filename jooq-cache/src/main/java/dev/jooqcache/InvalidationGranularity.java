package dev.jooqcache;

/** The granularity of invalidation. Set by {@link QueryCacheBuilder#invalidation}. */
public enum InvalidationGranularity {
    /** A write to a table invalidates every result that depends on the table. The default. */
    TABLE,
    /**
     * An UPDATE invalidates only results that depend on a column that it changes, and a write of rows with certain key values
     * only results that may contain rows with these values. Where the rows or columns of a write cannot be determined, it
     * invalidates as with {@link #TABLE}.
     */
    @Experimental
    ROW
}
