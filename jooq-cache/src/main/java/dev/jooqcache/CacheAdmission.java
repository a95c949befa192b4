package dev.jooqcache;

/** Whose results are recorded. */
public enum CacheAdmission {
    /**
     * Those of queries that are hit: of one whose last 256 results were stored in vain, since its rows change before anybody
     * asks again or its bind values never return, only one execution in 16 is recorded, until there is a hit. The default.
     */
    ADAPTIVE,
    /** All that can be. */
    ALWAYS
}
