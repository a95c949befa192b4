package dev.jooqcache.prepared;

import static dev.jooqcache.prepared.PreparedQueries.assertAsJooq;
import static dev.jooqcache.prepared.PreparedQueries.titleById;
import static dev.jooqcache.prepared.PreparedQueries.warm;
import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.asterisk;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectFrom;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.when;

import dev.jooqcache.CachedQuery;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.math.BigDecimal;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.Param;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Prepared queries have the columns and the shapes of jOOQ's results")
class PreparedColumnsTest {

    @DatabaseTest
    void star_hasTheColumnThatWasAdded(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<?> bookById = f.cache.prepare(
                    f.dsl,
                    d -> d.select()
                            .from(table(name("book")))
                            .where(field(name("id"), Integer.class).eq(param("id", Integer.class))));
            warm(bookById);
            assertThat(bookById.fetchSingle(1).size()).isEqualTo(5);
            f.dsl.execute("alter table book add extra int default 7 not null");
            // Somebody else stores the new result first.
            assertThat(bookById.using(f.dsl).fetchSingle(1).size()).isEqualTo(6);
            for (int i = 0; i < 3; i++)
                assertThat(bookById.fetchSingle(1).size()).as("%s", i).isEqualTo(6);
        }
    }

    @DatabaseTest
    void star_hasTheNewNameOfAColumn(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<?> bookById = f.cache.prepare(
                    f.dsl, d -> d.resultQuery("select * from book where id = {0}", param("id", Integer.class)));
            warm(bookById);
            f.dsl.execute("alter table book rename column title to heading");
            for (int i = 0; i < 3; i++)
                assertThat(bookById.fetchSingle(1).field("heading")).as("%s", i).isNotNull();
        }
    }

    @DatabaseTest
    void columnsWithParameters_areThoseOfTheCall(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<?> sums = f.cache.prepare(
                    f.dsl,
                    d -> d.select(
                                    BOOK.STOCK.plus(param("x", Integer.class)),
                                    BOOK.STOCK.plus(param("y", Integer.class)))
                            .from(BOOK)
                            .where(BOOK.ID.eq(1)));
            for (int i = 0; i < 3; i++) {
                assertThat(sums.fetchSingle(1, 2).get(BOOK.STOCK.plus(2))).isEqualTo(12);
                assertThat(sums.fetchSingle(2, 1).get(BOOK.STOCK.plus(2)))
                        .as("%s", i)
                        .isEqualTo(12);
            }
        }
    }

    /** The same books, for a condition. */
    private static void assertSameBooks(Fixture f, Supplier<Condition> condition, Object[]... calls) {
        assertAsJooq(
                f,
                f.dsl,
                d -> d.select(BOOK.ID).from(BOOK).where(condition.get()).orderBy(BOOK.ID),
                calls);
    }

    @DatabaseTest
    void shapesOfQueries(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.unseen.execute("insert into author values (3, 'Nobody')");
            Object[][] ids = {{1}, {2}, {3}, {4}, {-1}};
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(AUTHOR, BOOK)
                            .from(AUTHOR)
                            .leftJoin(BOOK)
                            .on(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                            .where(AUTHOR.ID.ge(param("x", Integer.class)))
                            .orderBy(AUTHOR.ID, BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(AUTHOR.NAME, row(BOOK.ID, BOOK.TITLE))
                            .from(AUTHOR)
                            .leftJoin(BOOK)
                            .on(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                            .where(AUTHOR.ID.ge(param("x", Integer.class)))
                            .orderBy(AUTHOR.ID, BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(
                                    AUTHOR.NAME,
                                    row(BOOK.ID, BOOK.PRICE)
                                            .convertFrom(r -> r == null ? null : r.value1() + ":" + r.value2()))
                            .from(AUTHOR)
                            .leftJoin(BOOK)
                            .on(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                            .where(AUTHOR.ID.ge(param("x", Integer.class)))
                            .orderBy(AUTHOR.ID, BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(
                                    AUTHOR.NAME,
                                    multiset(selectFrom(BOOK)
                                                    .where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                                                    .and(BOOK.STOCK.gt(param("x", Integer.class)
                                                            .times(5)))
                                                    .orderBy(BOOK.ID))
                                            .as("books"))
                            .from(AUTHOR)
                            .orderBy(AUTHOR.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.selectFrom(BOOK)
                            .where(BOOK.ID.eq(param("x", Integer.class)))
                            .union(d.selectFrom(BOOK)
                                    .where(BOOK.ID.eq(param("x", Integer.class).plus(1))))
                            .orderBy(1),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.with("c")
                            .as(select(BOOK.ID.as("i"), BOOK.TITLE.as("t"))
                                    .from(BOOK)
                                    .where(BOOK.ID.ge(param("x", Integer.class))))
                            .select(field(name("i"), Integer.class), field(name("t"), String.class))
                            .from(name("c"))
                            .orderBy(field(name("i"))),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(asterisk())
                            .from(BOOK)
                            .where(BOOK.ID.ge(param("x", Integer.class)))
                            .orderBy(BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(asterisk())
                            .from(table(name("book")))
                            .where(BOOK.ID.ge(param("x", Integer.class)))
                            .orderBy(BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.resultQuery(
                                    "select id, title from book where id >= {0} order by id", param("x", Integer.class))
                            .coerce(BOOK.ID, BOOK.TITLE),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.resultQuery("select * from book where id >= {0} order by id", param("x", Integer.class))
                            .coerce(BOOK),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(
                                    BOOK.ID,
                                    when(BOOK.ID.gt(param("x", Integer.class)), BOOK.PRICE)
                                            .else_(BOOK.PRICE.neg())
                                            .as("w"),
                                    sum(BOOK.STOCK).over().orderBy(BOOK.ID).as("s"))
                            .from(BOOK)
                            .orderBy(BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.selectFrom(BOOK.as("b"))
                            .where(BOOK.as("b").ID.ge(param("x", Integer.class)))
                            .orderBy(BOOK.as("b").ID)
                            .limit(param("n", Long.class)),
                    new Object[] {1, 1L},
                    new Object[] {1, 2L},
                    new Object[] {2, 5L},
                    new Object[] {4, 0L});
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(BOOK.ID, BOOK.ID, BOOK.TITLE.as("id"))
                            .from(BOOK)
                            .where(BOOK.ID.ge(param("x", Integer.class)))
                            .orderBy(BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> {
                        Param<Integer> x = param("x", Integer.class);
                        return d.select(BOOK.ID)
                                .from(BOOK)
                                .where(BOOK.ID.eq(x).or(BOOK.ID.eq(x.plus(1))))
                                .orderBy(BOOK.ID);
                    },
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(BOOK.ID)
                            .from(BOOK)
                            .where(BOOK.ID.eq(param("x", Integer.class)))
                            .and(BOOK.TITLE.ne(param("x", String.class))),
                    new Object[] {"1"},
                    new Object[] {"2"},
                    new Object[] {"03"});
            assertSameBooks(f, () -> BOOK.PRICE.gt(param("x", Integer.class).coerce(BigDecimal.class)), ids);
            assertSameBooks(
                    f,
                    () -> BOOK.TITLE.startsWith(param("x", String.class)),
                    new Object[] {"B"},
                    new Object[] {"A"},
                    new Object[] {"%"},
                    new Object[] {"1"});
            assertSameBooks(
                    f,
                    () -> BOOK.TITLE.contains(param("x", String.class)),
                    new Object[] {"B"},
                    new Object[] {"a"},
                    new Object[] {"%"},
                    new Object[] {"1"});
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(count()).from(BOOK).where(BOOK.ID.in(select(param("x", Integer.class)))),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(param("x", Integer.class), BOOK.ID).from(BOOK).orderBy(BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.selectDistinct(BOOK.AUTHOR_ID)
                            .from(BOOK)
                            .groupBy(BOOK.AUTHOR_ID)
                            .having(count().ge(param("x", Integer.class))),
                    ids);
        }
    }

    @DatabaseTest
    void fieldsOfAResult_areNotSharedWithOtherCallers(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<?> bookById = titleById(f, f.dsl);
            warm(bookById);
            bookById.fetch(1).fields()[1] = BOOK.PRICE;
            assertThat(bookById.fetchSingle(1).get(BOOK.TITLE)).isEqualTo("1984");
        }
    }
}
