package dev.jooqcache.schema;

import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("database")
@Tag("W5")
@Tag("N3")
@DisplayName("W5, N3: dependencies where nobody would look for them, each of which was missed once")
class HiddenDependencyTest {

    private static final String A = "create table a (id int primary key, n int)";
    private static final String B = "create table b (id int primary key, n int)";
    private static final String A1 = "insert into a values (1, 1)";
    private static final String B1 = "insert into b values (1, 1)";
    private static final String COUNT_OF_B = "returns bigint stable language sql as 'select count(*) from b'";
    private static final String WRITER_OF_B =
            " language plpgsql as $$ begin insert into b values (1, 1); return true; end $$";

    private static final String TOUCHED = "create function touched(x int) returns int language plpgsql as"
            + " $$ begin insert into public.b select count(*) + 1, x from public.b; return x; end $$";

    /**
     * @param write changes what the read answers
     * @param read is cached before, or bypassed; afterwards it must be fresh
     */
    private record Case(String name, Database database, String write, String read, List<String> objects) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Case> CASES = new ArrayList<>();

    private static void on(Database database, String name, String write, String read, String... objects) {
        List<String> all = new ArrayList<>(List.of(A, B));
        all.addAll(List.of(objects));
        CASES.add(new Case(name, database, write, read, all));
    }

