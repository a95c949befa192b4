package dev.jooqcache.precision;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Catalogue.BookRecord;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record1;
import org.jooq.ResultQuery;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Test;

/** The keys of a write come from the values that are bound: by records, batches, transactions and bare JDBC. */
class BoundValuesTest {

    private static ResultQuery<Record1<String>> title(DSLContext dsl, int book) {
        return dsl.select(BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(book));
    }

    /** Warms the reads of books 1 to 3, writes, and answers which of them are still served; all must be fresh. */
    private static List<Integer> stillCached(Fixture f, Work write) throws SQLException {
        for (int book = 1; book <= 3; book++) {
            int id = book;
            f.warm(dsl -> title(dsl, id));
        }
        write.run();
        List<Integer> cached = new ArrayList<>();
        for (int book = 1; book <= 3; book++) {
            int id = book;
            CacheStats read = f.during(() -> title(f.dsl, id).fetch());
            if (read.hits() == 1) cached.add(id);
            f.assertFresh(dsl -> title(dsl, id));
        }
        return cached;
    }

    @DatabaseTest
    void record_storedAndDeleted_touchesItsKeyOnly(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database)) {
            BookRecord book = f.dsl.fetchSingle(BOOK, BOOK.ID.eq(2));
            book.set(BOOK.TITLE, "changed");
            assertThat(stillCached(f, book::store)).containsExactly(1, 3);
            assertThat(stillCached(f, book::delete)).containsExactly(1, 3);
            BookRecord fresh = new BookRecord(2, 1, "again", BigDecimal.ONE, 1);
            f.dsl.attach(fresh);
            assertThat(stillCached(f, fresh::store)).containsExactly(1, 3);
        }
    }

    @DatabaseTest
    void columnThatIsNotRead_leavesAllCached(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database)) {
            assertThat(stillCached(
                            f,
                            () -> f.dsl.update(BOOK)
                                    .set(BOOK.STOCK, BOOK.STOCK.plus(1))
                                    .execute()))
                    .containsExactly(1, 2, 3);
        }
    }

    @DatabaseTest
    void batchOfRecords_touchesTheirKeysOnly(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database)) {
            List<BookRecord> books = f.dsl.fetch(BOOK, BOOK.ID.in(1, 3));
            books.forEach(book -> book.set(BOOK.TITLE, "batch"));
            assertThat(stillCached(f, () -> f.dsl.batchUpdate(books).execute())).containsExactly(2);
        }
    }

    @DatabaseTest
    void longBatch_isSeenByAll(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database)) {
            assertThat(stillCached(f, () -> {
                        try (Connection connection = f.tracked.getConnection();
                                PreparedStatement update =
                                        connection.prepareStatement("update book set title = 'long' where id = ?")) {
                            for (int id = 300; id > 0; id--) {
                                update.setInt(1, id);
                                update.addBatch();
                            }
                            update.executeBatch();
                        }
                    }))
                    .isEmpty();
        }
    }

    @DatabaseTest
    void longTransaction_isSeenByAll(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database)) {
            assertThat(stillCached(
                            f,
                            () -> f.dsl.transaction(c -> {
                                for (int id = 300; id > 0; id--)
                                    c.dsl()
                                            .update(BOOK)
                                            .set(BOOK.TITLE, "long")
                                            .where(BOOK.ID.eq(id))
                                            .execute();
                            })))
                    .isEmpty();
        }
    }

    @DatabaseTest
    void transaction_readsOtherRowsThanItsOwnFromTheCache(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(dsl -> title(dsl, 1));
            f.warm(dsl -> title(dsl, 2));
            f.dsl.transaction(c -> {
                c.dsl().update(BOOK).set(BOOK.TITLE, "own").where(BOOK.ID.eq(1)).execute();
                CacheStats read = f.during(() -> {
                    assertThat(title(c.dsl(), 1).fetchOne(BOOK.TITLE)).isEqualTo("own");
                    title(c.dsl(), 2).fetch();
                });
                assertThat(read.hits()).isEqualTo(1);
            });
            f.assertFresh(dsl -> title(dsl, 1));
        }
    }

    /** The values stay until they are replaced, as JDBC has it; what replaces them need not be an integer. */
    @DatabaseTest
    void valueBoundAgain_isTheOneThatCounts(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database);
                Connection connection = f.tracked.getConnection();
                PreparedStatement update = connection.prepareStatement("update book set title = ? where id = ?")) {
            assertThat(stillCached(f, () -> {
                        update.setString(1, "one");
                        update.setInt(2, 1);
                        update.executeUpdate();
                    }))
                    .containsExactly(2, 3);
            assertThat(stillCached(f, () -> {
                        update.setString(1, "again");
                        update.executeUpdate();
                    }))
                    .containsExactly(2, 3);
            assertThat(stillCached(f, () -> {
                        update.setString(1, "two");
                        update.setBigDecimal(2, BigDecimal.valueOf(2));
                        update.executeUpdate();
                    }))
                    .isEmpty();
        }
    }

    /** H2 2.4 deletes the old rows of an UPDATE within a query, and takes nothing back if the new ones cannot be inserted. */
    @DatabaseTest
    void failedUpdateWithReturning_leavesNothingStale(Database database) {
        try (Fixture f = Fixture.catalogue(database).with("create unique index on_stock on book (stock)")) {
            for (int book = 1; book <= 3; book++) {
                int id = book;
                f.warm(dsl -> title(dsl, id));
            }
            assertThatThrownBy(() -> f.dsl.update(BOOK)
                            .set(BOOK.STOCK, 7)
                            .returning(BOOK.ID)
                            .fetch())
                    .isInstanceOf(DataAccessException.class);
            for (int book = 1; book <= 3; book++) {
                int id = book;
                f.assertFresh(dsl -> title(dsl, id));
            }
        }
    }

    @DatabaseTest
    void readsByForeignKey_areToldApart(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(dsl -> dsl.selectFrom(BOOK).where(BOOK.AUTHOR_ID.eq(1)));
            f.warm(dsl -> dsl.selectFrom(BOOK).where(BOOK.AUTHOR_ID.eq(2)));
            f.dsl.insertInto(BOOK)
                    .columns(BOOK.ID, BOOK.AUTHOR_ID, BOOK.TITLE, BOOK.STOCK)
                    .values(9, 2, "new", 1)
                    .execute();
            CacheStats reads = f.during(() -> {
                f.dsl.selectFrom(BOOK).where(BOOK.AUTHOR_ID.eq(1)).fetch();
                f.dsl.selectFrom(BOOK).where(BOOK.AUTHOR_ID.eq(2)).fetch();
            });
            assertThat(reads.hits()).isEqualTo(1);
            assertThat(reads.stores()).isEqualTo(1);
            f.warm(dsl -> dsl.selectFrom(AUTHOR));
        }
    }

    /** A setter that is not noted would leave an older value in its place. */
    @Test
    void everySetterOfJdbc_isNoted() throws ClassNotFoundException {
        Class<?> noting = Class.forName("dev.jooqcache.internal.jdbc.BindCapturingStatement");
        List<String> own = Stream.of(noting.getDeclaredMethods())
                .map(BoundValuesTest::signature)
                .toList();
        List<String> missing = Stream.of(PreparedStatement.class.getMethods())
                .filter(method -> method.getName().startsWith("set")
                        && method.getParameterCount() > 1
                        && method.getParameterTypes()[0] == int.class)
                .map(BoundValuesTest::signature)
                .filter(signature -> !own.contains(signature))
                .toList();
        assertThat(missing).isEmpty();
    }

    private static String signature(Method method) {
        return method.getName() + List.of(method.getParameterTypes());
    }

    @FunctionalInterface
    private interface Work {
        void run() throws SQLException;
    }
}
