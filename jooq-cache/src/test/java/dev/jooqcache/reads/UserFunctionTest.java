package dev.jooqcache.reads;

import static dev.jooqcache.reads.Library.A;
import static dev.jooqcache.reads.Library.X;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.function;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.lateral;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Scenario N3: functions, table functions and procedures whose effect nobody has promised. Each call below answers
 * another value than the one before, and changes the table x.
 */
@Tag("database")
@Tag("N3")
class UserFunctionTest {

    /** Where the function's body is understood, it is known to write. */
    private static final Set<BypassReason> FUNCTION = Set.of(BypassReason.UNKNOWN_FUNCTION, BypassReason.MODIFIES_DATA);

    private static final Set<BypassReason> PROCEDURE =
            Set.of(BypassReason.PLAIN_SQL, BypassReason.MODIFIES_DATA, BypassReason.NOT_A_SINGLE_QUERY);

    private record Call(
            String name,
            Set<BypassReason> reasons,
            List<Database> without,
            Function<DSLContext, ResultQuery<? extends Record>> query) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Field<Integer> tick() {
        return function(name("tick"), SQLDataType.INTEGER, inline(1));
    }

    private static final List<Call> CALLS = List.of(
            call("SELECT", dsl -> dsl.select(A.ID, tick()).from(A)),
            call("SELECT without a table", dsl -> dsl.select(tick())),
            call(
                    "DSL.function of a plain name",
                    dsl -> dsl.select(function("tick", SQLDataType.INTEGER, inline(1)))
                            .from(A)),
            call(
                    "qualified",
                    dsl -> dsl.select(function(name("public", "tick"), SQLDataType.INTEGER, inline(1)))
                            .from(A),
                    MARIADB),
            call("plain SQL field", dsl -> dsl.select(A.ID, field("tick(1)")).from(A)),
            call("plain SQL", dsl -> dsl.resultQuery("select id, tick(1) from a")),
            call("plain SQL, in upper case", dsl -> dsl.resultQuery("select id, TICK /* ( */ (1) from a")),
            call("plain SQL, quoted", dsl -> dsl.resultQuery("select id, \"tick\"(1) from a"), MARIADB),
            call(
                    "plain SQL, quoted and qualified",
                    dsl -> dsl.resultQuery("select \"public\" . \"tick\"(1) from a"),
                    MARIADB),
            call("plain SQL, quoted", dsl -> dsl.resultQuery("select id, `tick`(1) from a"), H2, POSTGRESQL),
            call("argument of a known function", dsl -> dsl.resultQuery("select abs(coalesce(tick(1), 0)) from a")),
            call("WHERE", dsl -> dsl.select(A.ID).from(A).where(tick().gt(0))),
            call("WHERE, plain SQL", dsl -> dsl.select(A.ID).from(A).where(condition("tick(1) > 0"))),
            call("GROUP BY", dsl -> dsl.select(A.V).from(A).groupBy(A.V, tick())),
            call("ORDER BY", dsl -> dsl.select(A.ID).from(A).orderBy(tick().plus(A.ID))),
            call(
                    "ON",
                    dsl -> dsl.select(A.ID)
                            .from(A)
                            .join(A.as("b"))
                            .on(A.ID.eq(A.as("b").ID).and(tick().gt(0)))),
            call(
                    "scalar subquery",
                    dsl -> dsl.select(A.ID, field(select(tick()))).from(A)),
            call(
                    "EXISTS",
                    dsl -> dsl.select(A.ID)
                            .from(A)
                            .where(exists(selectOne()
                                    .from(A.as("b"))
                                    .where(A.as("b").ID.lt(tick()))))),
            call(
                    "derived table",
                    dsl -> dsl.select()
                            .from(select(A.ID, tick().as("t")).from(A).asTable("d"))),
            call(
                    "common table expression",
                    dsl -> dsl.with("t")
                            .as(select(tick().as("n")).from(A))
                            .select()
                            .from(table(name("t")))),
            call(
                    "UNION",
                    dsl -> dsl.select(A.ID).from(A).unionAll(select(tick()).from(A))),
            call("MULTISET", dsl -> dsl.select(A.ID, multiset(select(tick()))).from(A)),
            tableFunction("DSL.table", dsl -> dsl.select().from(table("ticks(1)"))),
            // jOOQ's parser does not know it, and that comes first.
            new Call(
                    "table function: plain SQL",
                    Set.of(BypassReason.UNKNOWN_FUNCTION, BypassReason.MODIFIES_DATA, BypassReason.PLAIN_SQL),
                    List.of(MARIADB),
                    dsl -> dsl.resultQuery("select * from ticks(1) t")),
            tableFunction("joined", dsl -> dsl.select(A.ID).from(A).crossJoin(table("ticks(1)"))),
            tableFunction("lateral", dsl -> dsl.select(A.ID).from(A, lateral(table("ticks({0})", A.ID))), H2),
            tableFunction(
                    "table of a function's array", dsl -> dsl.resultQuery("select * from unnest(array[tick(1)])")),
            new Call("procedure", PROCEDURE, List.of(), dsl -> dsl.resultQuery("call tock(1)")));

