package dev.jooqcache.benchmarks;

import dev.jooqcache.InvalidationGranularity;
import java.util.function.Function;

/** What is compared. */
enum Contender {
    FLOOR("jOOQ's floor", database -> IdealFloor.over(database.configuration())),
    PLAIN(
            "jOOQ, no cache",
            database -> new JooqCatalogue(database.configuration().dsl())),
    TABLES("jooq-cache", database -> CachedJooq.with(InvalidationGranularity.TABLE, database.configuration())),
    ROWS("jooq-cache, ROWS", database -> CachedJooq.with(InvalidationGranularity.ROW, database.configuration())),
    PREPARED("jooq-cache, prepared", database -> PreparedCatalogue.over(database.configuration())),
    MISS("jooq-cache, miss", database -> CachedJooq.missing(database.configuration())),
    BYPASS("jooq-cache, bypass", database -> CachedJooq.bypassing(database.configuration())),
    RESULT_SETS("ResultSet cache", database -> ResultSetCache.of(database.configuration())),
    SPRING_EHCACHE("@Cacheable, Ehcache", database -> SpringCaches.onEhcache(database.configuration())),
    SPRING_CAFFEINE("@Cacheable, Caffeine", database -> SpringCaches.onCaffeine(database.configuration())),
    HIBERNATE("Hibernate", HibernateCatalogue::over),
    MYBATIS("MyBatis", database -> MyBatisCatalogue.over(database, false)),
    MYBATIS_READ_ONLY("MyBatis, readOnly", database -> MyBatisCatalogue.over(database, true));

    private final String label;
    private final Function<Database, Catalogue> opening;

    Contender(String label, Function<Database, Catalogue> opening) {
        this.label = label;
        this.opening = opening;
    }

    String label() {
        return label;
    }

    /** Returns whether it answers from memory what it has answered before. */
    boolean hits() {
        return this != PLAIN && this != MISS && this != BYPASS;
    }

    Catalogue open(Database database) {
        return opening.apply(database);
    }
}
