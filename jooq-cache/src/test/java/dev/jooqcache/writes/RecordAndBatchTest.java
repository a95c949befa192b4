package dev.jooqcache.writes;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static dev.jooqcache.writes.Writing.coarse;
import static dev.jooqcache.writes.Writing.precise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Catalogue.BookRecord;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.InterceptedDataSource;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.conf.Settings;
import org.jooq.impl.DAOImpl;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("database")
@Tag("W1")
@DisplayName("W1: records, batches, batched connections, the Loader API and DAOs")
class RecordAndBatchTest {

    private static final BigDecimal PRICE = new BigDecimal("5.00");

    static Stream<Arguments> writings() {
        return Writing.onEachDatabase(Stream.of(records(), batches(), loaders(), daos())
                .flatMap(List::stream)
                .toList());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("writings")
    void read_afterWrite_isFresh(Database database, Writing writing) throws Exception {
        try (Fixture f = Fixture.catalogue(database)) {
            writing.check(f);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("writings")
    void read_afterCommittedTransaction_isFresh(Database database, Writing writing) throws Exception {
        try (Fixture f = Fixture.catalogue(database)) {
            writing.checkInTransaction(f);
        }
    }

    private static List<Writing> records() {
        return List.of(
                precise("store of a new record", (f, dsl) -> attached(dsl, 4).store()),
                precise("store of a fetched record", (f, dsl) -> changed(dsl).store()),
                precise("store of a record from the cache", (f, dsl) -> {
                    BookRecord record = Books.books(f.dsl).fetch().get(0);
                    record.attach(dsl.configuration());
                    record.set(BOOK.TITLE, "x");
                    record.store();
                }),
                precise("store with optimistic locking", (f, dsl) -> {
                    DSLContext locking = dsl.configuration()
                            .derive(new Settings().withExecuteWithOptimisticLocking(true))
                            .dsl();
                    changed(locking).store();
                }),
                precise("insert", (f, dsl) -> attached(dsl, 4).insert()),
                precise("update", (f, dsl) -> changed(dsl).update()),
                precise("delete", (f, dsl) -> fetched(dsl).delete()),
                precise("merge", (f, dsl) -> attached(dsl, 1).merge()),
                precise("executeInsert", (f, dsl) -> dsl.executeInsert(attached(dsl, 4))),
                precise("executeUpdate", (f, dsl) -> dsl.executeUpdate(changed(dsl))),
                precise("executeDelete", (f, dsl) -> dsl.executeDelete(fetched(dsl))));
    }

    private static List<Writing> batches() {
        return List.of(
                precise(
                        "batchInsert",
                        (f, dsl) -> dsl.batchInsert(attached(dsl, 4), attached(dsl, 5))
                                .execute()),
                precise(
                        "batchStore",
                        (f, dsl) ->
                                dsl.batchStore(attached(dsl, 4), changed(dsl)).execute()),
                precise("batchUpdate", (f, dsl) -> dsl.batchUpdate(changed(dsl)).execute()),
                precise(
                        "batchMerge",
                        (f, dsl) -> dsl.batchMerge(attached(dsl, 1), attached(dsl, 4))
                                .execute()),
                precise("batchDelete", (f, dsl) -> dsl.batchDelete(fetched(dsl)).execute()),
                precise(
                        "batch of queries",
                        (f, dsl) -> dsl.batch(
                                        DSL.update(BOOK).set(BOOK.STOCK, 0).where(BOOK.ID.eq(1)),
                                        DSL.deleteFrom(BOOK).where(BOOK.ID.eq(2)))
                                .execute()),
                precise(
                        "batch with bind values",
                        (f, dsl) -> dsl.batch(
                                        dsl.update(BOOK).set(BOOK.STOCK, 0).where(BOOK.ID.eq(0)))
                                .bind(7, 1)
                                .bind(8, 2)
                                .execute()),
                precise(
                        "batch of strings",
                        (f, dsl) -> dsl.batch("update book set stock = 0 where id = 1", "delete from book where id = 2")
                                .execute()),
                precise(
                        "batch of a string with bind values",
                        (f, dsl) -> dsl.batch(
                                        "update book set stock = ? where id = ?",
                                        new Object[] {7, 1},
                                        new Object[] {8, 2})
                                .execute()),
                precise(
                        "batched",
                        (f, dsl) -> dsl.batched(c -> {
                            c.dsl()
                                    .update(BOOK)
                                    .set(BOOK.STOCK, 7)
                                    .where(BOOK.ID.eq(1))
                                    .execute();
                            c.dsl()
                                    .update(BOOK)
                                    .set(BOOK.STOCK, 8)
                                    .where(BOOK.ID.eq(2))
                                    .execute();
                            c.dsl().deleteFrom(BOOK).where(BOOK.ID.eq(3)).execute();
                        })),
                precise(
                        "batchedResult",
                        (f, dsl) -> dsl.batchedResult(
                                c -> c.dsl().update(BOOK).set(BOOK.STOCK, 7).execute())));
    }

    private static List<Writing> loaders() {
        return List.of(
                precise(
                        "loadCSV",
                        (f, dsl) -> assertThat(dsl.loadInto(BOOK)
                                        .loadCSV("id,author_id,title,stock\n4,1,x,1\n5,2,y,2\n")
                                        .fields(BOOK.ID, BOOK.AUTHOR_ID, BOOK.TITLE, BOOK.STOCK)
                                        .execute()
                                        .stored())
                                .isEqualTo(2)),
                precise(
                        "loadRecords in bulk",
                        (f, dsl) -> dsl.loadInto(BOOK)
                                .bulkAll()
                                .loadRecords(attached(dsl, 4), attached(dsl, 5))
                                .fields(BOOK.fields())
                                .execute()),
                precise(
                        "loadRecords in batches",
                        (f, dsl) -> dsl.loadInto(BOOK)
                                .batchAfter(2)
                                .loadRecords(attached(dsl, 4), attached(dsl, 5), attached(dsl, 6))
                                .fields(BOOK.fields())
                                .execute()),
                precise(
                        "loadArrays over existing rows",
                        (f, dsl) -> dsl.loadInto(BOOK)
                                .onDuplicateKeyUpdate()
                                .loadArrays(new Object[] {1, 1, "x", null, 1}, new Object[] {4, 1, "y", null, 2})
                                .fields(BOOK.fields())
                                .execute()));
    }

    private static List<Writing> daos() {
        return List.of(
                precise("DAO insert", (f, dsl) -> new BookDao(dsl).insert(new Pojo(4, "x"))),
                precise(
                        "DAO insert of several",
                        (f, dsl) -> new BookDao(dsl).insert(new Pojo(4, "x"), new Pojo(5, "y"))),
                precise("DAO update", (f, dsl) -> new BookDao(dsl).update(new Pojo(1, "x"))),
                precise("DAO merge", (f, dsl) -> new BookDao(dsl).merge(new Pojo(4, "x"))),
                precise("DAO delete", (f, dsl) -> new BookDao(dsl).delete(new Pojo(1, "x"))),
                precise("DAO deleteById", (f, dsl) -> new BookDao(dsl).deleteById(1, 2)));
    }

    @DatabaseTest
    @DisplayName("W1: refresh() reads what another has written, and a DAO reads from the cache")
    void refreshAndDao_afterWrite_areFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            BookDao dao = new BookDao(f.dsl);
            BookRecord record = f.dsl.fetchSingle(BOOK, BOOK.ID.eq(1));
            dao.findById(1);
            CacheStats before = f.cache.stats();
            assertThat(dao.findById(1).title).isEqualTo("1984");
            record.refresh();
            assertThat(f.cache.stats().minus(before).hits()).isPositive();

            dao.update(new Pojo(1, "x"));

            record.refresh();
            assertThat(record.get(BOOK.TITLE)).isEqualTo("x");
            assertThat(dao.findById(1).title).isEqualTo("x");
            assertThat(dao.findAll()).extracting(pojo -> pojo.title).contains("x");
            assertThat(dao.count()).isEqualTo(3);
        }
    }

    @DatabaseTest
    @DisplayName("W1: TRUNCATE .. CASCADE empties the tables that refer to the truncated one")
    void truncateCascade_referringTable_isFresh(Database database) throws Exception {
        // Only PostgreSQL cascades.
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.catalogue(database)) {
            coarse(
                            "truncate cascade",
                            (fixture, dsl) -> dsl.truncate(AUTHOR).cascade().execute())
                    .check(f);
            assertThat(Books.books(f.dsl).fetch()).isEmpty();
        }
    }

