package dev.jooqcache.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Creates the store of a cache if {@code QueryCacheBuilder.store} was not called. A factory is found by {@link java.util.ServiceLoader}, and has a public constructor
 * without parameters; {@code jooq-cache-ehcache} brings one.
 */
public interface ResultStoreFactory {

    /**
     * Creates a store on the heap.
     *
     * @param maximumEntries how many results it keeps at most, at least 1
     * @param expireAfterWrite how long a result is served after it was stored, positive; {@code null} means the store's default
     * @return a new store, which the cache opens and closes
     */
    ResultStore create(int maximumEntries, @Nullable Duration expireAfterWrite);
}
