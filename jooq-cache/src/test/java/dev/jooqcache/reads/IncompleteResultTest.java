package dev.jooqcache.reads;

import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Catalogue.BookRecord;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.Records;
import org.jooq.ResultQuery;
import org.jooq.impl.CallbackExecuteListener;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Scenario N6: a result that is not read to its end is never stored, whoever stops reading and why. */
@Tag("N6")
class IncompleteResultTest {

    private static ResultQuery<BookRecord> books(DSLContext dsl) {
        return dsl.selectFrom(BOOK).orderBy(BOOK.ID);
    }

    private static int readTwoOfThree(Iterator<BookRecord> rows) {
        return rows.next().get(BOOK.ID) + rows.next().get(BOOK.ID);
    }

    /** Each way reads one or two of the three rows. */
    private static Map<String, Consumer<ResultQuery<BookRecord>>> abandonments() {
        Map<String, Consumer<ResultQuery<BookRecord>>> ways = new LinkedHashMap<>();
        ways.put("fetchLazy, nothing read", query -> query.fetchLazy().close());
        ways.put("fetchLazy, one row", query -> {
            try (Cursor<BookRecord> cursor = query.fetchLazy()) {
                assertThat(cursor.fetchNext().get(BOOK.ID)).isEqualTo(1);
            }
        });
        ways.put("fetchLazy, a portion", query -> {
            try (Cursor<BookRecord> cursor = query.fetchLazy()) {
                assertThat(cursor.fetchNext(2)).hasSize(2);
            }
        });
        ways.put("fetchLazy, iterator", query -> {
            try (Cursor<BookRecord> cursor = query.fetchLazy()) {
                assertThat(readTwoOfThree(cursor.iterator())).isEqualTo(3);
            }
        });
        ways.put("fetchStream", query -> {
            try (Stream<BookRecord> stream = query.fetchStream()) {
                assertThat(readTwoOfThree(stream.iterator())).isEqualTo(3);
            }
        });
        ways.put("stream, limited", query -> {
            try (Stream<BookRecord> stream = query.stream()) {
                assertThat(stream.limit(2)).hasSize(2);
            }
        });
        ways.put("maxRows", query -> assertThat(query.maxRows(2).fetch()).hasSize(2));
        ways.put(
                "maxRows, as many as there are",
                query -> assertThat(query.maxRows(3).fetch()).hasSize(3));
        ways.put(
                "maxRows of a stream",
                query -> assertThat(query.maxRows(2).stream()).hasSize(2));
        return ways;
    }

    /** Each way fails on the second row. */
    private static Map<String, Consumer<ResultQuery<BookRecord>>> failures() {
        Map<String, Consumer<ResultQuery<BookRecord>>> ways = new LinkedHashMap<>();
        ways.put("fetch with a mapper", query -> query.fetch(IncompleteResultTest::refuseSecond));
        ways.put("collect", query -> query.collect(Records.intoList(IncompleteResultTest::refuseSecond)));
        ways.put("forEach", query -> query.forEach(IncompleteResultTest::refuseSecond));
        ways.put("fetchLazy with a mapper", query -> {
            try (Cursor<BookRecord> cursor = query.fetchLazy()) {
                cursor.fetch(IncompleteResultTest::refuseSecond);
            }
        });
        ways.put("stream", query -> {
            try (Stream<BookRecord> stream = query.stream()) {
                stream.forEach(IncompleteResultTest::refuseSecond);
            }
        });
        ways.put("fetchInto", query -> query.fetchInto(Picky.class));
        return ways;
    }

    private static int refuseSecond(BookRecord book) {
        if (book.get(BOOK.ID) == 2) throw new Refused();
        return book.get(BOOK.ID);
    }

    /** Mapped by its constructor. */
    record Picky(int id, int authorId, String title, BigDecimal price, int stock) {
        Picky {
            if (id == 2) throw new Refused();
        }
    }

    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static Stream<Arguments> on(Map<String, ?> ways) {
        return Database.all().stream()
                .flatMap(database -> ways.keySet().stream().map(way -> Arguments.of(database, way)));
    }

    static Stream<Arguments> abandonmentsOnDatabases() {
        return on(abandonments());
    }

