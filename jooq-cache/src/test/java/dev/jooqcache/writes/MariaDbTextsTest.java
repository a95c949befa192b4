package dev.jooqcache.writes;

import static dev.jooqcache.testing.Database.MARIADB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.groupConcat;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.BypassReason;
import dev.jooqcache.InvalidationGranularity;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
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
        for (InvalidationGranularity precision : List.of(InvalidationGranularity.TABLE, InvalidationGranularity.ROW))
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

    private Fixture fixture(InvalidationGranularity precision) {
        Fixture f = Fixture.empty(
                MARIADB,
                precision,
                pool -> {
                    pool.setJdbcUrl(pool.getJdbcUrl() + urlOption);
                    pool.setMaximumPoolSize(sessions);
                },
                cache -> {});
        // Some answers come with warnings, as one that is cut off does, and are not cached where jOOQ asks for them.
        f.dsl.settings().setFetchWarnings(false);
        return f;
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
        try (Fixture f = fixture(InvalidationGranularity.TABLE).with(TABLES)) {
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

    @DatabaseTest
    void groupConcatOverViews_isCached(Database database) {
        if (database != MARIADB) return;
        try (Fixture f = fixture(InvalidationGranularity.TABLE).with(TABLES)) {
            f.with("create view w as select id, n from t", "create view ww as select n from w");
            for (String from : List.of("t", "w", "ww"))
                f.warm(dsl -> dsl.select(groupConcat(field("n"))).from(from));
        }
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
                "drop procedure if exists b; create procedure b() " + body,
                "create definer = current_user trigger b after delete on log for each row "
                        + body.replace("select 1", "set i = 1"),
                "begin not atomic declare i int; update log set v = v + 1; end"))
            try (Fixture f = fixture(InvalidationGranularity.TABLE).with(TABLES)) {
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

    /** A pool closes its connection after such an error, so that nothing can be asked. */
    @DatabaseTest
    void statementThatIsNotSupported_isNotRunning(Database database) throws SQLException {
        if (database != MARIADB) return;
        try (Fixture f = fixture(InvalidationGranularity.TABLE).with(TABLES)) {
            f.dsl.fetch(LOG);
            try (Connection connection = f.tracked.getConnection();
                    Statement statement = connection.createStatement()) {
                assertThatThrownBy(() -> statement.execute("create trigger b before update on t for each row"
                                + " execute immediate 'update log set v = 9'"))
                        .isInstanceOf(SQLFeatureNotSupportedException.class);
            }
            f.warm(dsl -> dsl.resultQuery(LOG));
        }
    }

    /** Statements after it are its own, and so is the transaction that they begin or end. */
    @DatabaseTest
    void statementsAfterABody_areSeen(Database database) throws SQLException {
        if (database != MARIADB) return;
        sessions = 2;
        for (String after : List.of(
                "update log set v = 8", "begin; update log set v = 8", "set autocommit = 0; update log set v = 8"))
            try (Fixture f = fixture(InvalidationGranularity.TABLE).with(TABLES)) {
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
        try (Fixture f = fixture(InvalidationGranularity.TABLE).with(TABLES).with(schema[0])) {
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

    /** Its sessions are between two transactions when they are checked out, at the latest. */
    @DatabaseTest
    void poolWithoutAutoCommit_cachesAgainAfterAQueryThatFailed(Database database) {
        if (database != MARIADB) return;
        for (int size : List.of(1, 2))
            try (Fixture f = Fixture.empty(
                            MARIADB,
                            pool -> {
                                pool.setJdbcUrl(pool.getJdbcUrl() + "&allowMultiQueries=true");
                                pool.setAutoCommit(false);
                                pool.setMaximumPoolSize(size);
                            },
                            cache -> {})
                    .with(
                            "create table g (id int primary key, n varchar(20)) select 1 as id, 'a' as n union select 2, 'b'")) {
                String read = "select n from g order by id";
                f.warm(dsl -> dsl.resultQuery(read));
                assertThatThrownBy(() -> f.dsl.select(
                                        groupConcat(field("n")),
                                        field(select(field("id")).from("g")))
                                .from("g")
                                .fetch())
                        .hasMessageContaining("more than 1 row");
                f.dsl.fetch(read);
                for (int i = 0; i < 3; i++)
                    assertThat(f.during(() -> f.dsl.fetch(read)).hits()).isEqualTo(1);
            }
    }

    @DatabaseTest
    void codeThatMayAskAboutTheLastQuery_isNotOnlyCode(Database database) {
        if (database != MARIADB) return;
        String asks = "execute immediate concat('select found_', 'rows()')";
        for (String question : List.of("begin not atomic " + asks + "; end", "set @a = 1; " + asks))
            try (Fixture f = fixture(InvalidationGranularity.TABLE).with(TABLES)) {
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
        try (Fixture f = fixture(InvalidationGranularity.TABLE)
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
            try (Fixture f = fixture(InvalidationGranularity.TABLE).with(TABLES)) {
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

    private static final String[] TIMES = {
        "create table d (id int primary key, tm time, tm2 time(3), dt datetime, da date, n varchar(20))",
        "insert into d (id, tm, tm2, dt, da) values (1, '10:00:00', '11:00:00', '2001-09-09 10:00:00', '2001-09-09')",
        "create table e (id int primary key, tm datetime)",
        "insert into e values (1, '2001-09-09 10:00:00')",
        "create table g (id int primary key, yr int as (year(tm)) virtual, tm time)",
        "insert into g (id, tm) values (1, '10:00:00')",
        "create function ft(x int) returns time deterministic return sec_to_time(x)",
        "create function fd(x datetime) returns int deterministic return year(x)",
        "create function fa(x int) returns datetime deterministic return (select max(tm) from d where id = x)",
        "create function fy(x time) returns int deterministic return year(x)",
        "create function fl(i int) returns int deterministic begin declare x datetime; declare y time;"
                + " set y = sec_to_time(i); set x = y; return year(x); end",
        "create view w as select id, tm as moment, dayofyear(tm) as day_of_year from d",
        "create view v as select id, tm as moment from d",
    };

    /** The clock is moved by a setting, which is one of those that are not compared, rather than by waiting for midnight. */
    private void checkOverMidnight(List<String> reads, boolean cached) {
        sessions = 1;
        try (Fixture f = fixture(InvalidationGranularity.TABLE).with(TIMES)) {
            f.unseen.execute("set timestamp = 1000000000");
            for (String read : reads) for (int i = 0; i < 2; i++) f.dsl.fetch(read);
            if (cached) for (String read : reads) f.warm(dsl -> dsl.resultQuery(read));
            f.unseen.execute("set timestamp = 1500000000");
            for (String read : reads) compare(f, read, "the next day");
            f.unseen.execute("set timestamp = default");
        }
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void timeThatBecomesADate_getsTheDateOfToday(Database database) {
        if (database != MARIADB) return;
        List<String> reads = new ArrayList<>();
        for (String expression : List.of(
                "year(tm)",
                "date(tm)",
                "to_days(tm)",
                "last_day(tm)",
                "dayname(tm)",
                "unix_timestamp(tm)",
                "week(tm, 1)",
                "datediff(tm, dt)",
                "timestampdiff(day, dt, tm)",
                "timestamp(tm)",
                "timestamp(tm, '1:00')",
                "convert_tz(tm, '+00:00', '+01:00')",
                "cast(tm as date)",
                "cast(tm as datetime)",
                "convert(tm, date)",
                "coalesce(tm, dt)",
                "coalesce(tm, date(dt))",
                "ifnull(tm, dt)",
                "nvl2(n, tm, dt)",
                "if(id = 1, tm, dt)",
                "greatest(tm, dt)",
                "least(dt, tm)",
                "nullif(tm, dt)",
                "nullif(dt, tm)",
                "case when id = 1 then tm else dt end",
                "case id when 1 then tm when 2 then dt end",
                "case dt when tm then 1 else 0 end",
                "case when id = 2 then dt else (select max(tm) from d) end",
                "tm = dt",
                "dt <= tm",
                "tm <> timestamp'2001-09-09 10:00:00'",
                "tm = {ts '2001-09-09 10:00:00'}",
                "dt = time'10:00:00'",
                "dt = {t '10:00:00'}",
                "not tm = dt",
                "(tm, 1) = (dt, 1)",
                "tm <=> dt",
                "dt in (tm, tm2)",
                "tm not in (dt)",
                "dt between tm and tm2",
                "tm between dt and '2001-09-09 11:00:00'",
                "dt = (select max(tm) from d)",
                "dt = any (select tm from d)",
                "dt in (select tm from d)",
                "year(max(tm))",
                "year((select tm))",
                "year(round(tm))",
                "year(addtime('10:00:00', '1:00'))",
                "year(sec_to_time(5))",
                "year(maketime(1, 1, 1))",
                "date(timediff(tm2, tm))",
                "date(time(dt))",
                "date(str_to_date('10:00', '%H:%i'))",
                "year(cast(n as time))",
                "year(coalesce(tm, tm2))",
                "year(`d`.`tm`)",
                "fd(tm)",
                "fd(ft(id))",
                "year(ft(id))",
                "dt = ft(36000)",
                "fa(id)",
                "fy('10:00:00')",
                "fl(id)")) reads.add("select " + expression + " from d");
        reads.addAll(List.of(
                "select tm from d union select dt from d",
                "select tm from d where id = 1 union all select tm from e",
                "select * from (values (time'10:00:00'), (timestamp'2001-09-09 10:00:00')) x, (select id from d) y",
                "select year(moment) from v",
                "select yr from g",
                "select day_of_year from w",
                "select v.id from v join e on moment = tm",
                "select year(x) from (select tm as x from d) y",
                "select year(x) from (select tm x from d) y",
                "with c (x) as (select tm from d) select year(x) from c",
                "select 1 from d join e on d.tm = e.tm",
                "select 1 from d join e using (tm)",
                "select 1 from d natural join e",
                "select id from d where exists (select 1 from e where e.tm = d.tm)",
                "select id from d having max(tm) = max(dt)",
                "select id from d order by year(tm)"));
        checkOverMidnight(reads, false);
    }

    @DatabaseTest
    void timeThatStaysOne_isCached(Database database) {
        if (database != MARIADB) return;
        List<String> reads = new ArrayList<>();
        for (String expression : List.of(
                "tm",
                "`d`.`tm` as `tm`",
                "tm, dt",
                "min(tm), max(tm), count(tm)",
                "hour(tm)",
                "time_to_sec(tm) as s",
                "extract(hour from tm)",
                "time_format(tm, '%H')",
                "timediff(tm, tm2)",
                "concat(tm, ' ', dt)",
                "cast(tm as char)",
                "coalesce(tm, tm2)",
                "coalesce(tm, time'10:00:00')",
                "year(dt)",
                "date(dt)",
                "tm = tm2",
                "case when tm > '09:00:00' then dt end",
                "group_concat(tm order by dt)",
                "sum(time_to_sec(tm2) - time_to_sec(tm))",
                "max(tm) over (partition by da order by dt)",
                "fd(dt)",
                "ft(id)")) reads.add("select " + expression + " from d");
        for (String rest : List.of(
                "where tm = '10:00:00' and dt > '2000-01-01'",
                "where tm = time'10:00:00' order by dt",
                "where tm < tm2",
                "where tm between '09:00:00' and '11:00:00' and dt between '2000-01-01' and '2010-01-01'",
                "where tm in ('10:00:00', '11:00:00') and da in ('2001-09-09')",
                "where tm is not null order by tm, dt desc",
                "where dt > '2000-01-01' - interval 1 day and tm > '09:00:00'",
                "where (tm > '09:00:00' or dt is null) and year(da) = 2001")) reads.add("select id, tm from d " + rest);
        reads.addAll(List.of(
                "select moment from v where moment >= '09:00:00'",
                "select tm from d union select tm2 from d",
                "select x.h from (select hour(tm) as h from d) x where x.h = 10",
                "select `d`.`id` from `d` join `e` on `d`.`id` = `e`.`id` where `e`.`id` = 1"));
        checkOverMidnight(reads, true);
    }

    @DatabaseTest
    void functionThatLocksRows_isCalled(Database database) {
        if (database != MARIADB) return;
        for (String lock : List.of("for update", "lock in share mode"))
            try (Fixture f = fixture(InvalidationGranularity.TABLE).with(TABLES)) {
                String begin = "create function f() returns int deterministic begin declare x int; ";
                f.with(
                        begin + "select v into x from t where id = 1 " + lock + "; return x; end",
                        "create function g() returns int deterministic return f() + 1",
                        "create view w as select g() as k from log",
                        begin.replace("f()", "h()") + "declare c cursor for select v from t " + lock
                                + "; open c; fetch c into x; close c; return x; end",
                        "create function i() returns int deterministic return get_lock('l', 0) + release_lock('l')",
                        "create function plain() returns int deterministic return (select max(v) from t)");
                for (String read : List.of(
                        "select f() from log",
                        "select g() from log",
                        "select k from w",
                        "select h() from log",
                        "select i() from log")) {
                    for (int n = 0; n < 3; n++) f.dsl.fetch(read);
                    assertThat(f.cache.stats().hits())
                            .as("hits of %s that took no lock", read)
                            .isZero();
                }
                f.warm(dsl -> dsl.resultQuery("select plain() from log"));
            }
    }

    @DatabaseTest
    void routineInTheServersSchema_isNotOneOfItsName(Database database) {
        if (database != MARIADB) return;
        for (String server : List.of("mysql", "sys"))
            check(
                    new String[] {
                        "drop function if exists " + server + ".twin",
                        "drop procedure if exists " + server + ".twin_p",
                        "create function " + server
                                + ".twin() returns int begin update {db}.log set v = v + 1; return 1; end",
                        "create procedure " + server + ".twin_p() update {db}.log set v = v + 1",
                        "create function twin() returns int deterministic return 1",
                        "create procedure twin_p() set @x = 1",
                        "create procedure p() call " + server + ".twin_p()",
                        "create view w as select " + server + ".twin() as k from t",
                        "create trigger tr before insert on t for each row set new.v = " + server + ".twin()",
                    },
                    LOG,
                    "select " + server + ".twin()",
                    "select `" + server + "`.`twin`() from t",
                    "update t set v = " + server + ".twin()",
                    "call " + server + ".twin_p()",
                    "call p()",
                    "select k from w",
                    "insert into t values (7, 7, 'x')");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void tableInTheServersSchema_isNotOneOfItsName(Database database) {
        if (database != MARIADB) return;
        // On most systems a database called SYS is another one than sys.
        for (String server : List.of("sys", "SYS"))
            check(
                    new String[] {
                        "create database if not exists " + server,
                        "drop table if exists " + server + ".twin",
                        "create table " + server + ".twin (id int primary key)",
                        "create table twin (id int primary key)",
                        "create trigger " + server + ".tr after insert on " + server + ".twin for each row"
                                + " update {db}.log set v = v + 1",
                        "create procedure p(x int) insert into " + server + ".twin values (x)",
                        "create trigger tr after insert on t for each row insert into " + server
                                + ".twin values (new.id)",
                    },
                    LOG,
                    "insert into " + server + ".twin values (1)",
                    "call p(2)",
                    "insert into t values (7, 7, 'x')");
        assertThat(stale).isEmpty();
    }
}
