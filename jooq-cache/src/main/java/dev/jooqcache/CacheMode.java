package dev.jooqcache;

/** Which queries are candidates for the cache. */
public enum CacheMode {
    /** Whatever can be cached without being wrong. The default. */
    ALL,
    /** Only queries with {@link CacheHint#cache()} or another caching hint. Writes are seen all the same. */
    MARKED
}