    static {
        String b = "select * from b";
        on(
                MARIADB,
                "a call without a bracket in a trigger",
                A1,
                b,
                "create procedure touch() " + B1,
                "create trigger t after insert on a for each row call touch");
        on(
                MARIADB,
                "an update after DO in a loop",
                A1,
                b,
                B1,
                "create trigger t after insert on a for each row begin declare n int default 0;"
                        + " while n < 3 do update b set n = 7; set n = n + 1; end while; end");
        on(
                MARIADB,
                "an update after DO in a loop over numbers",
                A1,
                b,
                B1,
                "create trigger t after insert on a for each row begin for i in 1..2 do update b set n = 7; end for; end");
        on(
                POSTGRESQL,
                "a sequence that a view reads",
                "select setval('s', 3)",
                "select * from v",
                A1,
                "insert into a values (2, 2), (3, 3)",
                "create sequence s",
                "create view v as select id from a where id <= (select last_value from s)");
        on(
                POSTGRESQL,
                "an aggregate over a function of the database's own",
                "select setval('s', 3)",
                "select reached('s'::regclass) from a",
                A1,
                "create sequence s",
                "create function pick(s regclass, o regclass) returns regclass immutable language sql as 'select o'",
                "create aggregate reached(regclass)"
                        + " (sfunc = pick, stype = regclass, finalfunc = pg_sequence_last_value)");
        on(
                POSTGRESQL,
                "the output of a call after an argument with a keyword",
                "insert into a (id, n) values (5, 1)",
                "select n from a where id = 105",
                "create procedure p(x int, inout y int) language plpgsql as $$ begin y := y + x; end $$",
                "create function f() returns trigger language plpgsql as"
                        + " $$ begin call p(substring('100' from 1)::int, new.id); return new; end $$",
                "create trigger t before insert on a for each row execute function f()");
        for (String execute : List.of("for r in execute(%s) loop null; end loop", "open c for execute(%s)"))
            on(
                    POSTGRESQL,
                    "dynamic SQL in brackets, " + execute,
                    A1,
                    b,
                    "create function \"execute\"(x text) returns int immutable language sql as 'select 1'",
                    "create function f() returns trigger language plpgsql as $$ declare r record; c refcursor; begin "
                            + execute.formatted("'insert into b values (' || new.id || ', 1) returning id'")
                            + "; return null; end $$",
                    "create trigger t after insert on a for each row execute function f()");
        on(
                POSTGRESQL,
                "a partition's key",
                "insert into parts values (5, 1)",
                b,
                "create function touch(x int) returns int language plpgsql as"
                        + " $$ begin insert into b values (x, 1); return x; end $$",
                "create function key(x int) returns int immutable language plpgsql as"
                        + " $$ begin return public.touch(x); end $$",
                "create table parts (id int, n int) partition by list (key(id))",
                "create table others partition of parts default");
        String[] writingView = {"create function f() returns boolean" + WRITER_OF_B, "create view w as select f() as k"
        };
        on(
                POSTGRESQL,
                "a view that a trigger reads",
                A1,
                b,
                writingView[0],
                writingView[1],
                "create function touch() returns trigger language plpgsql as"
                        + " $$ begin if (select k from w) then return new; end if; return new; end $$",
                "create trigger t before insert on a for each row execute function touch()");
        on(
                POSTGRESQL,
                "a view that a procedure reads",
                "call p()",
                b,
                writingView[0],
                writingView[1],
                "create procedure p() language plpgsql as $$ begin perform k from w; end $$");
        on(
                POSTGRESQL,
                "a view that a function in a write reads",
                "update a set id = 2 where g()",
                b,
                A1,
                writingView[0],
                writingView[1],
                "create function g() returns boolean language sql as 'select k from w'");
        on(POSTGRESQL, "a view among several statements", "select 1; select k from w", b, writingView);
        on(
                POSTGRESQL,
                "a view that a setting reads",
                "select set_config('a.b', (select k from w)::text, false)",
                b,
                writingView);
        on(POSTGRESQL, "a view in VALUES", "values ((select k from w))", b, writingView);
        on(POSTGRESQL, "a view that is a table in short", "table w", b, writingView);
        on(POSTGRESQL, "a view that a cursor reads", "declare c cursor with hold for select k from w", b, writingView);
        on(
                POSTGRESQL,
                "a view in a text that is no query of jOOQ's",
                "explain analyze select k from w",
                b,
                writingView);
        on(
                POSTGRESQL,
                "the default of a function's parameter",
                B1,
                "select id, f() from a",
                A1,
                "create function count_b() " + COUNT_OF_B,
                "create function f(x bigint default count_b()) returns bigint stable language sql as 'select x'");
        on(
                POSTGRESQL,
                "the default of a procedure's parameter",
                "call p()",
                b,
                "create function w() returns boolean" + WRITER_OF_B,
                "create procedure p(x boolean default w()) language plpgsql as"
                        + " $$ begin insert into a values (2, 2); end $$");
        on(
                POSTGRESQL,
                "a function written as a column, in a body",
                B1,
                "select total() from a",
                A1,
                "create function cnt(a) " + COUNT_OF_B,
                "create function total() returns numeric stable language sql as 'select sum(a.cnt) from a'");
        on(
                POSTGRESQL,
                "a function with a default, written as a column",
                B1,
                "select a.cnt from a",
                A1,
                "create function cnt(a, x int default 0) " + COUNT_OF_B);
        for (String write : List.of("insert into c select id from v", "update v set n = 5"))
            on(
                    POSTGRESQL,
                    "a writing function in a view that DML reads: " + write,
                    write,
                    b,
                    A1,
                    "create table c (id int)",
                    "create function log(x int) returns boolean" + WRITER_OF_B,
                    "create view v as select id, n from a where log(id)");
        on(
                POSTGRESQL,
                "a foreign key of a table whose name differs in case only",
                "delete from p2 where id = 1",
                "select * from child",
                "create table p1 (id int primary key)",
                "create table p2 (id int primary key)",
                "create table \"Child\" (id int primary key, p int constraint fk references p1 on delete cascade)",
                "create table child (id int primary key, p int constraint fk references p2 on delete cascade)",
                "insert into p2 values (1)",
                "insert into child values (1, 1)");
        on(
                POSTGRESQL,
                "a foreign key of a table with a dot in its name",
                "delete from p2 where id = 1",
                "select * from \"c.x\"",
                "create table p1 (id int primary key)",
                "create table p2 (id int primary key)",
                "create table c (id int primary key, p int constraint \"x.fk\" references p1 on delete cascade)",
                "create table \"c.x\" (id int primary key, p int constraint fk references p2 on delete cascade)",
                "insert into p2 values (1)",
                "insert into \"c.x\" values (1, 1)");
        on(
                POSTGRESQL,
                "a view whose name differs in case only from a materialized one",
                A1,
                "select * from stats",
                "create materialized view \"Stats\" as select count(*) from a",
                "create view stats as select count(*) from a");
        for (String word : List.of("update", "conflict", "until"))
            on(
                    POSTGRESQL,
                    "a function called " + word,
                    B1,
                    "select id, public." + word + "(1) from a",
                    A1,
                    "create function " + word + "(int) " + COUNT_OF_B);
        on(
                POSTGRESQL,
                "a function called until, in a body",
                B1,
                "select id, g() from a",
                A1,
                "create function until(int) " + COUNT_OF_B,
                "create function g() returns bigint stable language sql as 'select until(1)'");
        on(
                POSTGRESQL,
                "a check of a domain under a domain",
                A1,
                b,
                "create function w(int) returns boolean" + WRITER_OF_B,
                "create domain d1 as int check (w(value))",
                "create domain d2 as d1",
                "alter table a alter n type d2");
        for (String write : List.of(
                "select '[1,2]'::ints",
                "select '{[1,2]}'::many",
                "insert into t (one) values ('[1,2]')",
                "insert into t (more) values ('{[1,2]}')",
                "insert into t (part) values ('(1)')",
                "insert into t (parts) values ('{(1)}')"))
            on(
                    POSTGRESQL,
                    "a check of a domain within another type, " + write,
                    write,
                    b,
                    "create function w(int) returns boolean language plpgsql as"
                            + " $$ begin insert into b select count(*), 1 from b; return true; end $$",
                    "create domain d as int check (w(value))",
                    "create type ints as range (subtype = d, multirange_type_name = many)",
                    "create type pair as (x d)",
                    "create table t (one ints, more many, part pair, parts pair[])");
        on(
                POSTGRESQL,
                "an index over a function",
                A1,
                b,
                "create function w() returns boolean" + WRITER_OF_B,
                "create function w1(int) returns int immutable language plpgsql as $$ begin perform w(); return 1; end $$",
                "create index i on a (w1(id))");
        for (String body : List.of(
                "declare t timestamptz; begin t := 'no' || 'w'; return (select count(*) from ev where at < t); end",
                "declare r ev; begin r.at := 'no' || 'w'; return (select count(*) from ev where at < r.at); end"))
            on(
                    POSTGRESQL,
                    "the clock, by a text that is assigned to a time, " + body,
                    "select pg_sleep(1.5)",
                    "select f() from ev",
                    "create table ev (id int primary key, at timestamptz)",
                    "create function f() returns bigint language plpgsql stable as $$ " + body + " $$",
                    "insert into ev values (1, now() + interval '1 second')");
        String[] reader =
                operatorClass("my", "(l.x - r.x) * (select n from b where id = 1)", "create type my as (x int)", B1);
        String turns = "update b set n = -1 where id = 1";
        String rows = "insert into t values (1, row(1)), (2, row(2))";
        String t = "create table t (id int primary key, m my)";
        for (String query : List.of(
                "select id from t order by m",
                "select id from (select id, m from t) x order by m",
                "select id from t order by array[m]",
                "select id from t order by t",
                "select id from a where n = 1 order by row(id)::my",
                "select id from a where n = 1 order by made(id)",
                "select id from tv order by m",
                "select id from tm order by m"))
            on(
                    POSTGRESQL,
                    "a comparison of values of a user's type: " + query,
                    turns,
                    query,
                    with(
                            reader,
                            t,
                            rows,
                            "insert into a values (1, 1), (2, 1)",
                            "create function made(x int, out my) immutable language sql as 'select row(x)::my'",
                            "create view tv as select id, made(n) as m from a",
                            "create materialized view tm as select * from t"));
        on(
                POSTGRESQL,
                "a comparison of values in a range of a user's type",
                turns,
                "select id from r order by m",
                with(
                        reader,
                        "create type mine as range (subtype = my)",
                        "create table r (id int primary key, m mine)",
                        "insert into r values (1, 'empty'), (2, 'empty')",
                        "update r set m = mine(row(id)::my, null)"));
        String[] writer = operatorClass("int", "public.touched(l) - r", TOUCHED);
        on(
                POSTGRESQL,
                "an index with a user's operator class",
                "insert into a values (3, 3)",
                b,
                with(writer, "create index i on a (n int_ops)", "insert into a values (1, 1), (2, 2)"));
        on(
                POSTGRESQL,
                "an exclusion constraint with a user's operator",
                "insert into a values (3, 2)",
                b,
                TOUCHED,
                "create function same(x int, y int) returns boolean language plpgsql immutable as"
                        + " $$ begin perform public.touched(x); return x = y; end $$",
                "create operator === (leftarg = int, rightarg = int, function = same, commutator = ===)",
                "create function cmp(x int, y int) returns int language sql immutable as 'select x - y'",
                "create operator class other_ops for type int using btree as operator 1 <, operator 2 <=,"
                        + " operator 3 ===, operator 4 >=, operator 5 >, function 1 cmp(int, int)",
                "alter table a add constraint x exclude using btree (n other_ops with ===)",
                "insert into a values (1, 1)");
    }

