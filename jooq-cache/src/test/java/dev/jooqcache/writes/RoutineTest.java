package dev.jooqcache.writes;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static dev.jooqcache.writes.Writing.coarse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Parameter;
import org.jooq.impl.AbstractRoutine;
import org.jooq.impl.Internal;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("database")
@Tag("W1")
@DisplayName("W1: routines as the code generator writes them, executed and used as a field")
class RoutineTest {

    static Stream<Arguments> writings() {
        return Writing.onEachDatabase(List.of(
                coarse("procedure", (f, dsl) -> sell(dsl), POSTGRESQL, MARIADB),
                coarse(
                        "procedure with an OUT parameter",
                        (f, dsl) -> {
                            SellAndTell routine = new SellAndTell();
                            routine.setValue(SellAndTell.N, 1);
                            routine.execute(dsl.configuration());
                            assertThat(routine.getValue(SellAndTell.LEFT_OVER)).isEqualTo(9);
                        },
                        POSTGRESQL,
                        MARIADB),
                coarse("function", (f, dsl) -> {
                    Sold routine = new Sold(1);
                    routine.execute(dsl.configuration());
                    assertThat(routine.getReturnValue()).isEqualTo(1);
                }),
                coarse("function, attached", (f, dsl) -> {
                    Sold routine = new Sold(1);
                    routine.attach(dsl.configuration());
                    routine.execute();
                }),
                coarse("field without a table", (f, dsl) -> dsl.select(sold(1)).fetch()),
                coarse(
                        "field beside a table's",
                        (f, dsl) -> dsl.select(AUTHOR.ID, sold(1)).from(AUTHOR).fetch()),
                coarse(
                        "field, aliased",
                        (f, dsl) -> dsl.select(AUTHOR.ID, new Sold(1).asField("sold"))
                                .from(AUTHOR)
                                .fetch()),
                coarse(
                        "field in WHERE",
                        (f, dsl) -> dsl.selectFrom(AUTHOR).where(sold(1).eq(1)).fetch()),
                coarse(
                        "field in a subquery's ORDER BY",
                        (f, dsl) -> dsl.select()
                                .from(dsl.selectFrom(AUTHOR)
                                        .orderBy(sold(1).plus(AUTHOR.ID))
                                        .limit(1)
                                        .asTable("t"))
                                .fetch()),
                coarse("field of a value that is fetched lazily", (f, dsl) -> {
                    try (var cursor = dsl.select(sold(1)).from(AUTHOR).fetchLazy()) {
                        cursor.fetchNext();
                    }
                }),
                coarse(
                        "field in DML of another table",
                        (f, dsl) -> dsl.update(AUTHOR)
                                .set(AUTHOR.NAME, sold(1).cast(SQLDataType.VARCHAR(10)))
                                .execute(),
                        POSTGRESQL,
                        MARIADB),
                coarse(
                        "batch of calls in plain SQL",
                        (f, dsl) -> dsl.batch("call sell(1)", "call sell(1)").execute(),
                        POSTGRESQL,
                        MARIADB)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("writings")
    void read_afterCall_isFresh(Database database, Writing writing) throws Exception {
        try (Fixture f = Fixture.catalogue(database).with(schema(database))) {
            writing.check(f);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("writings")
    void read_afterCommittedCall_isFresh(Database database, Writing writing) throws Exception {
        try (Fixture f = Fixture.catalogue(database).with(schema(database))) {
            writing.checkInTransaction(f);
        }
    }

    /** The transaction sees what its call has written; after the rollback nobody does. */
    @DatabaseTest
    void call_rolledBack_leavesTheOldRows(Database database) {
        try (Fixture f = Fixture.catalogue(database).with(schema(database))) {
            List<Integer> before = f.warm(Books::books).getValues(BOOK.STOCK);
            assertThatThrownBy(() -> f.dsl.transaction(c -> {
                        new Sold(1).execute(c);
                        assertThat(Books.books(c.dsl()).fetch().getValues(BOOK.STOCK))
                                .doesNotContainAnyElementsOf(before);
                        throw new IllegalStateException("rolled back");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(f.assertFresh(Books::books).getValues(BOOK.STOCK)).isEqualTo(before);
        }
    }

    private static void sell(DSLContext dsl) {
        Sell routine = new Sell();
        routine.setValue(Sell.N, 1);
        routine.execute(dsl.configuration());
    }

    private static Field<Integer> sold(int n) {
        return new Sold(n).asField();
    }

    private static String[] schema(Database database) {
        return switch (database) {
            case H2 ->
                new String[] {
                    "create alias sold for '" + Routines.class.getName() + ".sold'",
                };
            case POSTGRESQL ->
                new String[] {
                    "create procedure sell(n int) language sql as 'update book set stock = stock - n'",
                    "create procedure sell_and_tell(n int, inout left_over int) language plpgsql as"
                            + " 'begin update book set stock = stock - n; select min(stock) into left_over from book; end'",
                    "create function sold(n int) returns int language plpgsql as"
                            + " 'begin update book set stock = stock - n; return n; end'",
                };
            case MARIADB ->
                new String[] {
                    "create procedure sell(n int) update book set stock = stock - n",
                    "create procedure sell_and_tell(n int, out left_over int) begin update book set stock = stock - n;"
                            + " select min(stock) into left_over from book; end",
                    "create function sold(n int) returns int begin update book set stock = stock - n; return n; end",
                };
        };
    }

    /** A procedure. */
    private static final class Sell extends AbstractRoutine<Void> {
        private static final long serialVersionUID = 1L;

        static final Parameter<Integer> N = Internal.createParameter("n", SQLDataType.INTEGER, false, false);

        Sell() {
            super("sell", null);
            setSQLUsable(false);
            addInParameter(N);
        }
    }

    /** A procedure that answers. */
    private static final class SellAndTell extends AbstractRoutine<Void> {
        private static final long serialVersionUID = 1L;

        static final Parameter<Integer> N = Internal.createParameter("n", SQLDataType.INTEGER, false, false);
        static final Parameter<Integer> LEFT_OVER =
                Internal.createParameter("left_over", SQLDataType.INTEGER, false, false);

        SellAndTell() {
            super("sell_and_tell", null);
            setSQLUsable(false);
            addInParameter(N);
            addOutParameter(LEFT_OVER);
        }
    }

    /** A function. */
    private static final class Sold extends AbstractRoutine<Integer> {
        private static final long serialVersionUID = 1L;

        static final Parameter<Integer> RETURN_VALUE =
                Internal.createParameter("RETURN_VALUE", SQLDataType.INTEGER, false, false);
        static final Parameter<Integer> N = Internal.createParameter("n", SQLDataType.INTEGER, false, false);

        Sold(int n) {
            super("sold", null, SQLDataType.INTEGER);
            setReturnParameter(RETURN_VALUE);
            addInParameter(N);
            setValue(N, n);
        }
    }

    /** Called by H2. */
    public static final class Routines {

        private Routines() {}

        public static int sold(Connection connection, int n) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("update book set stock = stock - " + n);
                return n;
            }
        }
    }
}
