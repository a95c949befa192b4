package dev.jooqcache.sample;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheDecision;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.QueryCache;
import dev.jooqcache.QueryCacheBuilder;
import dev.jooqcache.sample.generated.CatalogueCacheModel;
import java.util.Optional;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;

/** The catalogue with a cache of its own: all that an application has to write. */
public final class CachedCatalogue implements AutoCloseable {

    private final QueryCache cache;
    private final DSLContext dsl;

    CachedCatalogue(Configuration configuration) {
        cache = settings(configuration).build();
        dsl = cache.derive(configuration).dsl();
    }

    public static QueryCacheBuilder settings(Configuration configuration) {
        QueryCacheBuilder builder = QueryCache.builder().name("catalogue");
        // Generated from H2's migrations, with what the build declares about a trigger written in Java. PostgreSQL has
        // migrations of its own, so there the live schema is read.
        if (configuration.family() == SQLDialect.H2) builder.model(new CatalogueCacheModel());
        return builder;
    }

    DSLContext dsl() {
        return dsl;
    }

    /** Asks the database, whatever is in the cache. */
    DSLContext bypassing() {
        return cache.with(dsl, CacheHint.bypass());
    }

    /** Why this question can never be answered from the cache, if so. */
    Optional<BypassReason> bypassReason(Question question) {
        CacheDecision decision = cache.explain(question.on(dsl));
        return Optional.ofNullable(decision.reason());
    }

    CacheStats stats() {
        return cache.stats();
    }

    @Override
    public void close() {
        cache.close();
    }
}
