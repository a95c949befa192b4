package dev.jooqcache;

/** Decides which queries are looked up in the cache. Set by {@link QueryCacheBuilder#mode}. */
public enum CacheMode {
    /** Every cacheable query. The default. */
    ALL,
    /**
     * Only queries with {@link CacheHint#enable()}, or with another hint that enables caching. The writes of all queries
     * invalidate.
     */
    MARKED
}
