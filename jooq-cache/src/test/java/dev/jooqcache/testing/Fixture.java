package dev.jooqcache.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.InvalidationGranularity;
import dev.jooqcache.QueryCache;
import dev.jooqcache.QueryCacheBuilder;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;

/**
 * An empty database with a pool, a cache over it, and the assertions that tests share.
 *
 * <p>Closing it checks that no part of the cache has failed unnoticed.
 */
public final class Fixture implements AutoCloseable {

    public final Database database;
    /** The pool itself: what is done on it is not seen by the cache. */
    public final HikariDataSource pool;

    public final QueryCache cache;
    /** The tracked pool. */
    public final DataSource tracked;
    /** Cached, on the tracked pool. */
    public final DSLContext dsl;
    /** Not cached and not seen by the cache. */
    public final DSLContext unseen;

    private final AtomicInteger connections = new AtomicInteger();
    private final String url;
    private boolean failuresExpected;

    private Fixture(
            Database database,
            InvalidationGranularity granularity,
            Consumer<HikariConfig> poolSettings,
            Consumer<QueryCacheBuilder> settings) {
        this.database = database;
        this.url = database.newUrl();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(10);
        config.setMinimumIdle(1);
        // The level that the others have by default; what MariaDB's own default does is a matter of the isolation
        // tests.
        if (database == Database.MARIADB) config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setMetricsTrackerFactory((name, stats) -> new IMetricsTracker() {
            @Override
            public void recordConnectionAcquiredNanos(long elapsed) {
                connections.incrementAndGet();
            }
        });
        poolSettings.accept(config);
        this.pool = new HikariDataSource(config);
        QueryCacheBuilder builder = QueryCache.builder().name("test").invalidation(granularity);
        settings.accept(builder);
        this.cache = builder.build();
        this.tracked = cache.track(pool);
        this.unseen = DSL.using(pool, database.dialect());
        this.dsl = on(tracked);
    }

    /** An empty database. */
    public static Fixture empty(Database database) {
        return empty(database, settings -> {});
    }

    /** An empty database with settings of its own for the cache. */
    public static Fixture empty(Database database, Consumer<QueryCacheBuilder> settings) {
        return empty(database, pool -> {}, settings);
    }

    /** An empty database with settings of its own for the pool and the cache. */
    public static Fixture empty(Database database, Consumer<HikariConfig> pool, Consumer<QueryCacheBuilder> settings) {
        return empty(database, InvalidationGranularity.ROW, pool, settings);
    }

    /** An empty database with another granularity of invalidation, and settings of its own for the pool and the cache. */
    public static Fixture empty(
            Database database,
            InvalidationGranularity granularity,
            Consumer<HikariConfig> pool,
            Consumer<QueryCacheBuilder> settings) {
        return new Fixture(database, granularity, pool, settings);
    }

    /** A database with the tables and rows of {@link Catalogue}. */
    public static Fixture catalogue(Database database) {
        return empty(database).with(Catalogue.DDL);
    }

    /** A database with the tables and rows of {@link Catalogue} and settings of its own for the cache. */
    public static Fixture catalogue(Database database, Consumer<QueryCacheBuilder> settings) {
        return empty(database, settings).with(Catalogue.DDL);
    }

    /** Cached, on another data source, be it tracked or not. */
    public DSLContext on(DataSource source) {
        return cache.derive(new DefaultConfiguration().set(source).set(database.dialect()))
                .dsl();
    }

    /** Executes statements unseen by the cache, before it has looked at the schema. */
    public Fixture with(String... statements) {
        Arrays.stream(statements).forEach(unseen::execute);
        return this;
    }

    /** The name of a schema. On MariaDB it is another database, so it is named after this one, which is its public. */
    public String schema(String name) {
        if (database != Database.MARIADB) return name;
        String own = String.valueOf(unseen.fetchValue("select database()"));
        return name.equals("public") ? own : own + "_" + name;
    }

    /** The statement that has a session find its tables in a schema. */
    public String use(String name) {
        String use = switch (database) {
            case H2 -> "set schema ";
            case POSTGRESQL -> "set search_path to ";
            case MARIADB -> "use ";
        };
        return use + schema(name);
    }

    /** How often a connection was taken from the pool so far. */
    public int connections() {
        return connections.get();
    }

    public DSLContext bypassed() {
        return cache.with(dsl, CacheHint.bypass());
    }

    /** Runs the query twice, so that the second time it is a hit; fails if it is not. */
    public <R extends Record> Result<R> warm(Function<DSLContext, ? extends ResultQuery<R>> query) {
        CacheStats first = during(() -> query.apply(dsl).fetch());
        // On MariaDB it has used up the level that code of unknown effect may have set for it.
        if (unstored(first, BypassReason.ISOLATION) > 0) query.apply(dsl).fetch();
        CacheStats before = cache.stats();
        Result<R> result = query.apply(dsl).fetch();
        assertThat(cache.stats().minus(before).hits())
                .as("a hit: " + cache.explain(query.apply(dsl)))
                .isEqualTo(1);
        return result;
    }

    /** The cached answers, first and second, equal the bypassed one in values and classes. */
    public <R extends Record> Result<R> assertFresh(Function<DSLContext, ? extends ResultQuery<R>> query) {
        Result<R> expected = query.apply(bypassed()).fetch();
        for (int i = 0; i < 2; i++) {
            Result<R> actual = query.apply(dsl).fetch();
            assertThat(actual).as("answer %s of the cache", i).hasSameSizeAs(expected);
            for (int row = 0; row < actual.size(); row++)
                assertThat(Catalogue.same(actual.get(row), expected.get(row)))
                        .as("row %s: %s is %s", row, actual.get(row), expected.get(row))
                        .isTrue();
        }
        return expected;
    }

    /** The query is executed without being looked up, for the given reason. */
    public void assertBypass(BypassReason reason, Function<DSLContext, ? extends ResultQuery<?>> query) {
        CacheStats done = twice(query);
        assertThat(done.bypasses(reason)).as("%s, but was %s", reason, done).isEqualTo(2);
        assertThat(done.hits() + done.misses() + done.stores()).isZero();
    }

    /** The query is looked up and executed, and its result is not stored for the given reason. */
    public void assertNotStored(BypassReason reason, Function<DSLContext, ? extends ResultQuery<?>> query) {
        CacheStats done = twice(query);
        assertThat(done.notStored(reason)).as("%s, but was %s", reason, done).isEqualTo(2);
        assertThat(done.misses()).isEqualTo(2);
        assertThat(done.hits() + done.bypasses() + done.stores()).isZero();
    }

    private CacheStats twice(Function<DSLContext, ? extends ResultQuery<?>> query) {
        return during(() -> {
            query.apply(dsl).fetch();
            query.apply(dsl).fetch();
        });
    }

    /** How often reads were executed and not stored for a reason, whether or not they were looked up. */
    public static long unstored(CacheStats done, BypassReason reason) {
        return done.bypasses(reason) + done.notStored(reason);
    }

    /** What the cache did during some work. */
    public CacheStats during(Runnable work) {
        CacheStats before = cache.stats();
        work.run();
        return cache.stats().minus(before);
    }

    /** Says that this test makes parts of the cache fail on purpose. */
    public Fixture expectingFailures() {
        failuresExpected = true;
        return this;
    }

    @Override
    public void close() {
        long failures = cache.stats().failures();
        cache.close();
        pool.close();
        try {
            // Without the parameters of the test: another one may be given the database.
            database.drop(url);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot drop " + url, e);
        }
        if (!failuresExpected) assertThat(failures).as("failures of the cache").isZero();
    }
}