    static Stream<Arguments> failuresOnDatabases() {
        return on(failures());
    }

    @Tag("database")
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("abandonmentsOnDatabases")
    void read_abandoned_isNotStored(Database database, String way) {
        Consumer<ResultQuery<BookRecord>> abandon = abandonments().get(way);
        try (Fixture f = Fixture.catalogue(database)) {
            f.dsl.fetch("select * from author");
            for (int i = 0; i < 2; i++) {
                CacheStats done = f.during(() -> abandon.accept(books(f.dsl)));
                assertThat(done.notStored(BypassReason.RESULT_INCOMPLETE))
                        .as(done.toString())
                        .isEqualTo(1);
                assertThat(done.stores() + done.hits()).isZero();
            }
            assertThat(f.assertFresh(IncompleteResultTest::books)).hasSize(3);
            // An entry outlives that somebody reads a part of it only.
            CacheStats done = f.during(() -> abandon.accept(books(f.dsl)));
            assertThat(done.hits()).as(done.toString()).isEqualTo(1);
            assertThat(f.warm(IncompleteResultTest::books)).hasSize(3);
            f.assertFresh(IncompleteResultTest::books);
        }
    }

    @Tag("database")
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("failuresOnDatabases")
    void read_failsWhileMapping_isNotStoredTruncated(Database database, String way) {
        Consumer<ResultQuery<BookRecord>> fail = failures().get(way);
        try (Fixture f = Fixture.catalogue(database)) {
            f.dsl.fetch("select * from author");
            for (int i = 0; i < 2; i++) {
                CacheStats done = f.during(() -> assertThatThrownBy(() -> fail.accept(books(f.dsl)))
                        .hasStackTraceContaining(Refused.class.getName()));
                // Some ways map after all rows are there, and then the result is as good as any.
                assertThat(done.hits() + done.misses() + done.bypasses())
                        .as(done.toString())
                        .isEqualTo(1);
                assertThat(done.notStored())
                        .as(done.toString())
                        .isEqualTo(
                                done.notStored(BypassReason.RESULT_INCOMPLETE) + done.notStored(BypassReason.FAILED));
                assertThat(f.dsl.fetchCount(BOOK)).isEqualTo(3);
            }
            assertThat(f.assertFresh(IncompleteResultTest::books)).hasSize(3);
            assertThatThrownBy(() -> fail.accept(books(f.dsl))).hasStackTraceContaining(Refused.class.getName());
            assertThat(f.warm(IncompleteResultTest::books)).hasSize(3);
        }
    }

    /** The rows themselves cannot be made, so that not even jOOQ has seen them all. */
    @DatabaseTest
    void read_converterThrows_isNotStored(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.dsl.fetch("select * from author");
            var picky = BOOK.ID.convertFrom(id -> new Picky(id, 0, "", null, 0));
            for (int i = 0; i < 2; i++) {
                CacheStats done = f.during(() -> assertThatThrownBy(() ->
                                f.dsl.select(picky).from(BOOK).orderBy(BOOK.ID).fetch())
                        .hasStackTraceContaining(Refused.class.getName()));
                assertThat(done.notStored(BypassReason.FAILED))
                        .as(done.toString())
                        .isEqualTo(1);
                assertThat(done.stores()).isZero();
            }
            assertThat(f.assertFresh(dsl -> dsl.select(BOOK.ID).from(BOOK).orderBy(BOOK.ID)))
                    .hasSize(3);
        }
    }

    @DatabaseTest
    void read_listenerThrows_isNotStored(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.dsl.fetch("select * from author");
            int[] rows = {0};
            ExecuteListener refusing = new CallbackExecuteListener().onRecordEnd((ExecuteContext ctx) -> {
                if (++rows[0] == 2) throw new Refused();
            });
            DSLContext dsl =
                    f.dsl.configuration().deriveAppending(() -> refusing).dsl();
            CacheStats done = f.during(() ->
                    assertThatThrownBy(() -> books(dsl).fetch()).hasStackTraceContaining(Refused.class.getName()));
            assertThat(done.notStored()).as(done.toString()).isEqualTo(1);
            assertThat(done.stores()).isZero();
            assertThat(f.assertFresh(IncompleteResultTest::books)).hasSize(3);
        }
    }
}
