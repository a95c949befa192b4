package dev.jooqcache.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import javax.cache.Cache;
import javax.cache.CacheManager;
import javax.cache.Caching;
import org.ehcache.config.builders.CacheConfigurationBuilder;
import org.ehcache.config.builders.ExpiryPolicyBuilder;
import org.ehcache.config.builders.ResourcePoolsBuilder;
import org.ehcache.jsr107.Eh107Configuration;

/** Ehcache behind JCache for the peers: on the heap, by reference, with as many entries and as long as jooq-cache's. */
final class Ehcaches {

    static final int ENTRIES = 10_000;
    static final Duration TIME_TO_LIVE = Duration.ofMinutes(5);

    private Ehcaches() {}

    static CacheManager manager(List<String> names) {
        CacheManager manager = manager();
        names.forEach(name -> create(manager, name));
        return manager;
    }

    /** A cache that was created. */
    static Cache<Object, Object> open(String name) {
        return Objects.requireNonNull(manager().getCache(name), name);
    }

    private static CacheManager manager() {
        return Caching.getCachingProvider("org.ehcache.jsr107.EhcacheCachingProvider")
                .getCacheManager();
    }

    private static void create(CacheManager manager, String name) {
        if (manager.getCache(name) != null) manager.destroyCache(name);
        manager.createCache(
                name,
                Eh107Configuration.fromEhcacheCacheConfiguration(CacheConfigurationBuilder.newCacheConfigurationBuilder(
                                Object.class, Object.class, ResourcePoolsBuilder.heap(ENTRIES))
                        .withExpiry(ExpiryPolicyBuilder.timeToLiveExpiration(TIME_TO_LIVE))));
    }
}
