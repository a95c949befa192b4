package dev.jooqcache.writes;

import static dev.jooqcache.testing.Database.MARIADB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.groupConcat;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CachePrecision;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.ResultQuery;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

/** Each method is one kind; each failed when it was written. */
@Tag("W2")
@DisplayName("Names, bodies and statements of MariaDB that mean something else than they look like")
class MariaDbTextsTest {

    private static final String[] TABLES = {
        "create table t (id int primary key, v int, n varchar(20))",
        "insert into t values (1, 10, 'a'), (5, 50, 'e')",
        "create table log (id int primary key, v int)",
        "insert into log values (1, 0)",
    };

    /** A function that writes, and a view that calls it. */
    private static final String[] WRITING_VIEW = {
        "create function f() returns int begin update log set v = v + 1; return 1; end",
        "create view w as select f() as k",
    };

    private static final String LOG = "select v from log where id = 1";
    private static final String THIRD = "select v / 3 from t where id = 1";

    private final List<String> stale = new ArrayList<>();
    private String urlOption = "";
    private int sessions = 10;

    /** With tables and with rows: what was stored must be answered as without the cache after each of the writes. */
    private void check(String[] schema, String read, String... writes) {
        for (CachePrecision precision : List.of(CachePrecision.TABLES, CachePrecision.ROWS))
            try (Fixture f = fixture(precision).with(TABLES)) {
                String own = String.valueOf(f.unseen.fetchValue("select database()"));
                for (String each : schema) f.with(each.replace("{db}", own));
                for (int i = 0; i < 3; i++) f.dsl.fetch(read);
                for (String write : writes) {
                    execute(f, write.replace("{db}", own));
                    compare(f, read, precision + ": " + write);
                }
            }
    }

    private Fixture fixture(CachePrecision precision) {
        return Fixture.empty(
                MARIADB,
                pool -> {
                    pool.setJdbcUrl(pool.getJdbcUrl() + urlOption);
                    pool.setMaximumPoolSize(sessions);
                },
                cache -> cache.precision(precision));
    }

    private static void execute(Fixture f, String write) {
        try (Connection connection = f.tracked.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(write);
            while (statement.getMoreResults() || statement.getUpdateCount() >= 0) continue;
        } catch (SQLException e) {
            assertThat(e.getMessage()).contains("Subquery returns more than 1 row");
        }
    }

    private void compare(Fixture f, String read, String after) {
        compare(f, dsl -> dsl.resultQuery(read), read + " | " + after);
    }

    private void compare(Fixture f, Function<DSLContext, ResultQuery<?>> read, String what) {
        String expected = read.apply(f.unseen).fetch().formatCSV(false);
        for (int i = 0; i < 2; i++) {
            String served = read.apply(f.dsl).fetch().formatCSV(false);
            if (expected.equals(served)) continue;
            stale.add(what + " | served " + served.trim() + ", right is " + expected.trim());
            return;
        }
    }

