package dev.jooqcache.sample;

import static dev.jooqcache.sample.generated.Tables.FILM;
import static dev.jooqcache.sample.generated.Tables.PRICE_CHANGE;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheDecision;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.QueryCache;
import java.util.Optional;
import org.jooq.Configuration;
import org.jooq.DSLContext;

/** The catalogue with a cache of its own: all that an application has to write. */
final class CachedCatalogue implements AutoCloseable {

    private final QueryCache cache;
    private final DSLContext dsl;

    CachedCatalogue(Configuration configuration) {
        cache = QueryCache.builder()
                .name("catalogue")
                // On H2 the trigger is written in Java, where the cache cannot look; on PostgreSQL this says nothing
                // new.
                .trigger(FILM, PRICE_CHANGE)
                .build();
        dsl = cache.derive(configuration).dsl();
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