    private static String[] with(String[] objects, String... more) {
        return Stream.concat(Stream.of(objects), Stream.of(more)).toArray(String[]::new);
    }

    /** A type with an operator class for B-trees, which is the type's default if it has none. */
    private static String[] operatorClass(String type, String comparison, String... before) {
        List<String> all = new ArrayList<>(List.of(before));
        String arguments = "(l " + type + ", r " + type + ") returns ";
        all.add("create function cmp" + arguments + "int language plpgsql immutable as $$ begin return " + comparison
                + "; end $$");
        boolean own = !type.equals("int");
        String[] names = {"<", "<=", "=", ">=", ">"};
        StringBuilder operators = new StringBuilder();
        for (int i = 0; i < names.length; i++) {
            if (own) {
                all.add("create function op" + i + arguments + "boolean language plpgsql immutable as"
                        + " $$ begin return cmp(l, r) " + names[i] + " 0; end $$");
                all.add("create operator " + names[i] + " (leftarg = " + type + ", rightarg = " + type
                        + ", function = op" + i + ")");
            }
            operators
                    .append("operator ")
                    .append(i + 1)
                    .append(' ')
                    .append(names[i])
                    .append(", ");
        }
        all.add("create operator class " + type + "_ops " + (own ? "default " : "") + "for type " + type
                + " using btree as " + operators + "function 1 cmp(" + type + ", " + type + ")");
        return all.toArray(String[]::new);
    }

