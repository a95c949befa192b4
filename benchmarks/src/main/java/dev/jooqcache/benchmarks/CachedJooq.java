package dev.jooqcache.benchmarks;

import dev.jooqcache.AdmissionPolicy;
import dev.jooqcache.CacheHint;
import dev.jooqcache.InvalidationGranularity;
import dev.jooqcache.QueryCache;
import dev.jooqcache.sample.CachedCatalogue;
import org.jooq.Configuration;
import org.jooq.DSLContext;

/** jOOQ with jooq-cache. */
final class CachedJooq extends JooqCatalogue {

    private final QueryCache cache;

    private CachedJooq(QueryCache cache, DSLContext dsl) {
        super(dsl);
        this.cache = cache;
    }

    /** Every default but the precision. */
    static CachedJooq with(InvalidationGranularity precision, Configuration configuration) {
        return of(
                CachedCatalogue.settings(configuration).invalidation(precision).build(), configuration);
    }

    /** Room for one result only, so that each read misses, records, stores and evicts. */
    static CachedJooq missing(Configuration configuration) {
        return of(
                CachedCatalogue.settings(configuration)
                        .maximumEntries(1)
                        .admission(AdmissionPolicy.ALWAYS)
                        .build(),
                configuration);
    }

    /** Each read is told to go to the database. */
    static CachedJooq bypassing(Configuration configuration) {
        QueryCache cache = CachedCatalogue.settings(configuration).build();
        return new CachedJooq(cache, cache.with(cache.derive(configuration).dsl(), CacheHint.bypass()));
    }

    private static CachedJooq of(QueryCache cache, Configuration configuration) {
        return new CachedJooq(cache, cache.derive(configuration).dsl());
    }

    QueryCache cache() {
        return cache;
    }

    @Override
    public void close() {
        cache.close();
    }
}