    private static String[] with(String[] one, String... more) {
        List<String> all = new ArrayList<>(List.of(one));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @DatabaseTest
    void nameThatBeginsWithADollar_isOneName(Database database) {
        if (database != MARIADB) return;
        check(
                new String[] {"create function $abs(x int) returns int begin update log set v = v + 1; return x; end"},
                LOG,
                "select $abs(1)",
                "select $abs(id) from t",
                "insert into t values ($abs(7), 1, 'x')",
                "update t set v = $abs(8) where id = 5",
                "delete from t where $abs(id) = 9");
        String[] table = {
            "create table $x (id int, v int)",
            "insert into $x values (1, 1)",
            "create function f(a int) returns int deterministic return (select max(v) from $x) + a",
            "create view w as select v + f(0) as k from t",
        };
        check(table, "select f(id) from t where id = 1", "update `$x` set v = v + 1");
        check(table, "select k from w", "update `$x` set v = v + 1");
        assertThat(stale).isEmpty();
    }

    /** After a dot a name may be what is a number elsewhere. */
    @DatabaseTest
    void nameOfDigitsAfterADot_isAName(Database database) {
        if (database != MARIADB) return;
        for (String digits : List.of("1e5", "123"))
            check(
                    new String[] {
                        "create function `" + digits + "`() returns int"
                                + " begin update {db}.log set v = v + 1; return 1; end",
                        "create procedure p() begin declare x int; set x = {db}." + digits + "(); end",
                        "create trigger tr before insert on t for each row set new.v = {db}." + digits + "()",
                    },
                    LOG,
                    "select {db}." + digits + "()",
                    "select {db}." + digits + "() from t",
                    "call p()",
                    "insert into t values (9, 9, 'x')");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void declarationNamedLikeASetting_isNotWhatSetAssigns(Database database) {
        if (database != MARIADB) return;
        sessions = 1;
        for (String body : List.of(
                "declare div_precision_increment condition for sqlstate '45000'; set div_precision_increment = 10;",
                "declare div_precision_increment cursor for select 1; set div_precision_increment = 10;",
                "declare session int; set session div_precision_increment = 10;",
                "declare local int; set local div_precision_increment = 10;"))
            check(new String[] {"create procedure p() begin " + body + " end"}, THIRD, "call p()");
        check(
                new String[] {
                    "create trigger tr before insert on log for each row"
                            + " begin declare session int; set session div_precision_increment = 9; end"
                },
                THIRD,
                "insert into log values (8, 8)");
        assertThat(stale).isEmpty();
    }

    /** A dirty read that is kept: the session reads uncommitted rows, and nothing is bumped by the rollback. */
    @DatabaseTest
    void isolationThatABodySets_isNoticed(Database database) throws SQLException {
        if (database != MARIADB) return;
        sessions = 2;
        try (Fixture f = fixture(CachePrecision.TABLES).with(TABLES)) {
            f.with("create procedure p() begin declare session int; "
                    + "set session transaction isolation level read uncommitted; end");
            f.dsl.fetch("select v from t where id = 5");
            Connection reader = f.tracked.getConnection();
            try (Connection writer = f.tracked.getConnection();
                    Statement statement = writer.createStatement()) {
                try (Statement call = reader.createStatement()) {
                    call.execute("call p()");
                }
                reader.close();
                writer.setAutoCommit(false);
                statement.execute("update log set v = 666");
                f.dsl.fetch(LOG);
                writer.rollback();
            }
            compare(f, LOG, "rollback of another session");
        }
        assertThat(stale).isEmpty();
    }

    /** Its semicolons part no statements, and its END ends no transaction. */
    @DatabaseTest
    void createOfABody_endsWhatItHasBegun(Database database) {
        if (database != MARIADB) return;
        sessions = 2;
        String body = "begin declare i int default 0; update log set v = v + 1; if i > 0 then select 1; end if; end";
        for (String statement : List.of(
                "create procedure b() " + body,
                "create or replace procedure b() " + body,
                "create definer = current_user trigger b after delete on log for each row "
                        + body.replace("select 1", "set i = 1"),
                "begin not atomic declare i int; update log set v = v + 1; end"))
            try (Fixture f = fixture(CachePrecision.TABLES).with(TABLES)) {
                for (int i = 0; i < 3; i++) f.dsl.fetch(LOG);
                execute(f, statement);
                // Closed for good before it is used again.
                f.pool.getHikariPoolMXBean().softEvictConnections();
                for (int i = 0; i < 4; i++) f.dsl.fetch(LOG);
                f.warm(dsl -> dsl.resultQuery(LOG));
                assertThat(f.during(() -> {
                                    for (int i = 0; i < 4; i++) f.dsl.fetch(LOG);
                                })
                                .hits())
                        .as(statement)
                        .isEqualTo(4);
                execute(f, "update log set v = 7");
                compare(f, LOG, statement);
            }
        assertThat(stale).isEmpty();
    }

    /** Statements after it are its own, and so is the transaction that they begin or end. */
    @DatabaseTest
    void statementsAfterABody_areSeen(Database database) throws SQLException {
        if (database != MARIADB) return;
        sessions = 2;
        for (String after : List.of(
                "update log set v = 8", "begin; update log set v = 8", "set autocommit = 0; update log set v = 8"))
            try (Fixture f = fixture(CachePrecision.TABLES).with(TABLES)) {
                for (int i = 0; i < 3; i++) f.dsl.fetch(LOG);
                try (Connection writer = f.tracked.getConnection()) {
                    try (Statement statement = writer.createStatement()) {
                        statement.execute("create procedure b() begin select 1; select 2; end; " + after);
                        while (statement.getMoreResults() || statement.getUpdateCount() >= 0) continue;
                        compare(f, LOG, "before the commit of " + after);
                        statement.execute("commit");
                    }
                    compare(f, LOG, after);
                }
                compare(f, LOG, "return after " + after);
            }
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void settingsAroundAQuery_areNotAlwaysTakenBack(Database database) {
        if (database != MARIADB) return;
        sessions = 1;
        String before = "set @t = @@group_concat_max_len; set @@group_concat_max_len = ";
        String after = "; set @@group_concat_max_len = @t";
        String read = "select group_concat(n order by id) from t";
        String[] schema = {
            "insert into t values (9, 1, 'abcdefg')",
            "create function f() returns int deterministic begin select 4 into @t; return 1; end",
        };
        check(schema, read, before + "4; select v from t -- " + after);
        check(schema, read, before + "400; select f() from t" + after);
        urlOption = "&sessionVariables=group_concat_max_len=4";
        check(schema, read, before + "4294967295; select (select id from t) from t" + after);
        // jOOQ's own, that fails between the two settings.
        try (Fixture f = fixture(CachePrecision.TABLES).with(TABLES).with(schema[0])) {
            f.dsl.fetch(read);
            try {
                f.dsl.select(groupConcat(field("n")), field(select(field("id")).from("t")))
                        .from("t")
                        .fetch();
            } catch (DataAccessException e) {
                // More than one row in the subquery.
            }
            compare(f, read, "a query of jOOQ's that failed");
        }
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void codeThatMayAskAboutTheLastQuery_isNotOnlyCode(Database database) {
        if (database != MARIADB) return;
        String asks = "execute immediate concat('select found_', 'rows()')";
        for (String question : List.of("begin not atomic " + asks + "; end", "set @a = 1; " + asks))
            try (Fixture f = fixture(CachePrecision.TABLES).with(TABLES)) {
                String query = "select v from t order by id";
                f.warm(dsl -> dsl.resultQuery(query));
                Function<DSLContext, String> asking = dsl -> dsl.transactionResult(c -> {
                    c.dsl().fetch("select v from t where id = 1");
                    c.dsl().fetch(query);
                    return c.dsl().fetchMany(question).toString();
                });
                if (!asking.apply(f.dsl).equals(asking.apply(f.unseen))) stale.add(question);
            }
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void setStatementInABody_carriesItsStatement(Database database) {
        if (database != MARIADB) return;
        String body = "begin declare statement int; set statement max_statement_time = 1 for"
                + " update log set v = v + 1; end";
        check(new String[] {"create procedure p() " + body}, LOG, "call p()");
        check(
                new String[] {"create trigger tr after insert on t for each row " + body},
                LOG,
                "insert into t values (8, 8, 'x')");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void onlyInABody_isATable(Database database) {
        if (database != MARIADB) return;
        String[] tables = {
            "create table only (id int primary key, v int)",
            "insert into only values (1, 1)",
            "create table o (id int primary key, v int)",
        };
        check(
                with(tables, "create procedure p() update only o set o.v = o.v + 1"),
                "select x.v from `only` x",
                "call p()");
        check(
                with(tables, "create trigger tr after insert on log for each row update only o set v = v + 1"),
                "select x.v from `only` x",
                "insert into log values (7, 7)");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void columnNamedSignal_hidesNoAssignmentToTheRow(Database database) {
        if (database != MARIADB) return;
        check(
                new String[] {
                    "create table d (id int primary key, v int, n varchar(9), `signal` int)",
                    "insert into d values (1, 1, 'a', 1)",
                    "create trigger tr before update on d for each row"
                            + " begin if new.signal = 1 then set new.v = new.v + 1; end if; end",
                },
                "select v from d where id = 1",
                "update d set n = 'x' where id = 1");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void viewInAnyStatement_isRead(Database database) {
        if (database != MARIADB) return;
        check(
                with(WRITING_VIEW, "create procedure p(a int) update t set v = a"),
                LOG,
                "call p((select k from w))",
                "set @x = (select k from w)",
                "set @x := (select max(k) from w), @y = 1",
                "do (select k from w)",
                "select 1; select k from w",
                "execute immediate 'select k from w'",
                "set session max_statement_time = (select k from w)",
                "values ((select k from w))",
                "show tables where (select k from w) = 1",
                "show columns from t where exists (select k from w where k = 1)",
                "set statement max_statement_time = 5 for show tables where (select k from w) = 1");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void viewInABody_isRead(Database database) {
        if (database != MARIADB) return;
        check(
                with(
                        WRITING_VIEW,
                        "create procedure p() select k from w",
                        "create procedure q() update t set v = (select k from w)",
                        "create function g() returns int return (select k from w)"),
                LOG,
                "call p()",
                "call q()",
                "update t set v = g()",
                "insert into t (id) values (g() + 30)");
        check(
                with(WRITING_VIEW, "create trigger tr before insert on t for each row set new.v = (select k from w)"),
                LOG,
                "insert into t values (8, 8, 'x')");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void defaultOfAColumn_isItsExpression(Database database) {
        if (database != MARIADB) return;
        try (Fixture f = fixture(CachePrecision.TABLES)
                .with(
                        "create table d (id int primary key, a varchar(40) default (uuid()),"
                                + " c timestamp(6) default current_timestamp(6))",
                        "insert into d (id) values (1)",
                        "create view w as select default(a) as k from d")) {
            List<ResultQuery<?>> reads = List.of(
                    f.dsl.resultQuery("select k from w"),
                    f.dsl.select(field("default(a)")).from(table(name("d"))),
                    f.dsl.select(DSL.function("default", String.class, field(name("a"))))
                            .from(table(name("d"))));
            for (ResultQuery<?> read : reads) {
                read.fetch();
                String first = read.fetch().formatCSV(false);
                if (first.equals(read.fetch().formatCSV(false))) stale.add(read.getSQL());
            }
        }
        assertThat(stale).isEmpty();
    }

    /** The catalog compares names without accents, the server with them. */
    @DatabaseTest
    void foreignKeyOfATableNamedAlike_isNotItsOwn(Database database) {
        if (database != MARIADB) return;
        for (String other : List.of("\u00e9", "\u00e8"))
            for (String one : List.of("e", "E"))
                check(
                        new String[] {
                            "create table p (id int primary key)",
                            "insert into p values (1), (2)",
                            "create table " + other + " (id int primary key, p int, foreign key (p) references p (id))",
                            "create table " + one + " (id int primary key, p int,"
                                    + " foreign key (p) references p (id) on delete cascade)",
                            "insert into " + one + " values (1, 1)",
                        },
                        "select p from " + one,
                        "delete from p where id = 1");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void limitOfTheSession_leavesPartsOfTheCatalogOut(Database database) {
        if (database != MARIADB) return;
        urlOption = "&sessionVariables=sql_select_limit=12";
        List<String> schema = new ArrayList<>();
        List<String> writes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            schema.add("create table a" + i + " (id int primary key)");
            schema.add("create trigger e" + i + " after insert on a" + i + " for each row update log set v = v + 1");
            for (String when : List.of("after update", "before update", "after delete"))
                schema.add("create trigger " + when.replace(' ', '_') + i + " " + when + " on a" + i
                        + " for each row set @x = 1");
            writes.add("insert into a" + i + " values (9)");
        }
        check(schema.toArray(String[]::new), LOG, writes.toArray(String[]::new));
        assertThat(stale).isEmpty();
    }

    /** The id is asked for once after each INSERT, and by whichever query comes first. */
    @DatabaseTest
    void conditionThatAsksForTheLastId_isNotCached(Database database) {
        if (database != MARIADB) return;
        sessions = 1;
        String set = "set sql_auto_is_null = 1";
        for (String setting : List.of(
                "", set, "set @@session.sql_auto_is_null = on", "execute immediate '" + set + "'", "call p()")) {
            urlOption = setting.isEmpty() ? "&sessionVariables=sql_auto_is_null=1" : "";
            try (Fixture f = fixture(CachePrecision.TABLES).with(TABLES)) {
                f.with("create table d (id int auto_increment primary key, v int)", "create procedure p() " + set);
                f.dsl.fetch(LOG);
                if (!setting.isEmpty()) f.dsl.fetchMany(setting);
                String read = "select v from d where id is null";
                for (int i = 0; i < 2; i++) {
                    f.dsl.execute("insert into d (v) values (1)");
                    assertThat(f.dsl.fetch(read)).as(setting).hasSize(1);
                    assertThat(f.dsl.fetch(read)).as(setting).isEmpty();
                    assertThat(f.dsl.fetch(read)).as(setting).isEmpty();
                }
                f.assertBypass(BypassReason.SESSION_STATE, dsl -> dsl.resultQuery(LOG));
                f.dsl.execute("set sql_auto_is_null = 0");
                f.warm(dsl -> dsl.resultQuery(LOG));
            }
        }
    }
}