    private static Stream<Arguments> cases() {
        return Database.all().stream()
                .flatMap(database ->
                        CASES.stream().filter(one -> one.database == database).map(one -> Arguments.of(database, one)));
    }

    @ParameterizedTest(name = "{0}: {1}", allowZeroInvocations = true)
    @MethodSource("cases")
    void read_afterHiddenChange_isFresh(Database database, Case one) {
        try (Fixture f = Fixture.empty(database).with(one.objects.toArray(String[]::new))) {
            Function<DSLContext, ResultQuery<Record>> query = dsl -> dsl.resultQuery(one.read);
            f.assertFresh(query);
            f.dsl.execute(one.write);
            f.assertFresh(query);
        }
    }

    /** What is called because of types and indexes is called by these, too, but is known to do nothing else. */
    private static final String[] ORDINARY = {
        "create extension citext",
        "create extension pg_trgm",
        "create extension btree_gist",
        "create extension hstore",
        "create type mood as enum ('sad', 'happy')",
        "create domain word as text check (value <> '')",
        "create type pair as (x int, y text)",
        "create type span as range (subtype = int)",
        "create function area(x int) returns int immutable language sql as 'select x * x'",
        "create table t (id int primary key, m mood, w word, p pair, s span, c citext, h hstore, r tstzrange, x int)",
        "create index on t (lower(w))",
        "create index on t (c)",
        "create index on t (area(x))",
        "create index on t using gin (w gin_trgm_ops)",
        "create index on t using gist (w gist_trgm_ops)",
        "create index on t using gin (h)",
        "alter table t add exclude using gist (x with =, r with &&)",
        "create statistics st on (x + 1), (lower(w)) from t",
        "insert into t (id, m, w, p, s, c, h, x) select i, 'sad', 'w' || i, row(i, 'y')::pair, span(i, i + 1), 'c' || i, '', i"
                + " from generate_series(1, 3) i",
    };

