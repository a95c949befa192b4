package dev.jooqcache.reads;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.function;
import static org.jooq.impl.DSL.inline;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Catalogue.BookRecord;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jooq.CloseableResultQuery;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Parameter;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.ResultQuery;
import org.jooq.conf.Settings;
import org.jooq.conf.StatementType;
import org.jooq.impl.AbstractRoutine;
import org.jooq.impl.Internal;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Tag;

/** Scenario N7: what is no single query with one result that is read once, from its first row to its last. */
@Tag("N7")
class NotASingleQueryTest {

    private static ResultQuery<BookRecord> books(DSLContext dsl) {
        return dsl.selectFrom(BOOK).orderBy(BOOK.ID);
    }

    /** However often it is read, and whether the query is cached or not: as without the cache, for the one reason. */
    private static void assertBypassed(Fixture f, BypassReason reason, Function<DSLContext, List<Integer>> stocks) {
        f.dsl.selectFrom(AUTHOR).fetch();
        for (boolean cachedBefore : List.of(false, true)) {
            if (cachedBefore) f.warm(NotASingleQueryTest::books);
            for (int i = 0; i < 2; i++) {
                // Unseen, so that only a query that is executed can know it.
                f.unseen.update(BOOK).set(BOOK.STOCK, BOOK.STOCK.plus(1)).execute();
                List<Integer> expected = books(f.unseen).fetch(BOOK.STOCK);
                CacheStats done = f.during(() -> assertThat(stocks.apply(f.dsl)).isEqualTo(expected));
                assertThat(Fixture.unstored(done, reason)).as(done.toString()).isEqualTo(1);
                assertThat(done.hits() + done.stores()).as(done.toString()).isZero();
            }
            f.cache.invalidateAll();
        }
        f.warm(NotASingleQueryTest::books);
    }

