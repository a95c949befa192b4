package dev.jooqcache.fidelity;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.ExecuteListenerProvider;
import org.jooq.Record2;
import org.jooq.ResultQuery;
import org.jooq.impl.CallbackExecuteListener;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.DefaultExecuteListenerProvider;
import org.jooq.tools.jdbc.DefaultResultSet;
import org.junit.jupiter.api.Tag;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionTemplate;

/** A user's listener that runs queries of its own, or changes the SQL, finds a hit to behave as a miss (F3). */
@Tag("F3")
class ListenerQueryTest {

    private static ResultQuery<Record2<Integer, String>> titles(DSLContext dsl) {
        return dsl.select(BOOK.ID, BOOK.TITLE).from(BOOK).orderBy(BOOK.ID);
    }

    private static boolean isOuter(ExecuteContext ctx) {
        return ctx.sql() != null && ctx.sql().contains("order by");
    }

    /** A context whose listener comes before the cache's. */
    private static DSLContext withListener(Fixture f, ExecuteListener listener) {
        return withListener(f, f.unseen.configuration(), listener, true);
    }

    /** A context whose listener comes before the cache's, or after it. */
    private static DSLContext withListener(Fixture f, Configuration on, ExecuteListener listener, boolean first) {
        ExecuteListenerProvider other = new DefaultExecuteListenerProvider(listener);
        return first
                ? f.cache.derive(on.derive(other)).dsl()
                : f.cache.derive(on).deriveAppending(other).dsl();
    }

