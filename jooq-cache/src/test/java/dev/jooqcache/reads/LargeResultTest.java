package dev.jooqcache.reads;

import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Catalogue.BookRecord;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record1;
import org.jooq.ResultQuery;
import org.junit.jupiter.api.Tag;

/** Scenario N6: a result larger than the settings allow is answered whole, each time by the database. */
@Tag("N6")
class LargeResultTest {

    private static ResultQuery<BookRecord> books(DSLContext dsl, int rows) {
        return dsl.selectFrom(BOOK).where(BOOK.ID.le(rows)).orderBy(BOOK.ID);
    }

    private static ResultQuery<Record1<String>> title(DSLContext dsl, int id) {
        return dsl.select(BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(id));
    }

    private static void assertTooLarge(CacheStats done) {
        assertThat(done.notStored(BypassReason.RESULT_TOO_LARGE))
                .as(done.toString())
                .isEqualTo(1);
        assertThat(done.hits() + done.stores()).isZero();
    }

    @DatabaseTest
    void fetch_moreRowsThanAllowed_isWholeAndNotStored(Database database) {
        try (Fixture f = Fixture.catalogue(database, cache -> cache.maximumRowsPerResult(2))) {
            f.warm(dsl -> books(dsl, 2));
            f.assertNotStored(BypassReason.RESULT_TOO_LARGE, dsl -> books(dsl, 3));
            assertThat(f.assertFresh(dsl -> books(dsl, 3))).hasSize(3);
        }
    }

    /** Also when the rows are read one by one. */
    @DatabaseTest
    void stream_moreRowsThanAllowed_isWholeAndNotStored(Database database) {
        try (Fixture f = Fixture.catalogue(database, cache -> cache.maximumRowsPerResult(2))) {
            f.warm(dsl -> books(dsl, 2));
            for (int i = 0; i < 2; i++)
                assertTooLarge(f.during(() -> {
                    try (Stream<BookRecord> stream = books(f.dsl, 3).stream()) {
                        assertThat(stream.map(book -> book.get(BOOK.ID))).containsExactly(1, 2, 3);
                    }
                }));
        }
    }

    /** What was too large yesterday can be stored today, and the other way round. */
    @DatabaseTest
    void fetch_resultThatShrinksAndGrows_isStoredWhileItMay(Database database) {
        try (Fixture f = Fixture.catalogue(database, cache -> cache.maximumRowsPerResult(2))) {
            f.warm(dsl -> books(dsl, 1));
            for (int i = 0; i < 2; i++) {
                f.assertNotStored(BypassReason.RESULT_TOO_LARGE, dsl -> books(dsl, 9));
                f.dsl.deleteFrom(BOOK).where(BOOK.ID.eq(3)).execute();
                assertThat(f.warm(dsl -> books(dsl, 9))).hasSize(2);
                f.dsl.insertInto(BOOK).values(3, 1, "x", null, 1).execute();
                assertThat(f.assertFresh(dsl -> books(dsl, 9))).hasSize(3);
            }
        }
    }

    @DatabaseTest
    void fetch_moreBytesThanAllowed_isWholeAndNotStored(Database database) {
        String wide = Stream.generate(() -> "é€").limit(2_000).collect(Collectors.joining());
        try (Fixture f = Fixture.empty(database, cache -> cache.maximumBytesPerResult(4_000))
                .with(
                        "create table book (id int primary key, author_id int, title varchar(4000), price decimal(10, 2),"
                                + " stock int)",
                        "insert into book values (1, 1, 'short', null, 1), (2, 1, '" + wide + "', null, 1)")) {
            f.warm(dsl -> title(dsl, 1));
            f.assertNotStored(BypassReason.RESULT_TOO_LARGE, dsl -> title(dsl, 2));
            assertThat(f.assertFresh(dsl -> title(dsl, 2)).get(0).value1()).isEqualTo(wide);
            f.assertNotStored(BypassReason.RESULT_TOO_LARGE, dsl -> books(dsl, 2));
            f.warm(dsl -> title(dsl, 1));
        }
    }

    /** No value is large, but together they are. */
    @DatabaseTest
    void fetch_moreBytesThanAllowedInManyRows_isWholeAndNotStored(Database database) {
        try (Fixture f = Fixture.catalogue(database, cache -> cache.maximumBytesPerResult(20_000))) {
            f.warm(dsl -> books(dsl, 3));
            f.dsl.batch(Stream.iterate(4, id -> id + 1)
                            .limit(1_000)
                            .map(id -> f.dsl.insertInto(BOOK).values(id, 1, "a title of some length", null, 1))
                            .toList())
                    .execute();
            f.assertNotStored(BypassReason.RESULT_TOO_LARGE, dsl -> books(dsl, 2_000));
            assertThat(f.assertFresh(dsl -> books(dsl, 2_000))).hasSize(1_003);
            f.warm(dsl -> books(dsl, 10));
        }
    }
}
