package dev.jooqcache.writes;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheMode;
import dev.jooqcache.CacheStats;
import dev.jooqcache.QueryCache;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Catalogue.BookRecord;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@DisplayName("W6, W7, W9: failed writes, writes past a switched-off cache, and what an invalidation costs")
class InvalidationTest {

    private static BookRecord book(int id, int author) {
        return new BookRecord(id, author, "x" + id, BigDecimal.ONE, 1);
    }

    @DatabaseTest
    @Tag("W6")
    @DisplayName("W6: a batch fails in its third row, in autocommit: the rows before it may be there")
    void batch_failsInThirdRow_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            f.warm(Books::authors);
            assertThatThrownBy(() -> f.dsl.batchInsert(book(4, 1), book(5, 1), book(6, 99), book(7, 1))
                            .execute())
                    .isInstanceOf(DataAccessException.class);
            f.assertFresh(Books::books);
            assertThat(f.during(() -> Books.authors(f.dsl).fetch()).hits()).isEqualTo(1);
            f.warm(Books::books);
        }
    }

    @DatabaseTest
    @Tag("W6")
    @DisplayName("W6: one statement fails in its third row")
    void multiRowInsert_failsInThirdRow_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            assertThatThrownBy(() -> f.dsl.insertInto(BOOK)
                            .columns(BOOK.fields())
                            .valuesOfRecords(book(4, 1), book(5, 1), book(1, 1))
                            .execute())
                    .isInstanceOf(DataAccessException.class);
            assertThat(f.assertFresh(Books::books)).hasSize(3);
            f.warm(Books::books);
        }
    }

    @DatabaseTest
    @Tag("W6")
    @DisplayName("W6: a batch of different statements fails half way")
    void batchOfQueries_failsHalfWay_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            f.warm(Books::authors);
            assertThatThrownBy(() -> f.dsl.batch(
                                    f.dsl.update(AUTHOR).set(AUTHOR.NAME, "x"),
                                    f.dsl.update(BOOK).set(BOOK.STOCK, 0),
                                    f.dsl.insertInto(BOOK).set(book(1, 1)))
                            .execute())
                    .isInstanceOf(DataAccessException.class);
            f.assertFresh(Books::books);
            f.assertFresh(Books::authors);
        }
    }

    @DatabaseTest
    @Tag("W6")
    @DisplayName("W6: a write fails in a transaction, which is committed all the same, to a savepoint, or rolled back")
    void failedWrite_inTransaction_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            f.dsl.transaction(c -> {
                c.dsl().update(BOOK).set(BOOK.STOCK, 77).execute();
                assertThatThrownBy(() -> c.dsl()
                                .transaction(nested -> nested.dsl()
                                        .batchInsert(book(4, 1), book(5, 1), book(6, 99))
                                        .execute()))
                        .isInstanceOf(DataAccessException.class);
                assertThat(Books.books(c.dsl()).fetch().getValues(BOOK.STOCK)).containsOnly(77);
            });
            assertThat(f.assertFresh(Books::books).getValues(BOOK.STOCK)).containsOnly(77);
            f.warm(Books::books);
            assertThatThrownBy(() -> f.dsl.transaction(c -> {
                        c.dsl().insertInto(BOOK).set(book(4, 1)).execute();
                        c.dsl().insertInto(BOOK).set(book(4, 1)).execute();
                    }))
                    .isInstanceOf(DataAccessException.class);
            assertThat(f.during(() -> Books.books(f.dsl).fetch()).hits())
                    .as("a rollback leaves what was cached")
                    .isEqualTo(1);
            assertThat(f.assertFresh(Books::books)).hasSize(3);
        }
    }

    @DatabaseTest
    @Tag("W6")
    @DisplayName("W6: a loader that goes on after an error, and one that stops at it")
    void loader_withErrors_isFresh(Database database) throws Exception {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            Object[][] rows = {{4, 1, "x", null, 1}, {5, 99, "x", null, 1}, {6, 1, "x", null, 1}};
            f.dsl.loadInto(BOOK)
                    .onErrorIgnore()
                    .loadArrays(rows)
                    .fields(BOOK.fields())
                    .execute();
            assertThat(f.assertFresh(Books::books)).hasSize(5);
            f.warm(Books::books);
            Object[][] more = {{7, 1, "x", null, 1}, {8, 99, "x", null, 1}, {9, 1, "x", null, 1}};
            f.dsl.loadInto(BOOK)
                    .onErrorAbort()
                    .loadArrays(more)
                    .fields(BOOK.fields())
                    .execute();
            assertThat(f.assertFresh(Books::books)).hasSize(6);
        }
    }

    @DatabaseTest
    @Tag("W6")
    @DisplayName("W6: a statement that fails after another of the same text has written")
    void multiStatement_failsInSecond_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            assertThatThrownBy(
                            () -> f.dsl.execute("update book set stock = 0; insert into book values (1, 1, 'x', 1, 1)"))
                    .isInstanceOf(DataAccessException.class);
            // PostgreSQL takes the first one back, the others do not.
            assertThat(f.assertFresh(Books::books).getValues(BOOK.STOCK).contains(0))
                    .isEqualTo(database != POSTGRESQL);
        }
    }

    @DatabaseTest
    @Tag("W7")
    @DisplayName("W7: writes under CacheHint.bypass() invalidate")
    void write_underBypass_invalidates(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            f.warm(Books::authors);
            f.bypassed().update(BOOK).set(BOOK.STOCK, 0).execute();
            assertThat(f.assertFresh(Books::books).getValues(BOOK.STOCK)).containsOnly(0);
            assertThat(f.during(() -> Books.authors(f.dsl).fetch()).hits()).isEqualTo(1);
            f.warm(Books::books);
            f.bypassed().transaction(c -> c.dsl().deleteFrom(BOOK).execute());
            assertThat(f.assertFresh(Books::books)).isEmpty();
        }
    }

    @DatabaseTest
    @Tag("W7")
    @DisplayName("W7: unmarked writes invalidate in CacheMode.MARKED")
    void write_inModeMarked_invalidates(Database database) {
        try (Fixture f = Fixture.catalogue(database, settings -> settings.mode(CacheMode.MARKED))) {
            f.assertBypass(BypassReason.NOT_MARKED, Books::books);
            DSLContext marked = f.cache.with(f.dsl, CacheHint.enable());
            Books.books(marked).fetch();
            assertThat(f.during(() -> Books.books(marked).fetch()).hits()).isEqualTo(1);
            f.dsl.update(BOOK).set(BOOK.STOCK, 0).execute();
            assertThat(Books.books(marked).fetch().getValues(BOOK.STOCK)).containsOnly(0);
            assertThat(f.during(() -> Books.books(marked).fetch()).hits()).isEqualTo(1);
        }
    }

    @DatabaseTest
    @Tag("W7")
    @DisplayName("W7: a second context with no cached reads invalidates what the first has cached")
    void write_onAnotherDerivedConfiguration_invalidates(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext second = f.cache
                    .derive(new org.jooq.impl.DefaultConfiguration().set(f.pool).set(database.dialect()))
                    .dsl();
            f.warm(Books::books);
            second.update(BOOK).set(BOOK.STOCK, 0).execute();
            assertThat(f.assertFresh(Books::books).getValues(BOOK.STOCK)).containsOnly(0);
            Books.books(f.dsl).fetch();
            assertThat(f.during(() -> Books.books(second).fetch()).hits())
                    .as("the pool itself and its tracked view are one data source")
                    .isEqualTo(1);
        }
    }

    @DatabaseTest
    @Tag("W9")
    @DisplayName("W9: one statement that writes 10,000 rows invalidates its tables once")
    void write_ofManyRows_invalidatesOncePerTable(Database database) {
        try (Fixture f = Fixture.catalogue(database)
                .with(
                        "create table a (id int primary key, n int)",
                        "create table b (id int primary key, foreign key (id) references a (id) on delete cascade)")) {
            f.warm(dsl -> dsl.selectFrom("a"));
            f.warm(dsl -> dsl.selectFrom("b"));
            String numbers = IntStream.rangeClosed(1, 10_000)
                    .mapToObj(i -> "(" + i + ", 0)")
                    .collect(java.util.stream.Collectors.joining(", "));
            assertThat(invalidations(f, "insert into a values " + numbers)).isEqualTo(1);
            assertThat(invalidations(f, "insert into b select id from a")).isEqualTo(1);
            assertThat(invalidations(f, "update a set n = n + 1")).isEqualTo(1);
            assertThat(invalidations(f, "delete from a")).isEqualTo(2);
            f.assertFresh(dsl -> dsl.selectFrom("a"));
            f.assertFresh(dsl -> dsl.selectFrom("b"));
        }
    }

    private static long invalidations(Fixture f, String sql) {
        return f.during(() -> f.dsl.execute(sql)).invalidations();
    }

    @DatabaseTest
    @Tag("W9")
    @DisplayName("W9: a batch, and a transaction of many statements, invalidate each table once")
    void batchAndTransaction_invalidateOncePerTable(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Books.books(f.dsl).fetch();
            List<BookRecord> records = new ArrayList<>();
            for (int i = 1_000; i < 2_000; i++) records.add(book(i, 1));
            CacheStats batch = f.during(() -> f.dsl.batchInsert(records).execute());
            assertThat(batch.invalidations()).isEqualTo(1);
            CacheStats transaction = f.during(() -> f.dsl.transaction(c -> {
                for (int i = 0; i < 100; i++)
                    c.dsl().update(BOOK).set(BOOK.STOCK, i).where(BOOK.ID.eq(i)).execute();
                c.dsl().update(AUTHOR).set(AUTHOR.NAME, "x").execute();
            }));
            assertThat(transaction.invalidations()).isEqualTo(2);
            f.assertFresh(Books::books);
            f.assertFresh(Books::authors);
        }
    }

    @DatabaseTest
    @DisplayName("invalidate(..) and invalidateAll() make up for writers that nobody can see")
    void invalidate_afterUnseenWrite_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            f.warm(Books::authors);
            f.unseen.update(BOOK).set(BOOK.STOCK, 0).execute();
            assertThat(Books.books(f.dsl).fetch().getValues(BOOK.STOCK))
                    .as("the writer is unseen indeed")
                    .doesNotContain(0);
            f.cache.invalidate(BOOK);
            assertThat(f.assertFresh(Books::books).getValues(BOOK.STOCK)).containsOnly(0);
            assertThat(f.during(() -> Books.authors(f.dsl).fetch()).hits()).isEqualTo(1);

            f.warm(Books::books);
            f.unseen.update(BOOK).set(BOOK.STOCK, 1).execute();
            f.unseen.update(AUTHOR).set(AUTHOR.NAME, "x").execute();
            f.cache.invalidateAll();
            f.assertFresh(Books::books);
            f.assertFresh(Books::authors);
            f.warm(Books::books);
        }
    }

    @DatabaseTest
    @DisplayName("invalidate(..) follows cascades and triggers, and knows a table by an alias of it")
    void invalidate_ofParent_reachesCascades(Database database) {
        try (Fixture f = Fixture.catalogue(database)
                .with(
                        "create table a (id int primary key)",
                        "create table b (id int primary key, foreign key (id) references a (id) on delete cascade)",
                        "insert into a values (1)",
                        "insert into b values (1)")) {
            f.warm(dsl -> dsl.selectFrom("b"));
            f.unseen.execute("delete from a");
            f.cache.invalidate(org.jooq.impl.DSL.table(org.jooq.impl.DSL.name("a")));
            assertThat(f.assertFresh(dsl -> dsl.selectFrom("b"))).isEmpty();
            f.warm(Books::books);
            f.unseen.update(BOOK).set(BOOK.STOCK, 0).execute();
            f.cache.invalidate(BOOK.as("x"));
            assertThat(f.assertFresh(Books::books).getValues(BOOK.STOCK)).containsOnly(0);
        }
    }

    @DatabaseTest
    @DisplayName("an alias that is the name of another table stands for its own table")
    void invalidate_ofAnAliasNamedAsAnotherTable_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            f.warm(Books::authors);
            f.unseen.update(BOOK).set(BOOK.STOCK, 0).execute();
            f.cache.invalidate(BOOK.as("author"));
            assertThat(f.assertFresh(Books::books).getValues(BOOK.STOCK)).containsOnly(0);
            assertThat(f.during(() -> Books.authors(f.dsl).fetch()).hits()).isEqualTo(1);
        }
    }

    @DatabaseTest
    void invalidate_ofACollection_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            f.warm(Books::authors);
            f.unseen.update(BOOK).set(BOOK.STOCK, 0).execute();
            f.unseen.update(AUTHOR).set(AUTHOR.NAME, "x").execute();
            f.cache.invalidate(List.of(BOOK, AUTHOR));
            assertThat(f.assertFresh(Books::books).getValues(BOOK.STOCK)).containsOnly(0);
            assertThat(f.assertFresh(Books::authors).getValues(AUTHOR.NAME)).containsOnly("x");
        }
    }

    @DatabaseTest
    @DisplayName("tables of one name in two schemas are invalidated together, whichever of them is given")
    void invalidate_ofOneOfTwoSchemas_invalidatesBoth(Database database) {
        if (database == Database.MARIADB) return;
        try (Fixture f = Fixture.empty(database)
                .with(
                        "create schema s1",
                        "create schema s2",
                        "create table s1.t (v int)",
                        "create table s2.t (v int)")) {
            for (String given : List.of("s1", "s2")) {
                f.warm(dsl -> dsl.selectFrom("s1.t"));
                f.warm(dsl -> dsl.selectFrom("s2.t"));
                f.unseen.execute("insert into " + given + ".t values (1)");
                f.cache.invalidate(org.jooq.impl.DSL.table(org.jooq.impl.DSL.name(given, "t")));
                f.assertFresh(dsl -> dsl.selectFrom("s1.t"));
                assertThat(f.assertFresh(dsl -> dsl.selectFrom(given + ".t"))).hasSize(1);
            }
        }
    }

    @DatabaseTest
    @DisplayName("invalidateAll() after unseen DDL has the schema read again")
    void invalidateAll_afterUnseenDdl_knowsTheNewSchema(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            f.unseen.execute("create table late (id int)");
            f.assertBypass(BypassReason.UNKNOWN_TABLE, dsl -> dsl.selectFrom("late"));
            f.cache.invalidateAll();
            f.warm(dsl -> dsl.selectFrom("late"));
        }
    }

    @DatabaseTest
    @DisplayName("exclude(..): queries of the table are not cached, writes to it are seen")
    void exclude_table_isNeverCachedButSeen(Database database) {
        try (Fixture f = Fixture.catalogue(database, settings -> settings.exclude(AUTHOR))) {
            f.assertBypass(BypassReason.EXCLUDED_TABLE, Books::authors);
            f.assertBypass(
                    BypassReason.EXCLUDED_TABLE,
                    dsl -> dsl.select(BOOK.ID).from(BOOK).join(AUTHOR).on(BOOK.AUTHOR_ID.eq(AUTHOR.ID)));
            f.assertBypass(BypassReason.EXCLUDED_TABLE, dsl -> dsl.select().from(AUTHOR.as("a")));
            f.assertBypass(BypassReason.EXCLUDED_TABLE, dsl -> dsl.resultQuery("select * from author"));
            f.warm(Books::books);
            assertThat(f.during(() -> f.dsl.update(AUTHOR).set(AUTHOR.NAME, "x").execute())
                            .invalidations())
                    .isEqualTo(1);
        }
    }

    @DatabaseTest
    @DisplayName("close(): queries go on without the cache")
    void close_thenQueries_stillWork(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            f.cache.close();
            f.assertBypass(BypassReason.CLOSED, Books::books);
            f.dsl.update(BOOK).set(BOOK.STOCK, 0).execute();
            f.dsl.transaction(c -> c.dsl().update(BOOK).set(BOOK.TITLE, "x").execute());
            assertThat(Books.books(f.dsl).fetch().getValues(BOOK.STOCK)).containsOnly(0);
            assertThat(Books.books(f.dsl).fetch().getValues(BOOK.TITLE)).containsOnly("x");
            f.cache.invalidate(BOOK);
            f.cache.invalidateAll();
            f.cache.close();
        }
    }

    @DatabaseTest
    @DisplayName("close() before the first query, and stats() after it")
    void close_atOnce_queriesWork(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            QueryCache other = QueryCache.builder().name("other").build();
            DSLContext dsl = other.derive(f.unseen.configuration()).dsl();
            other.close();
            assertThat(Books.books(dsl).fetch()).hasSize(3);
            dsl.deleteFrom(BOOK).execute();
            assertThat(Books.books(dsl).fetch()).isEmpty();
            assertThat(other.stats().bypasses(BypassReason.CLOSED)).isEqualTo(2);
            assertThat(other.stats().failures()).isZero();
        }
    }
}
