package dev.jooqcache.benchmarks;

import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;
import java.util.function.Supplier;
import org.jooq.Configuration;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.caffeine.CaffeineCacheManager;
import org.springframework.cache.jcache.JCacheCacheManager;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** The small application contexts for {@link SpringCatalogue}: with Ehcache through JCache, and with Caffeine. */
final class SpringCaches {

    private static final List<String> NAMES = List.of("films", "pages", "details", "genres", "reports");

    private SpringCaches() {}

    @EnableCaching
    static class Caching {}

    static Catalogue onEhcache(Configuration configuration) {
        return start(configuration, () -> new JCacheCacheManager(Ehcaches.manager(NAMES)));
    }

    static Catalogue onCaffeine(Configuration configuration) {
        return start(configuration, () -> {
            CaffeineCacheManager manager = new CaffeineCacheManager();
            manager.setCaffeine(
                    Caffeine.newBuilder().maximumSize(Ehcaches.ENTRIES).expireAfterWrite(Ehcaches.TIME_TO_LIVE));
            manager.setCacheNames(NAMES);
            return manager;
        });
    }

    private static Catalogue start(Configuration configuration, Supplier<CacheManager> manager) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.register(Caching.class);
        context.registerBean(CacheManager.class, manager);
        context.registerBean("catalogue", Catalogue.class, () -> new SpringCatalogue(configuration.dsl()));
        context.refresh();
        return context.getBean(Catalogue.class);
    }
}