    @DatabaseTest
    void fetchMany_ofAQuery_isExecuted(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            assertBypassed(
                    f,
                    BypassReason.NOT_A_SINGLE_QUERY,
                    dsl -> books(dsl).fetchMany().get(0).getValues(BOOK.STOCK));
        }
    }

    @DatabaseTest
    void fetchMany_ofTwoQueries_isExecuted(Database database) {
        if (database == Database.H2) return; // H2 answers the first result only.
        try (Fixture f = Fixture.catalogue(database)) {
            assertBypassed(
                    f,
                    BypassReason.NOT_A_SINGLE_QUERY,
                    dsl -> dsl.fetchMany("select name from author; select stock from book order by id")
                            .get(1)
                            .getValues("stock", Integer.class));
        }
    }

    @DatabaseTest
    void fetch_ofAKeptStatement_isExecuted(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            assertBypassed(f, BypassReason.KEPT_STATEMENT, dsl -> {
                try (CloseableResultQuery<BookRecord> kept =
                        dsl.selectFrom(BOOK).orderBy(BOOK.ID).keepStatement(true)) {
                    return kept.fetch(BOOK.STOCK);
                }
            });
        }
    }

    @DatabaseTest
    void fetch_ofAnUpdatableResult_isExecuted(Database database) {
        assertBypassedWith(database, query -> query.resultSetConcurrency(ResultSet.CONCUR_UPDATABLE));
    }

    @DatabaseTest
    void fetch_ofAScrollableResult_isExecuted(Database database) {
        assertBypassedWith(database, query -> query.resultSetType(ResultSet.TYPE_SCROLL_INSENSITIVE));
    }

    @DatabaseTest
    void fetch_ofAScrollableAndUpdatableResult_isExecuted(Database database) {
        assertBypassedWith(
                database,
                query -> query.resultSetType(ResultSet.TYPE_SCROLL_INSENSITIVE)
                        .resultSetConcurrency(ResultSet.CONCUR_UPDATABLE));
    }

    @DatabaseTest
    void fetch_ofAResultThatIsToldToBeReadOnce_isHit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext unprepared = f.dsl.configuration()
                    .derive(new Settings().withStatementType(StatementType.STATIC_STATEMENT))
                    .dsl();
            for (DSLContext dsl : List.of(f.dsl, unprepared))
                for (UnaryOperator<ResultQuery<BookRecord>> with : List.<UnaryOperator<ResultQuery<BookRecord>>>of(
                        query -> query.resultSetType(ResultSet.TYPE_FORWARD_ONLY),
                        query -> query.resultSetConcurrency(ResultSet.CONCUR_READ_ONLY),
                        query -> query.resultSetHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT))) {
                    with.apply(books(dsl)).fetch();
                    CacheStats done = f.during(() -> with.apply(books(dsl)).fetch());
                    assertThat(done.hits()).as("%s", done).isEqualTo(1);
                }
        }
    }

    private static void assertBypassedWith(Database database, UnaryOperator<ResultQuery<BookRecord>> with) {
        try (Fixture f = Fixture.catalogue(database)) {
            assertBypassed(
                    f,
                    BypassReason.RESULT_SET_TYPE,
                    dsl -> with.apply(books(dsl)).fetch(BOOK.STOCK));
            assertBypassed(f, BypassReason.RESULT_SET_TYPE, dsl -> {
                try (Cursor<BookRecord> cursor = with.apply(books(dsl)).fetchLazy()) {
                    return cursor.fetch().getValues(BOOK.STOCK);
                }
            });
        }
    }

    @DatabaseTest
    void updateRow_throughAnUpdatableResult_invalidates(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database)) {
            for (int i = 1; i < 3; i++) {
                f.warm(NotASingleQueryTest::books);
                try (Cursor<BookRecord> cursor = f.dsl.selectFrom(BOOK)
                        .where(BOOK.ID.eq(1))
                        .resultSetConcurrency(ResultSet.CONCUR_UPDATABLE)
                        .fetchLazy()) {
                    ResultSet rows = cursor.resultSet();
                    assertThat(rows.next()).isTrue();
                    rows.updateInt("stock", 1_000 + i);
                    rows.updateRow();
                }
                assertThat(f.assertFresh(NotASingleQueryTest::books).get(0).get(BOOK.STOCK))
                        .isEqualTo(1_000 + i);
            }
        }
    }

    /** Neither as a value of a row nor as the answer of a routine. */
    @DatabaseTest
    void fetch_ofACursorThatAFunctionOpens_isExecuted(Database database) {
        if (database != Database.POSTGRESQL) return; // The only one that has them.
        try (Fixture f = Fixture.catalogue(database)
                .with("create function open_books() returns refcursor language plpgsql as"
                        + " 'declare r refcursor;"
                        + " begin open r for select stock from book order by id; return r; end'")) {
            for (Function<DSLContext, Result<?>> call : List.<Function<DSLContext, Result<?>>>of(
                    dsl -> (Result<?>) dsl.fetchValue(field("open_books()", SQLDataType.RESULT)),
                    dsl -> (Result<?>) dsl.fetchValue(function("open_books", SQLDataType.RESULT)),
                    dsl -> {
                        OpenBooks routine = new OpenBooks();
                        routine.execute(dsl.configuration());
                        return routine.getReturnValue();
                    }))
                for (int i = 0; i < 2; i++) {
                    f.warm(NotASingleQueryTest::books);
                    List<Integer> expected = books(f.unseen).fetch(BOOK.STOCK);
                    CacheStats done = f.during(() -> f.dsl.transaction(
                            c -> assertThat(call.apply(c.dsl()).getValues(0, Integer.class))
                                    .isEqualTo(expected)));
                    assertThat(done.bypasses(BypassReason.UNKNOWN_FUNCTION))
                            .as(done.toString())
                            .isLessThanOrEqualTo(1);
                    assertThat(done.hits() + done.stores()).as(done.toString()).isZero();
                    f.dsl.update(BOOK).set(BOOK.STOCK, BOOK.STOCK.plus(1)).execute();
                }
        }
    }

    /** A function that answers a cursor, as the code generator writes it. */
    private static final class OpenBooks extends AbstractRoutine<Result<Record>> {
        private static final long serialVersionUID = 1L;

        static final Parameter<Result<Record>> RETURN_VALUE =
                Internal.createParameter("RETURN_VALUE", SQLDataType.RESULT, false, false);

        OpenBooks() {
            super("open_books", null, SQLDataType.RESULT);
            setReturnParameter(RETURN_VALUE);
        }
    }

    /** A batch answers no rows: it is neither a hit nor a miss, and what is in it may write. */
    @DatabaseTest
    void execute_ofABatch_isNoRead(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            for (int i = 1; i < 3; i++) {
                int stock = i;
                f.warm(NotASingleQueryTest::books);
                CacheStats done = f.during(() -> f.dsl.batch(
                                f.dsl.update(BOOK).set(BOOK.STOCK, stock).where(BOOK.ID.eq(1)),
                                f.dsl.update(BOOK).set(BOOK.STOCK, stock).where(BOOK.ID.eq(2)))
                        .execute());
                assertThat(done.hits() + done.misses() + done.bypasses() + done.stores())
                        .as(done.toString())
                        .isZero();
                assertThat(f.assertFresh(NotASingleQueryTest::books).getValues(BOOK.STOCK))
                        .startsWith(stock, stock);
                done = f.during(() -> f.dsl.batch(
                                f.dsl.update(BOOK).set(BOOK.STOCK, inline(0)).where(BOOK.ID.eq((Integer) null)))
                        .bind(1)
                        .bind(3)
                        .execute());
                assertThat(done.hits() + done.misses() + done.bypasses() + done.stores())
                        .as(done.toString())
                        .isZero();
                assertThat(f.assertFresh(NotASingleQueryTest::books).getValues(BOOK.STOCK))
                        .containsExactly(0, stock, 0);
            }
        }
    }
}
