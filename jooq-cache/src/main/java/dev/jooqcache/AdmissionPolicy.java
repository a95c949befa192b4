package dev.jooqcache;

/** Decides which results are admitted to the cache. Set by {@link QueryCacheBuilder#admission}. */
public enum AdmissionPolicy {
    /**
     * Admits the results of queries that are hit. If none of a query's last 256 cached results was hit, because its rows change
     * too often or its bind values never return, the result of one execution in 16 is admitted until the query is hit again.
     * The default.
     */
    ADAPTIVE,
    /** Admits every cacheable result. */
    ALWAYS
}
