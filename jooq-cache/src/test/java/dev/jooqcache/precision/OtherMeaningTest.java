package dev.jooqcache.precision;

import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.ArrayList;
import java.util.List;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@DisplayName("Names, tokens, operators and types that mean something else than they usually do")
@Tag("slow")
class OtherMeaningTest {

    private static final String[] TABLE = {
        "create table t (id int primary key, v int, n varchar(20))", "insert into t values (1, 10, 'a'), (5, 50, 'e')",
    };

    private final List<String> stale = new ArrayList<>();
    private String urlOption = "";

    /** Runs a write after a read was stored, if it could be; then the read must be answered as without the cache. */
    private void check(Database database, String[] schema, String read, String... writes) {
        try (Fixture f = Fixture.empty(database, pool -> pool.setJdbcUrl(pool.getJdbcUrl() + urlOption), cache -> {})
                .with(schema)) {
            for (int i = 0; i < 3; i++) f.dsl.fetch(read);
            for (String write : writes) {
                f.dsl.execute(write);
                String expected = f.unseen.fetch(read).formatCSV(false);
                for (int i = 0; i < 2; i++)
                    if (!expected.equals(f.dsl.fetch(read).formatCSV(false))) stale.add(read + " | " + write);
            }
        } catch (DataAccessException e) {
            throw new AssertionError(read + " | " + List.of(writes), e);
        }
    }