    @DatabaseTest
    void fetch_nestedQueryAtEachEventOfHit_answersBoth(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            AtomicInteger nested = new AtomicInteger();
            Consumer<ExecuteContext> query = ctx -> {
                if (!isOuter(ctx)) return;
                nested.incrementAndGet();
                assertThat(ctx.dsl().selectCount().from(AUTHOR).fetchOne(0, int.class))
                        .isEqualTo(2);
            };
            DSLContext dsl = withListener(
                    f,
                    new CallbackExecuteListener()
                            .onPrepareStart(query::accept)
                            .onPrepareEnd(query::accept)
                            .onBindStart(query::accept)
                            .onExecuteStart(query::accept)
                            .onExecuteEnd(query::accept)
                            .onRecordEnd(query::accept));
            assertThat(titles(dsl).fetch()).hasSize(3);
            int onMiss = nested.get();
            long hits = f.cache.stats().hits();
            assertThat(titles(dsl).fetch()).hasSize(3);
            assertThat(nested.get()).isEqualTo(2 * onMiss);
            assertThat(f.cache.stats().hits()).isGreaterThan(hits);
            assertThat(f.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @DatabaseTest
    void fetch_nestedWriteDuringHit_isSeenAndCacheGoesOn(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            AtomicInteger key = new AtomicInteger(100);
            DSLContext dsl = withListener(f, new CallbackExecuteListener().onRecordEnd(ctx -> {
                        if (isOuter(ctx))
                            ctx.dsl()
                                    .insertInto(AUTHOR, AUTHOR.ID, AUTHOR.NAME)
                                    .values(key.incrementAndGet(), "x")
                                    .execute();
                    }));
            f.warm(plain -> plain.selectFrom(AUTHOR));
            titles(dsl).fetch();
            titles(dsl).fetch();
            assertThat(key.get()).isEqualTo(106);
            assertThat(f.assertFresh(plain -> plain.selectFrom(AUTHOR))).hasSize(8);
            f.warm(plain -> plain.selectFrom(AUTHOR));
            assertThat(f.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    /** In these a connection can be used after jOOQ has released it. */
    private static List<Bound> boundConnections(Fixture f) {
        List<Bound> all = new ArrayList<>();
        for (DataSource pool : List.of(f.tracked, f.pool)) {
            TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(pool));
            Configuration configuration = new DefaultConfiguration()
                    .set(new DataSourceConnectionProvider(new TransactionAwareDataSourceProxy(pool)))
                    .set(f.database.dialect());
            all.add(new Bound(configuration, work -> transaction.executeWithoutResult(s -> work.run())));
        }
        return all;
    }

    private record Bound(Configuration configuration, Consumer<Runnable> transaction) {}

    private static CallbackExecuteListener atEachEvent(Consumer<ExecuteContext> action) {
        return new CallbackExecuteListener()
                .onRenderEnd(action::accept)
                .onPrepareStart(action::accept)
                .onPrepareEnd(action::accept)
                .onBindEnd(action::accept)
                .onExecuteStart(action::accept)
                .onExecuteEnd(action::accept)
                .onFetchStart(action::accept)
                .onResultStart(action::accept)
                .onRecordEnd(action::accept)
                .onResultEnd(action::accept)
                .onFetchEnd(action::accept)
                .onEnd(action::accept);
    }

    @DatabaseTest
    void fetch_nestedQueryAtEachEventWithinSpringTransaction_answersBoth(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            for (Bound bound : boundConnections(f))
                for (boolean isAppended : List.of(true, false)) {
                    AtomicInteger nested = new AtomicInteger();
                    CallbackExecuteListener listener = atEachEvent(ctx -> {
                        if (!isOuter(ctx)) return;
                        nested.incrementAndGet();
                        assertThat(ctx.configuration().dsl().fetchValue("select count(*) from author"))
                                .hasToString("2");
                        assertThat(namesOn(ctx)).isEqualTo(2);
                    });
                    DSLContext dsl = with(f, bound.configuration(), listener, isAppended);
                    bound.transaction().accept(() -> titles(dsl).fetch());
                    int onMiss = nested.get();
                    for (int i = 0; i < 2; i++)
                        bound.transaction()
                                .accept(() -> assertThat(titles(dsl).fetch()).hasSize(3));
                    assertThat(nested.get()).isEqualTo(3 * onMiss);
                }
            assertThat(f.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    private static DSLContext with(Fixture f, Configuration bound, ExecuteListener listener, boolean isAppended) {
        Configuration configuration = bound.derive(new DefaultExecuteListenerProvider(listener));
        return isAppended
                ? f.cache
                        .derive(bound)
                        .deriveAppending(new DefaultExecuteListenerProvider(listener))
                        .dsl()
                : f.cache.derive(configuration).dsl();
    }

    private static int namesOn(ExecuteContext ctx) {
        try (Statement statement = ctx.connection().createStatement();
                ResultSet rows = statement.executeQuery("select name from author")) {
            int count = 0;
            while (rows.next()) count++;
            return count;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @DatabaseTest
    void fetch_nestedWriteAtEndOfHitWithinSpringTransaction_isPartOfIt(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            for (Bound bound : boundConnections(f)) {
                AtomicInteger key = new AtomicInteger(100);
                DSLContext dsl = with(
                        f,
                        bound.configuration(),
                        new CallbackExecuteListener().onResultEnd(ctx -> {
                            if (isOuter(ctx))
                                ctx.configuration()
                                        .dsl()
                                        .insertInto(AUTHOR, AUTHOR.ID, AUTHOR.NAME)
                                        .values(key.incrementAndGet(), "x")
                                        .execute();
                        }),
                        true);
                for (int i = 0; i < 3; i++) {
                    f.assertFresh(plain -> plain.selectFrom(AUTHOR));
                    try {
                        bound.transaction().accept(() -> {
                            assertThat(titles(dsl).fetch()).hasSize(3);
                            assertThat(dsl.selectFrom(AUTHOR).fetch()).hasSize(3);
                            // Not committed: no other session sees it.
                            assertThat(f.dsl.selectFrom(AUTHOR).fetch()).hasSize(2);
                            throw new IllegalStateException("rolled back");
                        });
                    } catch (IllegalStateException e) {
                        assertThat(e).hasMessage("rolled back");
                    }
                    assertThat(f.assertFresh(plain -> plain.selectFrom(AUTHOR))).hasSize(2);
                }
                assertThat(key).hasValue(103);
            }
            assertThat(f.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @DatabaseTest
    void fetch_listenerAcquiresConnectionBeforeLookUp_releasesIt(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = withListener(f, new CallbackExecuteListener().onRenderStart(ctx -> {
                        if (ctx.query() instanceof ResultQuery)
                            assertThat(ctx.connection()).isNotNull();
                    }));
            for (int i = 0; i < 20; i++) assertThat(titles(dsl).fetch()).hasSize(3);
            dsl.transaction(c -> {
                for (int i = 0; i < 20; i++) assertThat(titles(c.dsl()).fetch()).hasSize(3);
            });
            assertThat(f.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    /** As a listener does that sets the session up. */
    @DatabaseTest
    void fetch_listenerHasTheOnlyConnectionOfThePoolTaken_usesIt(Database database) {
        try (Fixture f = Fixture.empty(
                        database,
                        pool -> {
                            pool.setMaximumPoolSize(1);
                            pool.setConnectionTimeout(1_000);
                        },
                        cache -> {})
                .with(Catalogue.DDL)) {
            Configuration own = f.unseen.configuration().derive(new DelegatingDataSource(f.tracked));
            for (ExecuteListener listener : List.of(
                    new CallbackExecuteListener()
                            .onStart(ctx -> ctx.connection().getClass()),
                    new CallbackExecuteListener()
                            .onRenderStart(ctx -> ctx.connection().getClass())))
                for (boolean first : new boolean[] {true, false}) {
                    DSLContext dsl = withListener(f, own, listener, first);
                    for (int i = 0; i < 3; i++) assertThat(titles(dsl).fetch()).hasSize(3);
                    dsl.update(BOOK)
                            .set(BOOK.TITLE, "new " + first)
                            .where(BOOK.ID.eq(1))
                            .execute();
                    assertThat(titles(dsl).fetch().getValue(0, BOOK.TITLE)).isEqualTo("new " + first);
                    assertThat(f.pool.getHikariPoolMXBean().getActiveConnections())
                            .isZero();
                }
        }
    }

    /** What it has skipped is read by others. */
    @DatabaseTest
    void fetch_listenerSkipsRows_isNotStored(Database database) {
        for (ExecuteListener listener : List.of(
                new CallbackExecuteListener().onExecuteEnd(ctx -> {
                    if (ctx.resultSet() != null) ctx.resultSet(new WithoutTheSecond(ctx.resultSet()));
                }),
                new CallbackExecuteListener().onRecordEnd(ctx -> skip(ctx.resultSet()))))
            for (boolean first : new boolean[] {true, false})
                try (Fixture f = Fixture.catalogue(database)) {
                    DSLContext skipping =
                            withListener(f, f.unseen.configuration().derive(f.tracked), listener, first);
                    assertThat(titles(skipping).fetch()).hasSize(2);
                    assertThat(titles(f.dsl).fetch()).hasSize(3);
                    CacheStats done =
                            f.during(() -> assertThat(titles(f.dsl).fetch()).hasSize(3));
                    assertThat(done.hits()).as("%s", done).isEqualTo(1);
                }
    }

    private static void skip(ResultSet rows) {
        try {
            rows.next();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static final class WithoutTheSecond extends DefaultResultSet {

        WithoutTheSecond(ResultSet rows) {
            super(rows);
        }

        @Override
        public boolean next() throws SQLException {
            return super.next() && (getInt(1) != 2 || super.next());
        }
    }

    @DatabaseTest
    void fetch_listenerAddsTableToSql_dependsOnIt(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = withListener(f, new CallbackExecuteListener().onRenderEnd(ctx -> {
                        if (isOuter(ctx))
                            ctx.sql(ctx.sql()
                                    .replace("order by", "where exists (select 1 from author where id = 9) order by"));
                    }));
            assertThat(titles(dsl).fetch()).isEmpty();
            assertThat(titles(dsl).fetch()).isEmpty();
            f.dsl.insertInto(AUTHOR, AUTHOR.ID, AUTHOR.NAME).values(9, "x").execute();
            assertThat(titles(dsl).fetch()).hasSize(3);
        }
    }

    @DatabaseTest
    void fetchResultSet_readByLabelOnHit_isExecutedAgain(Database database) throws Exception {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(ListenerQueryTest::titles);
            try (ResultSet rows = titles(f.dsl).fetchResultSet()) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString("title")).isEqualTo("1984");
                assertThat(rows.getInt(1)).isEqualTo(1);
            }
            assertThat(f.cache.stats().notStored(BypassReason.UNKNOWN_RESULT_VALUE))
                    .isEqualTo(1);
            assertThat(f.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @DatabaseTest
    void fetchOptional_limitOne_isHit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            for (int i = 0; i < 2; i++)
                assertThat(titles(f.dsl).fetchStream().limit(1).toList()).hasSize(1);
            assertThat(f.cache.stats().stores()).isZero();
            for (int i = 0; i < 2; i++)
                assertThat(f.dsl.select(BOOK.ID).from(BOOK).limit(1).fetchOptional())
                        .isPresent();
            assertThat(f.cache.stats().hits()).isEqualTo(1);
        }
    }
}