    @DatabaseTest
    void ordinaryTypesAndIndexes_areStillHits(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database).with(A, B, A1, B1).with(ORDINARY)) {
            for (String query : List.of(
                    "select id, m from t order by m, w, c",
                    "select distinct p, s from t order by p",
                    "select count(*) from t group by h",
                    "select w from t where id = 1",
                    "select n from a where id = 1")) f.warm(dsl -> dsl.resultQuery(query));
            Function<DSLContext, ResultQuery<Record>> other = dsl -> dsl.resultQuery("select w, c from t where id = 2");
            Function<DSLContext, ResultQuery<Record>> b = dsl -> dsl.resultQuery("select * from b");
            f.warm(other);
            f.warm(b);
            f.dsl.execute("update t set w = 'v', m = 'happy', c = 'z' where id = 1");
            for (String harmless : List.of("analyze t", "analyze", "vacuum (analyze) t", "vacuum full t"))
                f.dsl.execute(harmless);
            assertThat(f.during(() -> {
                                other.apply(f.dsl).fetch();
                                b.apply(f.dsl).fetch();
                            })
                            .hits())
                    .isEqualTo(2);
        }
    }

    /** A table of the type is read with what the type's functions read; others are not. */
    @DatabaseTest
    void ownOperatorClass_concernsTablesOfItsType(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)
                .with(A, B, A1)
                .with(operatorClass(
                        "my", "(l.x - r.x) * (select n from b where id = 1)", "create type my as (x int)", B1))
                .with("create table t (id int primary key, m my)", "insert into t values (1, row(1)), (2, row(2))")) {
            Function<DSLContext, ResultQuery<Record>> sorted = dsl -> dsl.resultQuery("select id from t order by m");
            Function<DSLContext, ResultQuery<Record>> a = dsl -> dsl.resultQuery("select n from a order by n");
            f.warm(sorted);
            f.warm(a);
            f.dsl.execute("update b set n = -1 where id = 1");
            f.assertFresh(sorted);
            assertThat(f.during(() -> a.apply(f.dsl).fetch()).hits()).isOne();
        }
    }

    /** PostgreSQL may sort by any operator class that has the operator, and not only by the type's default. */
    @DatabaseTest
    void ownOperatorClass_ofOneOfTheDatabasesTypes_concernsAll(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f =
                Fixture.empty(database).with(A, B, A1).with(operatorClass("int", "public.touched(l) - r", TOUCHED))) {
            f.assertBypass(BypassReason.MODIFIES_DATA, dsl -> dsl.resultQuery("select n from a order by n"));
        }
    }

    /** A BRIN index is kept up by the operators of its operator class. */
    @DatabaseTest
    void writeOfATable_callsTheOperatorsOfItsIndex(Database database) {
        if (database != POSTGRESQL) return;
        String[] objects = new String[7];
        StringBuilder operators = new StringBuilder();
        String[] names = {"<", "<=", "=", ">=", ">"};
        for (int i = 0; i < names.length; i++) {
            objects[i] = "create function op" + i + "(x int, y int) returns boolean language plpgsql immutable as"
                    + " $$ begin perform public.touched(x); return x " + names[i] + " y; end $$;"
                    + " create operator #" + names[i] + "# (leftarg = int, rightarg = int, function = op" + i + ")";
            operators
                    .append("operator ")
                    .append(i + 1)
                    .append(" #")
                    .append(names[i])
                    .append("#, ");
        }
        objects[5] = "create operator class summary for type int using brin as " + operators
                + "function 1 brin_minmax_opcinfo(internal),"
                + " function 2 brin_minmax_add_value(internal, internal, internal, internal),"
                + " function 3 brin_minmax_consistent(internal, internal, internal),"
                + " function 4 brin_minmax_union(internal, internal, internal)";
        objects[6] = "create index i on a using brin (n summary)";
        try (Fixture f = Fixture.empty(database).with(A, B, A1, TOUCHED).with(objects)) {
            Function<DSLContext, ResultQuery<Record>> b = dsl -> dsl.resultQuery("select count(*) from b");
            f.assertFresh(b);
            f.dsl.execute("insert into a values (2, 7)");
            f.assertFresh(b);
        }
    }

    /** They compute the expressions of indexes and statistics, whose functions may do anything. */
    @DatabaseTest
    void analyze_doesWhatExpressionsDo(Database database) {
        if (database != POSTGRESQL) return;
        for (String expression :
                List.of("create index i on part (said(n))", "create statistics s on (said(n)) from part"))
            try (Fixture f = Fixture.empty(database)
                    .with(
                            A,
                            B,
                            TOUCHED,
                            "create function said(x int) returns int immutable language plpgsql as $$ declare y int; begin"
                                    + " execute 'select public.touched(' || x || ')' into y; return y; end $$",
                            "create table parts (id int, n int) partition by list (id)",
                            "create table part partition of parts default",
                            expression,
                            "insert into parts select i, i from generate_series(1, 9) i")) {
                Function<DSLContext, ResultQuery<Record>> b = dsl -> dsl.resultQuery("select count(*) from b");
                for (String write : List.of(
                        "analyze part",
                        "analyze (verbose) parts",
                        "analyze",
                        "analyze public.\"part\" (n)",
                        "vacuum (analyze) part",
                        "vacuum full verbose analyze part",
                        "select 1; analyze part")) {
                    f.warm(b);
                    f.dsl.execute(write);
                    f.assertFresh(b);
                }
                f.warm(b);
                f.dsl.execute("analyze a");
                assertThat(f.during(() -> b.apply(f.dsl).fetch()).hits()).isOne();
            }
    }

    /** Each new connection of any process writes it, and is seen by no cache. */
    @DatabaseTest
    void tableWrittenByLoginTrigger_isNotCached(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)
                .with(
                        A,
                        B,
                        A1,
                        "create function seen() returns event_trigger language plpgsql as"
                                + " $$ begin insert into public.b select count(*) + 1, 1 from public.b; end $$",
                        "create event trigger seen on login execute function seen()")) {
            f.assertBypass(BypassReason.UNTRACEABLE_TABLE, dsl -> dsl.resultQuery("select count(*) from b"));
            f.warm(dsl -> dsl.resultQuery("select n from a"));
        }
    }

    @DatabaseTest
    void loginTrigger_thatIsNotUnderstood_leavesNothingCached(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)
                .with(
                        A,
                        "create materialized view m as select n from a",
                        "create function seen() returns event_trigger language plpgsql as"
                                + " $$ begin execute 'select 1'; end $$",
                        "create event trigger seen on login execute function seen()")) {
            f.assertBypass(BypassReason.UNTRACEABLE_TABLE, dsl -> dsl.resultQuery("select n from a"));
            f.assertBypass(BypassReason.UNTRACEABLE_TABLE, dsl -> dsl.resultQuery("select n from m"));
        }
    }

    /** What the database's own ANALYZE writes in the background is seen by no cache. */
    @DatabaseTest
    void tableWrittenByAnIndexExpression_isNotCached(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)
                .with(
                        A,
                        B,
                        A1,
                        TOUCHED,
                        "create function key(x int) returns int immutable language plpgsql as"
                                + " $$ begin return public.touched(x); end $$",
                        "create index i on a (key(n))")) {
            f.assertBypass(BypassReason.UNTRACEABLE_TABLE, dsl -> dsl.resultQuery("select count(*) from b"));
            f.warm(dsl -> dsl.resultQuery("select n from a"));
        }
    }

    /** Nobody tells the cache of them: it finds them out by asking the catalog for its state. */
    @DatabaseTest
    void stateOfTheCatalog_tellsOfEachKind(Database database) throws SQLException {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database).with(A, TOUCHED);
                Connection connection = f.pool.getConnection()) {
            SchemaInspector inspector = new SchemaInspector();
            String before = inspector.state(connection, database.dialect());
            for (String change : List.of(
                    "create operator family fam using btree",
                    "create statistics st on id, n from a",
                    "create function seen() returns event_trigger language plpgsql as $$ begin end $$",
                    "create event trigger seen on login execute function seen()",
                    "alter event trigger seen disable",
                    "drop event trigger seen")) {
                f.unseen.execute(change);
                String after = inspector.state(connection, database.dialect());
                assertThat(after).as(change).isNotEqualTo(before);
                before = after;
            }
        }
    }
}
