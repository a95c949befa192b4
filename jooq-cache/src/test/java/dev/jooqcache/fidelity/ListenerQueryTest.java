package dev.jooqcache.fidelity;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.ResultSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.Record2;
import org.jooq.ResultQuery;
import org.jooq.impl.CallbackExecuteListener;
import org.jooq.impl.DefaultExecuteListenerProvider;
import org.junit.jupiter.api.Tag;

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
        return f.cache
                .derive(f.unseen.configuration().derive(new DefaultExecuteListenerProvider(listener)))
                .dsl();
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
            assertThat(f.cache.stats().bypasses(BypassReason.UNKNOWN_RESULT_VALUE))
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