    @DatabaseTest
    @DisplayName("W1: a batched connection's own reads, before its writes are sent, are not cached")
    void batched_readBetweenWrites_isNeitherServedNorStored(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            f.dsl.batched(c -> {
                c.dsl().update(BOOK).set(BOOK.STOCK, 7).execute();
                assertThat(Books.books(c.dsl()).fetch().getValues(BOOK.STOCK)).containsOnly(7);
                c.dsl().update(BOOK).set(BOOK.STOCK, 8).execute();
            });
            assertThat(f.assertFresh(Books::books).getValues(BOOK.STOCK)).containsOnly(8);
        }
    }

    @DatabaseTest
    @DisplayName("W1: a batch is executed by another call after the first one is not supported")
    void batch_afterACallThatIsNotSupported_isFresh(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database)) {
            // A pool's or a driver's statements that have JDBC's default method.
            DataSource tracked = f.cache.trackPool(new InterceptedDataSource(f.pool) {
                @Override
                protected long[] executeLargeBatch(Statement statement) {
                    throw new UnsupportedOperationException();
                }
            });
            DSLContext dsl = f.cache
                    .derive(DSL.using(tracked, database.dialect()).configuration())
                    .dsl();
            for (boolean prepared : new boolean[] {true, false})
                try (Connection connection = tracked.getConnection();
                        Statement statement = prepared
                                ? connection.prepareStatement("update book set stock = stock + 1")
                                : connection.createStatement()) {
                    for (int i = 0; i < 3; i++) Books.books(dsl).fetch();
                    if (statement instanceof PreparedStatement update) update.addBatch();
                    else statement.addBatch("update book set stock = stock + 1");
                    assertThatThrownBy(statement::executeLargeBatch).isInstanceOf(UnsupportedOperationException.class);
                    for (int i = 0; i < 3; i++) Books.books(dsl).fetch();
                    statement.executeBatch();
                    assertThat(Books.books(dsl).fetch())
                            .isEqualTo(Books.books(f.unseen).fetch());
                }
        }
    }

    private static BookRecord attached(DSLContext dsl, int id) {
        BookRecord record = new BookRecord(id, 1, "x" + id, PRICE, 1);
        record.attach(dsl.configuration());
        return record;
    }

    private static BookRecord fetched(DSLContext dsl) {
        return dsl.fetchSingle(BOOK, BOOK.ID.eq(1));
    }

    private static BookRecord changed(DSLContext dsl) {
        BookRecord record = fetched(dsl);
        record.set(BOOK.TITLE, "changed");
        return record;
    }

    private static final class BookDao extends DAOImpl<BookRecord, Pojo, Integer> {

        BookDao(DSLContext dsl) {
            super(BOOK, Pojo.class, dsl.configuration());
        }

        @Override
        public Integer getId(Pojo pojo) {
            return pojo.id;
        }
    }

    /** As jOOQ's code generator writes it. */
    public static final class Pojo {
        public Integer id;
        public Integer authorId;
        public String title;
        public BigDecimal price;
        public Integer stock;

        public Pojo() {}

        Pojo(int id, String title) {
            this.id = id;
            this.authorId = 1;
            this.title = title;
            this.stock = 1;
        }
    }
}
