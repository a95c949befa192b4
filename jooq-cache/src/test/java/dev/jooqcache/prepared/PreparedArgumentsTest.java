package dev.jooqcache.prepared;

import static dev.jooqcache.prepared.PreparedQueries.assertAsJooq;
import static dev.jooqcache.prepared.PreparedQueries.warm;
import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inlined;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.CachedQuery;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.math.BigDecimal;
import java.sql.Date;
import java.time.LocalDate;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.Converter;
import org.jooq.DataType;
import org.jooq.Param;
import org.jooq.Record1;
import org.jooq.conf.Settings;
import org.jooq.impl.CustomCondition;
import org.jooq.impl.SQLDataType;
import org.jooq.types.ULong;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Prepared queries take arguments of all types and in all places as jOOQ does")
class PreparedArgumentsTest {

    /** Has no equality, and can be changed. */
    private static final class Id {
        int id;

        Id(int id) {
            this.id = id;
        }
    }

    private static final DataType<Id> ID = SQLDataType.INTEGER.asConvertedDataType(
            Converter.ofNullable(Integer.class, Id.class, Id::new, id -> id.id));

    private static CachedQuery<Record1<String>> titleByIdThatIsInlinedAsWell(Fixture f) {
        // What is stored for the text with 1 and the bind value 2 is another query's.
        f.dsl.select(BOOK.TITLE)
                .from(BOOK)
                .where(BOOK.ID.eq(2))
                .and(BOOK.ID.eq(inlined(param("id", 1))))
                .fetch();
        return f.cache.prepare(
                f.dsl,
                d -> d.select(BOOK.TITLE)
                        .from(BOOK)
                        .where(BOOK.ID.coerce(ID).eq(param("id", ID)))
                        .and(BOOK.ID.coerce(ID).eq(inlined(param("id", ID)))));
    }

