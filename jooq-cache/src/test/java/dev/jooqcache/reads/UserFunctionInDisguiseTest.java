package dev.jooqcache.reads;

import static dev.jooqcache.reads.Library.X;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.lower;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.TableOptions;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jooq.impl.TableImpl;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Scenario N3: functions of users that look like something else. What they answer is in a table that no query names. */
@Tag("database")
@Tag("N3")
class UserFunctionInDisguiseTest {

    private record Disguise(
            String name,
            List<Database> on,
            List<String> objects,
            Function<DSLContext, ResultQuery<? extends Record>> query) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Disguise cast(String name, Function<DSLContext, ResultQuery<? extends Record>> query) {
        return new Disguise(
                name,
                List.of(POSTGRESQL),
                List.of(
                        "create type money2 as (n int)",
                        "create function to_money2(n int) returns money2 language sql as"
                                + " 'select row(n + v)::money2 from hidden'",
                        "create cast (int as money2) with function to_money2(int)"),
                query);
    }

    private static Disguise operator(String name, Function<DSLContext, ResultQuery<? extends Record>> query) {
        return new Disguise(
                name,
                List.of(POSTGRESQL),
                List.of(
                        "create function plus_hidden(a int, b int) returns int language sql as"
                                + " 'select a + b + v from hidden'",
                        "create operator ### (leftarg = int, rightarg = int, function = plus_hidden)"),
                query);
    }

    private static final List<Disguise> DISGUISES = List.of(
            new Disguise(
                    "with a built-in function's name",
                    List.of(POSTGRESQL),
                    List.of("create function lower(n int) returns text language sql as"
                            + " 'select cast(h.v + n as text) from hidden h'"),
                    dsl -> dsl.select(lower(X.ID.coerce(String.class))).from(X)),
            new Disguise(
                    "with a built-in function's name, in plain SQL",
                    List.of(POSTGRESQL),
                    List.of("create function Abs(n text) returns int language sql as 'select v from hidden'"),
                    dsl -> dsl.resultQuery("select abs('1'::text) from x")),
            new Disguise(
                    "as a column of its row",
                    List.of(POSTGRESQL),
                    List.of("create function hidden_v(r x) returns int language sql as 'select v from hidden'"),
                    dsl -> dsl.resultQuery("select x.id, x.hidden_v from x")),
            new Disguise(
                    "as a column of its row, by jOOQ",
                    List.of(POSTGRESQL),
                    List.of("create function hidden_v(r x) returns int language sql as 'select v from hidden'"),
                    dsl -> dsl.select(X.ID, field(name("x", "hidden_v"))).from(X)),
            new Disguise(
                    "an aggregate",
                    List.of(POSTGRESQL),
                    List.of(
                            "create function add_hidden(state int, n int) returns int language sql as"
                                    + " 'select coalesce(state, 0) + v + n from hidden'",
                            "create aggregate total_hidden(int) (sfunc = add_hidden, stype = int, initcond = '0')"),
                    dsl -> dsl.resultQuery("select total_hidden(id) from x")),
            new Disguise(
                    "a window function's aggregate with a built-in's name",
                    List.of(POSTGRESQL),
                    List.of(
                            "create function add_hidden(state int, n text) returns int language sql as"
                                    + " 'select coalesce(state, 0) + v from hidden'",
                            "create aggregate sum(text) (sfunc = add_hidden, stype = int, initcond = '0')"),
                    dsl -> dsl.resultQuery("select sum(cast(id as text)) over (order by id) from x")),
            new Disguise(
                    "the database's own, of a file's size",
                    List.of(POSTGRESQL),
                    List.of(),
                    dsl -> dsl.resultQuery("select pg_relation_size('hidden') + (select v from hidden) from x")),
            new Disguise(
                    "the database's own, of a file's size",
                    List.of(H2),
                    List.of(),
                    dsl -> dsl.resultQuery("select disk_space_used('hidden') + (select v from hidden) from x")),
            new Disguise(
                    "a function of Java's own",
                    List.of(H2),
                    List.of("create alias ln_ for 'java.lang.Math.log'"),
                    dsl -> dsl.resultQuery("select ln_(v) from hidden")),
            new Disguise(
                    "a generated table function",
                    List.of(POSTGRESQL),
                    List.of(
                            "create function hidden_rows() returns setof hidden language sql as 'select * from hidden'"),
                    dsl -> dsl.select(field(name("v"))).from(new HiddenRows())),
            cast("as a cast", dsl -> dsl.resultQuery("select v::money2 from x")),
            cast("as a cast, in words", dsl -> dsl.resultQuery("select cast(v as money2) from x")),
            cast(
                    "as a cast, by jOOQ",
                    dsl -> dsl.select(field("{0}::money2", Object.class, X.V)).from(X)),
            operator("as an operator", dsl -> dsl.resultQuery("select v ### id from x")),
            operator(
                    "as an operator, by jOOQ",
                    dsl -> dsl.select(field("{0} ### {1}", Integer.class, X.V, X.ID))
                            .from(X)),
            operator("as a qualified operator", dsl -> dsl.resultQuery("select v operator(public.###) id from x")),
            new Disguise(
                    "with a space before its bracket",
                    List.of(MARIADB),
                    List.of("create function hidden_v(n int) returns int return (select v + n from hidden)"),
                    dsl -> dsl.resultQuery("select hidden_v (id) from x")));

    private static Stream<Arguments> disguises() {
        return Database.all().stream()
                .flatMap(database -> DISGUISES.stream()
                        .filter(disguise -> disguise.on.contains(database))
                        .map(disguise -> Arguments.of(database, disguise)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("disguises")
    void fetch_functionInDisguise_isExecuted(Database database, Disguise disguise) {
        try (Fixture f = Library.fixture(database)
                .with("create table hidden (v int primary key)", "insert into hidden values (1)")
                .with(disguise.objects.toArray(String[]::new))) {
            f.dsl.select(count()).from(X).fetch();
            Object before = disguise.query.apply(f.dsl).fetch();
            f.dsl.update(table(name("hidden")))
                    .set(field(name("v"), SQLDataType.INTEGER), 2)
                    .execute();
            CacheStats done = f.during(() -> {
                for (int i = 0; i < 2; i++)
                    assertThat((Object) disguise.query.apply(f.dsl).fetch())
                            .isNotEqualTo(before)
                            .isEqualTo(disguise.query.apply(f.unseen).fetch());
            });
            // jOOQ's parser does not know the operator.
            assertThat(done.bypasses(BypassReason.UNKNOWN_FUNCTION)
                            + done.bypasses(BypassReason.PLAIN_SQL)
                            + done.bypasses(BypassReason.NONDETERMINISTIC_FUNCTION))
                    .as(done.toString())
                    .isEqualTo(2);
        }
    }

    /** A table function as the code generator writes it. */
    private static final class HiddenRows extends TableImpl<Record> {
        private static final long serialVersionUID = 1L;

        HiddenRows() {
            super(name("hidden_rows"), null, null, new org.jooq.Field<?>[0], DSL.comment(""), TableOptions.function());
        }
    }
}
