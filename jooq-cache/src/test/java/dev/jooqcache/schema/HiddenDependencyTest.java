package dev.jooqcache.schema;

import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
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
}