    private static String[] with(String[] schema, String... more) {
        List<String> all = new ArrayList<>(List.of(schema));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @DatabaseTest
    void fieldOfACompositeColumn_isNoKey(Database database) {
        if (database != POSTGRESQL) return;
        String[] schema = {
            "create type c as (id int, x int)", "create table t (id serial primary key, cc c, list int[], v int)",
        };
        for (String insert : List.of(
                "insert into t (cc.id, v) values (5, 3)",
                "insert into t (v, cc.id) values (3, 5)",
                "insert into t (cc.x, cc.id, v) values (1, 5, 3), (2, 6, 4)",
                "insert into t (list[1], v) values (5, 3)",
                "insert into t (\"cc\".\"id\", v) select 5, 3"))
            check(database, schema, "select v from t where id = 1", insert);
        check(
                database,
                with(schema, "insert into t (v) values (1)"),
                "select v from t where id = 7",
                "update t set cc.id = 9, id = 7 where id = 1");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void only_isNoTable(Database database) {
        if (database != POSTGRESQL) return;
        String[] schema = with(TABLE, "create table \"only\" (id int primary key, v int)");
        for (String write : List.of(
                "update only t set v = 9 where id = 1",
                "update only (t) set v = 9 where id = 1",
                "delete from only t where id = 1",
                "with q as (update only t set v = 9 where id = 1 returning 1) select * from q",
                "with q as (delete from only t where id = 1 returning 1) select * from q",
                "with q as (select 1) update only t set v = 9 where id = 1",
                "with q as (update only t set v = 9 where id = 1 returning 1) insert into \"only\" select 8 from q",
                "merge into only t using (values (1)) s (i) on t.id = s.i when matched then delete",
                "explain analyze update only t set v = 9 where id = 1"))
            check(database, schema, "select v from t where id = 1", write);
        check(database, schema, "select v from only t where id = 1", "update t set v = 9");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void backslashThatHidesAQuote_isSeen(Database database) {
        if (database != POSTGRESQL) return;
        urlOption = "&options=-c%20standard_conforming_strings=off%20-c%20escape_string_warning=off";
        String[] other = with(TABLE, "create table u (v int)", "insert into u values (7)");
        String hidden = "' -- '\n";
        check(database, TABLE, "select v from t where id = 1", "update t set v = 9 where n <> '\\' and id = 5 -- '\n");
        check(
                database,
                TABLE,
                "select count(*) from t where n <> '\\' and id = 5 -- '\n",
                "delete from t where id = 1");
        check(
                database,
                other,
                "select v from t where n <> '\\' -- ' union select v from u order by v",
                "update u set v = 8");
        check(
                database,
                other,
                "select v from t where n <> '\\'' or exists (select 1 from u where v = 8) or n = '\\'" + hidden,
                "update u set v = 8");
        check(database, TABLE, "select v from t where n = '\\141' and id = 1", "update t set v = 2 where n = '\\x61'");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void equalityOfAUsers_pinsNothing(Database database) {
        if (database != POSTGRESQL) return;
        urlOption = "&currentSchema=public,pg_catalog";
        String near = "create function near(int, int) returns boolean language sql immutable as"
                + " 'select abs($1 - $2) operator(pg_catalog.<=) 1'";
        String[] schema =
                with(TABLE, near, "create operator public.= (leftarg = int, rightarg = int, function = near)");
        check(database, schema, "select v from t where id = 5 order by v", "insert into t (id, v) values (4, 1)");
        check(database, schema, "select v from t where id in (6) order by v", "update t set v = 61 where id = 5");
        check(
                database,
                with(TABLE, "create operator public.= (leftarg = int, rightarg = int, function = int4ge)"),
                "select v from t where id = 3 order by v",
                "insert into t (id, v) values (4, 1)");
        check(
                database,
                new String[] {
                    "create domain public.int4 as text",
                    "create table t (id public.int4 primary key, v int)",
                    "insert into t values ('01', 1), ('1', 2)",
                },
                "select v from t where id = '1'",
                "update t set v = 3 where id = 1::pg_catalog.int4::text");
        check(
                database,
                new String[] {
                    "create domain tinyint as text",
                    "create table t (id tinyint primary key, v int)",
                    "insert into t values ('01', 1), ('1', 2)",
                },
                "select v from t where id = '01'",
                "update t set v = 3 where id = '01'");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void checkOfADomain_isRunByACast(Database database) {
        if (database != POSTGRESQL) return;
        String[] schema = with(
                TABLE,
                "create function w(int) returns boolean language plpgsql as"
                        + " $$ begin update t set v = v + 1 where id = 1; return true; end $$",
                "create domain d as int check (w(value))",
                "create domain e as d",
                "create type c as (x int, y e)",
                "create table r (z c)",
                "create function f(x d) returns int language sql as 'select 1'",
                "create function g(x int) returns d language sql as 'select x'",
                "create function h(x int) returns int language plpgsql as 'declare y e := x; begin return 1; end'");
        for (String call : List.of(
                "5::d",
                "cast(5 as d)",
                "d '5'",
                "5::public.d",
                "5::e",
                "'{1}'::d[]",
                "'(1,2)'::c",
                "row(1, 2)::c",
                "jsonb_populate_record(null::c, '{\"y\": 1}')",
                "'(\"(1,2)\")'::r",
                "f(5)",
                "g(5)",
                "h(5)",
                "(select y from json_to_record('{\"y\": 1}') as k(y d))",
                "5::\"d\"",
                "d(5::int)"))
            try {
                check(database, schema, "select v from t where id = 1", "select " + call);
            } catch (AssertionError e) {
                // Not all of them are calls on each version.
                assertThat(call).isEqualTo("d(5::int)");
            }
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void ruleThatAltersTheSession_isCode(Database database) {
        if (database != POSTGRESQL) return;
        String[] schema = with(
                TABLE,
                "create schema s2",
                "create table s2.t (id int primary key, v int)",
                "insert into s2.t values (1, 99)",
                "create table r (id int)",
                "create rule sets as on insert to r do also select set_config('search_path', 's2', false)");
        try (Fixture f = Fixture.empty(database, pool -> pool.setMaximumPoolSize(1), cache -> {})
                .with(schema)) {
            String read = "select v from t where id = 1";
            for (int i = 0; i < 3; i++) f.dsl.fetch(read);
            f.dsl.execute("insert into r values (1)");
            assertThat(f.dsl.fetchValue(read)).isEqualTo(f.unseen.fetchValue(read));
            assertThat(f.dsl.fetchValue(read)).isEqualTo(99);
        }
    }

    @DatabaseTest
    void sequence_isNoTableOfItsName(Database database) {
        if (database == H2) return;
        boolean maria = database == MARIADB;
        String column = maria ? "next_not_cached_value" : "last_value";
        String next = maria ? "select nextval(sqn)" : "select nextval('sqn')";
        try (Fixture f = Fixture.empty(database)) {
            String other = f.schema("s2");
            f.with("create schema " + other, "create table " + other + ".sqn (id int)");
            f.with("create sequence sqn" + (maria ? " nocache" : ""));
            f.with("create table w (id int default " + next.substring("select ".length()) + " primary key, v int)");
            for (String read : List.of("select " + column + " from sqn", "select v, " + column + " from w, sqn"))
                for (String write : List.of(next, next, "insert into w (v) values (1)")) {
                    for (int i = 0; i < 3; i++) f.dsl.fetch(read);
                    f.dsl.execute(write);
                    assertThat(f.dsl.fetch(read).formatCSV())
                            .isEqualTo(f.unseen.fetch(read).formatCSV());
                }
        }
    }

    @DatabaseTest
    void domainOverADomain_isFollowed(Database database) {
        if (database != H2) return;
        String[] domains = {"create domain d1 as int on update 7", "create domain d2 as d1", "create domain d3 as d2"};
        for (String domain : List.of("d1", "d2", "d3")) {
            check(
                    database,
                    with(
                            domains,
                            "create table t (id int primary key, a int, b " + domain + ")",
                            "insert into t values (1, 1, 1)"),
                    "select b from t where id = 1",
                    "update t set a = 2 where id = 1");
            check(
                    database,
                    with(
                            domains,
                            "create table p (k int primary key, n " + domain + " unique, a int)",
                            "create table c (id int primary key, n int references p (n) on update cascade)",
                            "insert into p values (1, 1, 1)",
                            "insert into c values (1, 1)"),
                    "select n from c where id = 1",
                    "update p set a = 5 where k = 1");
        }
        String alias = "create alias w as 'boolean w(java.sql.Connection c, int x) throws java.sql.SQLException {"
                + " c.createStatement().execute(\"update t set v = v + 1 where id = 1\"); return true; }'";
        String[] schema = with(
                TABLE,
                alias,
                "create domain d1 as int check (w(value))",
                "create domain d2 as d1",
                "create table r (id int, x d2)");
        for (String write : List.of("insert into r values (1, 1)", "select cast(1 as d2)", "select cast(1 as d1)"))
            check(database, schema, "select v from t where id = 1", write);
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void bracketsOfACompatibilityMode_quoteNames(Database database) {
        if (database != H2) return;
        urlOption = ";MODE=MSSQLServer";
        String[] schema = with(
                TABLE,
                "create table u (id int primary key, v int)",
                "insert into u values (1, 7)",
                "create alias w as 'int w(java.sql.Connection c) throws java.sql.SQLException {"
                        + " c.createStatement().execute(\"update t set v = v + 1 where id = 1\"); return 1; }'");
        check(
                database,
                schema,
                "select v from t where id = 1",
                "select [w]()",
                "update [t] set [v] = 3 where [id] = 1");
        check(database, schema, "select [v] from [t] where [id] = 1", "update t set v = 3 where id = 1");
        check(database, schema, "select t.v, u.v from [t], [u]", "update u set v = 3 where id = 1");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void quotesAndNamesOfMariaDb_areReadAsTheSessionDoes(Database database) {
        if (database != MARIADB) return;
        String[] schema = with(
                TABLE,
                "create table 2t (id int primary key, v int)",
                "insert into 2t values (1, 7)",
                "create table 1_000 (id int primary key, v int)",
                "insert into 1_000 values (1, 7)");
        check(database, schema, "select v from 2t where id = 1", "update 2t set v = 3 where id = 1");
        check(database, schema, "select v from 1_000 where id = 1", "update 1_000 set v = 3 where id = 1");
        check(database, schema, "select t.v from t, 2t where 2t.v = 7", "update 2t set v = 3");
        check(
                database,
                new String[] {
                    "create table t (id int primary key, v int) with system versioning", "insert into t values (1, 10)"
                },
                "select count(distinct row_start) from t for system_time all where id = 1",
                "update t set v = 3 where id = 1");
        urlOption = "&sessionVariables=sql_mode='ANSI_QUOTES'";
        check(database, schema, "select \"v\" from t where id = 1", "update t set v = 3 where id = 1");
        check(database, schema, "select v from t where \"id\" = 1", "update t set v = 3 where id = 1");
        check(database, schema, "select v from \"t\" where id = 1", "update t set v = 3 where id = 1");
        check(database, schema, "select v from t where id = 1", "update t set \"v\" = 3 where \"id\" = 1");
        check(
                database,
                schema,
                "select n from t where id = 1",
                "update t set \"id\" = 9, n = 'x' where id = 5",
                "update t set \"id\" = 1 where \"id\" + 0 = 1 and v = 10");
        urlOption = "&sessionVariables=sql_mode='NO_BACKSLASH_ESCAPES'";
        check(database, schema, "select v from t where id = 1", "update t set v = 9 where n <> '\\' and id = 1 -- '\n");
        check(database, schema, "select v from t where n = 'a\\b' or id = 1", "update t set v = 3 where id = 1");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void routineOfAPackage_isNotOneOfItsName(Database database) {
        if (database != MARIADB) return;
        String[] schema = with(
                TABLE,
                "create procedure p() select 1",
                "create function f() returns int deterministic return 1",
                "set sql_mode = 'ORACLE'",
                "create package pkg as procedure p(); function f() return int; end",
                "create package body pkg as"
                        + " procedure p() as begin update t set v = v + 1 where id = 1; end;"
                        + " function f() return int as begin update t set v = v + 1 where id = 1; return 1; end; end",
                "set sql_mode = default",
                "create procedure q() call pkg.p()");
        for (String write : List.of("call pkg.p()", "select pkg.f()", "call q()", "{call pkg.p()}"))
            try {
                check(database, schema, "select v from t where id = 1", write);
            } catch (AssertionError e) {
                assertThat(write).isEqualTo("{call pkg.p()}");
            }
        assertThat(stale).isEmpty();
    }
}