    @DatabaseTest
    void argumentsWithoutEquals_doNotVaryByIdentity(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record1<String>> bookById = titleByIdThatIsInlinedAsWell(f);
            for (int i = 0; i < 2; i++) bookById.fetch(new Id(1));
            for (int i = 0; i < 2; i++)
                assertThat(bookById.fetch(new Id(2)).getValues(BOOK.TITLE)).containsExactly("Animal Farm");
        }
    }

    @DatabaseTest
    void argumentChangedByTheCaller_isNotTheOneOfThen(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record1<String>> bookById = titleByIdThatIsInlinedAsWell(f);
            Id argument = new Id(1);
            bookById.fetch(argument);
            argument.id = 2;
            assertThat(bookById.fetch(argument).getValues(BOOK.TITLE)).containsExactly("Animal Farm");
        }
    }

    @DatabaseTest
    void textThatDependsOnSomeArguments_isJooqs(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.dsl.select(BOOK.TITLE)
                    .from(BOOK)
                    .where(BOOK.ID.eq(3))
                    .orderBy(BOOK.ID)
                    .fetch();
            CachedQuery<?> books = f.cache.prepare(f.dsl, d -> {
                Param<Integer> id = param("id", Integer.class);
                Condition condition = CustomCondition.of(ctx -> {
                    // 3 stands for all.
                    if (Integer.valueOf(3).equals(id.getValue())) ctx.visit(BOOK.ID.le(id));
                    else ctx.visit(BOOK.ID.eq(id));
                });
                return d.select(BOOK.TITLE).from(BOOK).where(condition).orderBy(BOOK.ID);
            });
            assertThat(books.parameters()).containsExactly("id");
            books.fetch(1);
            books.fetch(2);
            assertThat(books.fetch(3)).hasSize(3);
        }
    }

    @DatabaseTest
    void parametersOfManyPlaces(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.selectFrom(BOOK)
                            .where(BOOK.ID.ge(param("from", BOOK.ID)))
                            .orderBy(BOOK.ID)
                            .limit(param("n", Integer.class))
                            .offset(param("o", Integer.class)),
                    new Object[] {1, 1, 0},
                    new Object[] {1, 2, 1},
                    new Object[] {2, 0, 0},
                    new Object[] {1, 3, 0});
            assertAsJooq(
                    f,
                    f.cache
                            .derive(f.dsl.configuration().derive(new Settings().withInListPadding(true)))
                            .dsl(),
                    d -> d.selectFrom(BOOK.as("b"))
                            .where(BOOK.as("b")
                                    .ID
                                    .in(
                                            param("a", Integer.class),
                                            param("b", Integer.class),
                                            param("c", Integer.class))),
                    new Object[] {1, 1, 1},
                    new Object[] {1, 2, 3},
                    new Object[] {2, 9, 9});
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(BOOK.asterisk(), AUTHOR.NAME)
                            .from(BOOK)
                            .join(AUTHOR)
                            .on(AUTHOR.ID.eq(BOOK.AUTHOR_ID))
                            .where(BOOK.TITLE.like(param("t", String.class)))
                            .and(BOOK.STOCK.lt(param("s", int.class)))
                            .orderBy(BOOK.ID),
                    new Object[] {"%", 100},
                    new Object[] {"%a%", 100},
                    new Object[] {"B%", 20},
                    new Object[] {"B%", 50});
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(BOOK, AUTHOR)
                            .from(BOOK)
                            .join(AUTHOR)
                            .on(AUTHOR.ID.eq(BOOK.AUTHOR_ID))
                            .where(BOOK.PRICE.lt(param("p", BigDecimal.class)).or(BOOK.PRICE.isNull()))
                            .orderBy(BOOK.ID),
                    new Object[] {new BigDecimal("9")},
                    new Object[] {new BigDecimal("9.00")},
                    new Object[] {new BigDecimal("9.995")},
                    new Object[] {new BigDecimal("100000000000")});
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(
                                    BOOK.ID,
                                    param("x", Integer.class).as("x"),
                                    BOOK.STOCK.plus(param("x", Integer.class)).as("y"))
                            .from(BOOK)
                            .orderBy(BOOK.ID),
                    new Object[] {1},
                    new Object[] {2},
                    new Object[] {-1});
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(row(BOOK.ID, BOOK.TITLE), BOOK.PRICE)
                            .from(BOOK)
                            .where(BOOK.ID.ge(param("x", Integer.class)))
                            .orderBy(BOOK.ID),
                    new Object[] {1},
                    new Object[] {2},
                    new Object[] {3});
        }
    }

    @DatabaseTest
    void typesOfParameters(Database database) {
        try (Fixture f = Fixture.empty(database)
                .with(
                        "create table t (id int primary key, c char(5), n numeric(6,2), d date, b boolean, f double precision, u uuid, l bigint)",
                        "insert into t values (1, 'ab', 1.50, date '2020-01-01', true, 0.0, '00000000-0000-0000-0000-000000000001', 5)",
                        "insert into t values (2, 'abc', 2.5, date '2020-01-02', false, 1.5, '00000000-0000-0000-0000-000000000002', 6)")) {
            check(f, "c", SQLDataType.CHAR(5), "ab", "ab   ", "abc", "abc  ", "AB");
            check(f, "c", SQLDataType.VARCHAR, "ab", "ab   ", "abc", "abc  ", "AB");
            check(
                    f,
                    "n",
                    SQLDataType.NUMERIC(6, 2),
                    new BigDecimal("1.5"),
                    new BigDecimal("1.50"),
                    new BigDecimal("2.5"),
                    new BigDecimal("2.501"));
            check(f, "d", SQLDataType.LOCALDATE, LocalDate.of(2020, 1, 1), LocalDate.of(2020, 1, 2));
            check(f, "d", SQLDataType.DATE, Date.valueOf("2020-01-01"), Date.valueOf("2020-01-02"));
            check(f, "b", SQLDataType.BOOLEAN, true, false);
            check(f, "f", SQLDataType.DOUBLE, 0.0, -0.0, 1.5);
            check(f, "u", SQLDataType.UUID, new UUID(0, 1), new UUID(0, 2));
            check(f, "l", SQLDataType.BIGINT, 5L, 6L, 7L);
            check(f, "l", SQLDataType.BIGINTUNSIGNED, ULong.valueOf(5), ULong.valueOf(6));
        }
    }

    private static <T> void check(Fixture f, String column, DataType<T> type, Object... values) {
        Object[][] calls = new Object[values.length][];
        for (int i = 0; i < values.length; i++) calls[i] = new Object[] {values[i]};
        assertAsJooq(
                f,
                f.dsl,
                d -> d.select(field(name("id"), Integer.class), field(name(column), type))
                        .from(table(name("t")))
                        .where(field(name(column), type).eq(param("x", type))),
                calls);
    }

    @DatabaseTest
    void oneText_ofTwoTypes_inTurns(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record1<Integer>> ints = f.cache.prepare(
                    f.dsl,
                    d -> d.select(field(name("id"), Integer.class))
                            .from(table(name("book")))
                            .where(field(name("id"), Integer.class).eq(param("x", Integer.class))));
            CachedQuery<Record1<Long>> longs = f.cache.prepare(
                    f.dsl,
                    d -> d.select(field(name("id"), Long.class))
                            .from(table(name("book")))
                            .where(field(name("id"), Long.class).eq(param("x", Long.class))));
            CachedQuery<Record1<String>> strings = f.cache.prepare(
                    f.dsl,
                    d -> d.select(field(name("id"), String.class))
                            .from(table(name("book")))
                            .where(field(name("id"), Integer.class).eq(param("x", Integer.class))));
            for (int i = 0; i < 4; i++)
                for (int id = 1; id < 4; id++) {
                    assertThat((Object) ints.fetchSingle(id).get(0)).isEqualTo(id);
                    assertThat((Object) longs.fetchSingle((long) id).get(0)).isEqualTo((long) id);
                    assertThat((Object) strings.fetchSingle(id).get(0)).isEqualTo("" + id);
                    assertThat(f.dsl.select(field(name("id"), Long.class))
                                    .from(table(name("book")))
                                    .where(field(name("id"), Integer.class).eq(id))
                                    .fetchSingle()
                                    .value1())
                            .isEqualTo(id);
                    assertThat(f.dsl.select(field(name("id"), Short.class))
                                    .from(table(name("book")))
                                    .where(field(name("id"), Integer.class).eq(id))
                                    .fetchSingle()
                                    .value1())
                            .isEqualTo((short) id);
                }
        }
    }

    @DatabaseTest
    void storeThatMovesTheKey_isAsJooq(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Catalogue.BookRecord> q =
                    f.cache.prepare(f.dsl, d -> d.selectFrom(BOOK).where(BOOK.ID.eq(param("id", BOOK.ID))));
            warm(q);
            Catalogue.BookRecord book = q.fetchSingle(1);
            book.set(BOOK.ID, 50);
            book.set(BOOK.TITLE, "copy");
            book.store();
            assertThat(f.unseen.fetchCount(BOOK)).isEqualTo(4);
            assertThat(q.fetchSingle(50).get(BOOK.TITLE)).isEqualTo("copy");
            assertThat(q.fetchSingle(1).get(BOOK.TITLE)).isEqualTo("1984");
            Catalogue.BookRecord other = q.fetchSingle(2);
            other.set(BOOK.TITLE, "x");
            other.reset();
            assertThat(other.changed()).isFalse();
            assertThat(other.get(BOOK.TITLE)).isEqualTo("Animal Farm");
        }
    }

    @DatabaseTest
    void sharedParameter_isRefusedWhereverItIs(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Param<Integer> shared = param("id", Integer.class);
            assertThatThrownBy(() -> f.cache.prepare(
                            f.dsl,
                            d -> d.select(BOOK.TITLE)
                                    .from(BOOK)
                                    .where(BOOK.ID.ge(shared))
                                    .and(BOOK.ID.le(param("id", Integer.class)))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
