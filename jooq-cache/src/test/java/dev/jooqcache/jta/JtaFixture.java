package dev.jooqcache.jta;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.AdmissionPolicy;
import dev.jooqcache.CacheStats;
import dev.jooqcache.InvalidationGranularity;
import dev.jooqcache.QueryCache;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** The tables of {@link Catalogue}, a pool of a transaction manager, and a cache over it. */
final class JtaFixture implements AutoCloseable {

    final Database database;
    final Coordinator jta;
    final String url;
    final DataSource pool;
    final QueryCache cache;
    final DSLContext dsl;
    /** On a plain pool of its own, not seen by the cache. */
    final DSLContext unseen;

    private final HikariDataSource plain;

    JtaFixture(Database database, Coordinator jta, Registration registration) {
        this.database = database;
        this.jta = jta;
        this.url = database.newUrl();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(4);
        config.setMinimumIdle(0);
        this.plain = new HikariDataSource(config);
        this.unseen = DSL.using(plain, database.dialect());
        for (String statement : Catalogue.DDL) unseen.execute(statement);
        try {
            this.pool = jta.pool(database, url);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        this.cache = QueryCache.builder()
                .name("test")
                .invalidation(InvalidationGranularity.ROW)
                .admission(AdmissionPolicy.ALWAYS)
                .build();
        this.dsl = registration.dsl(cache, pool, database);
    }

    /** The first title, read in a transaction if there must be one. */
    String title() {
        return title(dsl);
    }

    String title(DSLContext from) {
        return reading(() -> Books.title(from));
    }

    String name() {
        return reading(() -> Books.name(dsl));
    }

    private String reading(Supplier<String> read) {
        if (jta.worksOutside()) return read.get();
        jta.begin();
        try {
            return read.get();
        } finally {
            jta.rollback();
        }
    }

    /** What the database says, without the cache. */
    String expected() {
        return Books.title(unseen);
    }

    /** Reads until there is a hit, so that what is true later can be told from what is not cached at all. */
    void warm() {
        await("hits with " + jta, () -> hits(this::title) > 0);
        await("hits with " + jta, () -> hits(this::name) > 0);
    }

    long hits(Runnable work) {
        CacheStats before = cache.stats();
        work.run();
        return cache.stats().minus(before).hits();
    }

    CacheStats during(Runnable work) {
        CacheStats before = cache.stats();
        work.run();
        return cache.stats().minus(before);
    }

    void inTransaction(Runnable work) {
        jta.begin();
        boolean done = false;
        try {
            work.run();
            done = true;
        } finally {
            if (done) jta.commit();
            else jta.rollback();
        }
    }

    /** Several reads here and in another thread show what the database says. */
    void assertFresh() {
        String expected = expected();
        for (int i = 0; i < 3; i++) {
            assertThat(title()).isEqualTo(expected);
            assertThat(elsewhere(this::title)).isEqualTo(expected);
        }
    }

    static String elsewhere(Supplier<String> work) {
        return CompletableFuture.supplyAsync(work).join();
    }

    static void await(Supplier<Boolean> condition) {
        await("it happens", condition);
    }

    private static void await(String what, Supplier<Boolean> condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.get()) {
            assertThat(System.nanoTime()).as("%s in time", what).isLessThan(deadline);
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        long failures = cache.stats().failures();
        cache.close();
        Coordinator.close(pool);
        plain.close();
        database.drop(url);
        assertThat(failures).as("failures of the cache").isZero();
    }
}
