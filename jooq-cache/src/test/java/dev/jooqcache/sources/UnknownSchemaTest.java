package dev.jooqcache.sources;

import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.CacheStats;
import dev.jooqcache.QueryCache;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import javax.sql.DataSource;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.SQLDataType;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Statements in transactions whose end nobody sees, of which only the schema tells what they touch, sent before the schema is
 * known: what they do not touch is cached again as soon as it is, and what they touch is not.
 */
class UnknownSchemaTest {

    private static final Field<String> V = field(name("v"), SQLDataType.VARCHAR(10));

    private static Fixture database(Database database, String content) {
        return Fixture.empty(database)
                .with(
                        "create table t (id int primary key, v varchar(10))",
                        "insert into t values (1, '" + content + "')",
                        "create table u (id int primary key, v varchar(10))",
                        "insert into u values (1, '" + content + "')");
    }

    /** Derived over the proxy that binds connections to transactions, or the listener alone. */
    private static List<BiFunction<QueryCache, DataSource, DSLContext>> registrations(Database database) {
        return List.of(
                (cache, pool) -> cache.derive(on(pool, database)).dsl(),
                (cache, pool) ->
                        on(pool, database).set(cache.executeListenerProvider()).dsl());
    }

    private static Configuration on(DataSource pool, Database database) {
        return new DefaultConfiguration()
                .set(new TransactionAwareDataSourceProxy(pool))
                .set(database.dialect());
    }

    private static LazyConnectionDataSourceProxy lazy(Fixture writing, Fixture reading) {
        LazyConnectionDataSourceProxy lazy = new LazyConnectionDataSourceProxy(writing.pool);
        lazy.setReadOnlyDataSource(reading.pool);
        return lazy;
    }

    private static TransactionTemplate transaction(DataSource dataSource) {
        return new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    }

    private static TransactionTemplate readOnly(DataSource dataSource) {
        TransactionTemplate transaction = transaction(dataSource);
        transaction.setReadOnly(true);
        return transaction;
    }

    private static String value(DSLContext dsl, String table) {
        return dsl.select(V).from(table(name(table))).fetchOne(V);
    }

    private static boolean isHit(QueryCache cache, DSLContext dsl, String table) {
        CacheStats before = cache.stats();
        value(dsl, table);
        return cache.stats().minus(before).hits() == 1;
    }

    /** The catalog is read in another thread. */
    private static void assertHitSoon(QueryCache cache, DSLContext dsl, String table) {
        for (int i = 0; i < 200; i++) {
            if (isHit(cache, dsl, table)) return;
            pause();
        }
        throw new AssertionError("no hit: " + cache.stats());
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** In another thread, which is in no transaction. */
    private static void elsewhere(Runnable work) {
        CompletableFuture.runAsync(work).join();
    }

    @DatabaseTest
    void readInAReadOnlyTransaction_endsNoCaching(Database database) {
        for (var registration : registrations(database))
            try (Fixture a = database(database, "a");
                    Fixture b = database(database, "b");
                    QueryCache cache = QueryCache.create()) {
                DataSource lazy = lazy(a, b);
                DSLContext dsl = registration.apply(cache, lazy);
                assertThat(value(dsl, "t")).isEqualTo("a");
                readOnly(lazy).executeWithoutResult(status -> {
                    assertThat(value(dsl, "t")).isEqualTo("b");
                    elsewhere(() -> assertHitSoon(cache, dsl, "t"));
                });
                for (int i = 0; i < 3; i++) {
                    assertThat(readOnly(lazy).<String>execute(status -> value(dsl, "t")))
                            .isEqualTo("b");
                    assertThat(isHit(cache, dsl, "t")).isTrue();
                    assertThat(value(dsl, "t")).isEqualTo("a");
                }
            }
    }

    @DatabaseTest
    void readInATransactionOfOnePool_endsNoCaching(Database database) {
        for (var registration : registrations(database))
            try (Fixture a = database(database, "a");
                    Fixture b = database(database, "b");
                    QueryCache cache = QueryCache.create()) {
                DSLContext onA = registration.apply(cache, a.pool);
                DSLContext onB = registration.apply(cache, b.pool);
                value(onA, "t");
                transaction(b.pool).executeWithoutResult(status -> {
                    assertThat(value(onB, "t")).isEqualTo("b");
                    elsewhere(() -> {
                        assertHitSoon(cache, onA, "t");
                        assertHitSoon(cache, onB, "t");
                    });
                });
            }
    }

    @DatabaseTest
    void writeInATransaction_isNarrowedToItsTable(Database database) {
        for (var registration : registrations(database))
            try (Fixture b = database(database, "old");
                    QueryCache cache = QueryCache.create()) {
                DSLContext dsl = registration.apply(cache, b.pool);
                transaction(b.pool).executeWithoutResult(status -> {
                    dsl.update(table(name("t"))).set(V, "new").execute();
                    elsewhere(() -> {
                        assertHitSoon(cache, dsl, "u");
                        for (int i = 0; i < 3; i++)
                            assertThat(isHit(cache, dsl, "t")).isFalse();
                        assertThat(value(dsl, "t")).isEqualTo("old");
                    });
                });
                for (int i = 0; i < 5; i++) assertThat(value(dsl, "t")).isEqualTo("new");
            }
    }

    private static final String WRITING = "create or replace function f() returns varchar language plpgsql as"
            + " $$ begin update t set v = 'new'; return 1; end $$";
    private static final String HARMLESS =
            "create or replace function f() returns varchar language sql as $$ select 'x'::varchar $$";

    /** A read of a view that calls a function which writes; meanwhile others read what it writes. */
    private static void readThatWrites(Database database, String... meanwhile) {
        if (database != POSTGRESQL) return;
        for (var registration : registrations(database))
            try (Fixture a = database(database, "a");
                    Fixture b = Fixture.empty(database, pool -> pool.setMaximumPoolSize(2), settings -> {})
                            .with("create table t (v varchar(10))", "insert into t values ('old')")
                            .with(WRITING, "create view w as select f() as v");
                    QueryCache cache = QueryCache.create()) {
                DataSource lazy = lazy(b, a);
                DSLContext dsl = registration.apply(cache, lazy);
                DSLContext others = registration.apply(cache, b.pool);
                transaction(lazy).executeWithoutResult(status -> {
                    // The last connection, so that the catalog is read only after that.
                    try (Connection last = cache.track(b.pool).getConnection();
                            Statement statement = last.createStatement()) {
                        assertThat(value(dsl, "w")).isEqualTo("1");
                        for (String sql : meanwhile) statement.execute(sql);
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                    elsewhere(() -> {
                        for (int i = 0; i < 20; i++) {
                            assertThat(value(others, "t")).isEqualTo("old");
                            pause();
                        }
                    });
                });
                for (int i = 0; i < 3; i++) assertThat(value(others, "t")).isEqualTo("new");
            }
    }

    @DatabaseTest
    void readOfAViewThatWrites_isNotTakenForARead(Database database) {
        readThatWrites(database);
    }

    @DatabaseTest
    void readOfAViewThatWrote_whoseFunctionWasReplacedSince_isNotTakenForARead(Database database) {
        readThatWrites(database, HARMLESS);
    }
}