    private static Call call(
            String name, Function<DSLContext, ResultQuery<? extends Record>> query, Database... without) {
        return new Call(name, FUNCTION, Arrays.asList(without), query);
    }

    private static Call tableFunction(
            String name, Function<DSLContext, ResultQuery<? extends Record>> query, Database... without) {
        List<Database> none =
                Stream.concat(Stream.of(MARIADB), Arrays.stream(without)).toList();
        return new Call("table function: " + name, FUNCTION, none, query);
    }

    private static Stream<Arguments> calls() {
        return Database.all().stream()
                .flatMap(database -> CALLS.stream()
                        .filter(call -> !call.without.contains(database))
                        .map(call -> Arguments.of(database, call)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("calls")
    void fetch_callOfUnknownEffect_isExecutedAndInvalidates(Database database, Call call) {
        try (Fixture f = Library.fixture(database).with(routines(database))) {
            for (int i = 0; i < 2; i++) {
                var before = f.warm(dsl -> dsl.selectFrom(X));
                CacheStats done = f.during(() -> call.query.apply(f.dsl).fetch());
                assertThat(call.reasons.stream().mapToLong(done::bypasses).sum())
                        .as("%s, but was %s", call.reasons, done)
                        .isEqualTo(1);
                assertThat(done.hits() + done.stores()).isZero();
                assertThat(f.assertFresh(dsl -> dsl.selectFrom(X)))
                        .as("the call has an effect")
                        .isNotEqualTo(before);
            }
            f.warm(dsl -> dsl.selectFrom(A));
        }
    }

    private static String[] routines(Database database) {
        return switch (database) {
            case H2 ->
                new String[] {
                    "create alias tick for '" + Routines.class.getName() + ".tick'",
                    "create alias tock for '" + Routines.class.getName() + ".tick'",
                    "create alias ticks for '" + Routines.class.getName() + ".ticks'"
                };
            case POSTGRESQL ->
                new String[] {
                    "create function tick(n int) returns int language sql as"
                            + " 'update x set v = v + n where id = 1 returning v'",
                    "create procedure tock(inout n int) language plpgsql as"
                            + " 'begin update x set v = v + n returning v into n; end'",
                    "create function ticks(n int) returns setof x language sql as"
                            + " 'update x set v = v + n returning *'"
                };
            case MARIADB ->
                new String[] {
                    "create function tick(n int) returns int begin update x set v = v + n; return n; end",
                    "create procedure tock(n int) begin update x set v = v + n; select v from x; end"
                };
        };
    }

    /** Called by H2. */
    public static final class Routines {

        private static final AtomicInteger TICKS = new AtomicInteger();

        private Routines() {}

        public static int tick(Connection connection, int n) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("update x set v = v + " + n);
                return TICKS.addAndGet(n);
            }
        }

        /** H2 asks it for its columns, too, when it prepares the query. */
        public static ResultSet ticks(Connection connection, int n) throws SQLException {
            tick(connection, n);
            return connection.createStatement().executeQuery("select * from x");
        }
    }
}
