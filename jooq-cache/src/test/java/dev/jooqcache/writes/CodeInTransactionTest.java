package dev.jooqcache.writes;

import static dev.jooqcache.testing.Database.MARIADB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("W2")
@DisplayName("Code and plain statements that commit, begin or end a transaction past the connection")
class CodeInTransactionTest {

    private static final String UPDATE = "update t set v = v + 1 where id = 1";
    private static final String READ = "select v from t where id = 1";

    private final List<String> stale = new ArrayList<>();

    /** Runs steps on one connection; at {@code check}, and after the last one, no other reader may be served old rows. */
    private void check(String ddl, String... steps) throws SQLException {
        try (Fixture f = Fixture.empty(MARIADB)
                .with("create table t (id int primary key, v int)", "insert into t values (1, 10), (2, 20)")
                .with("create table u (id int primary key)", "create table w (id int)")) {
            for (String each : ddl.split(";;")) if (!each.isEmpty()) f.with(each);
            f.warm(dsl -> dsl.resultQuery(READ));
            try (Connection connection = f.tracked.getConnection();
                    Statement statement = connection.createStatement()) {
                for (String step : steps) {
                    switch (step) {
                        case "off" -> connection.setAutoCommit(false);
                        case "on" -> connection.setAutoCommit(true);
                        case "commit()" -> connection.commit();
                        case "rollback()" -> connection.rollback();
                        case "check" -> compare(f, ddl, steps);
                        default -> {
                            if (step.startsWith("stream ")) stream(connection, step.substring("stream ".length()));
                            else execute(statement, step);
                        }
                    }
                }
                compare(f, ddl, steps);
            }
            compare(f, ddl, steps);
        }
    }

    private static void stream(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(1);
            boolean isRows = statement.execute(sql);
            while (isRows || statement.getUpdateCount() >= 0) {
                ResultSet rows = statement.getResultSet();
                while (isRows && rows.next()) continue;
                isRows = statement.getMoreResults();
            }
        }
    }

    private static void execute(Statement statement, String sql) {
        try {
            statement.execute(sql);
        } catch (SQLException e) {
            // Some are to fail, and commit nevertheless.
        }
    }

    private void compare(Fixture f, String ddl, String... steps) {
        Object expected = f.unseen.fetchValue(READ);
        for (int i = 0; i < 2; i++)
            if (!expected.equals(f.dsl.fetchValue(READ))) {
                stale.add(ddl + " | " + String.join("; ", steps));
                return;
            }
    }

    @DatabaseTest
    void procedureThatCommits_thenRollback_isFresh(Database database) throws SQLException {
        if (database != MARIADB) return;
        for (String body : List.of(
                "truncate table w",
                "begin start transaction; insert into u values (9); end",
                "optimize table w",
                "repair table w",
                "begin declare exit handler for sqlexception begin end; flush tables; end",
                "begin if true then analyze table w; end if; end",
                "begin declare i int default 0; while i < 1 do set i = 1; optimize table w; end while; end",
                "case 1 when 1 then create table x (id int); end case",
                "set password for nobody@nowhere = ''"))
            check("create procedure p() " + body, "off", UPDATE, "call p()", "rollback()");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void codeThatLeavesATransactionOpen_isFresh(Database database) throws SQLException {
        if (database != MARIADB) return;
        String begins = "create procedure p() start transaction";
        check(begins, "call p()", UPDATE, "check", "commit");
        check(begins, "call p()", UPDATE, "check", "rollback", UPDATE);
        check(begins + ";;create procedure q() begin call p(); end", "call q()", UPDATE, "check", "commit");
        check("create procedure p() set autocommit = 0", "call p()", UPDATE, "check", "commit", "set autocommit = 1");
        check(
                "create procedure p() begin start transaction; signal sqlstate '45000'; end",
                "call p()",
                UPDATE,
                "check",
                "commit");
        check("", "begin not atomic start transaction; end", UPDATE, "check", "commit");
        check("", "execute immediate 'start transaction'", UPDATE, "check", "commit");
        check("", "prepare s from 'start transaction'", "execute s", UPDATE, "check", "commit");
        for (String type : List.of("set completion_type = 1", "set @@session.completion_type = 'CHAIN'"))
            for (String end : List.of("commit", "rollback"))
                check(
                        "",
                        type,
                        "begin",
                        "insert into u values (7)",
                        end,
                        UPDATE,
                        "check",
                        "commit",
                        "check",
                        "set completion_type = 0",
                        "commit");
        assertThat(stale).isEmpty();
    }

    /** JDBC's autocommit is on as it is, so that the driver sends nothing when it is switched on, and nothing ends. */
    @DatabaseTest
    void autoCommitSwitchedOn_endsNothingThatWasBegunUnderIt(Database database) throws SQLException {
        if (database != MARIADB) return;
        String chain = "set completion_type = 'CHAIN'";
        for (String end : List.of("commit", "commit()", "rollback"))
            check("", chain, "begin", end, UPDATE, "on", "check", "set completion_type = 0", "commit");
        check("", "begin not atomic start transaction; end", READ, "check", UPDATE, "on", "check", "check", "commit()");
        check("create procedure p() start transaction", "call p()", UPDATE, "on", "check", UPDATE, "commit");
        check("", "begin", "commit and chain", UPDATE, "on", "check", "commit");
        check("", chain, "off", UPDATE, "commit()", UPDATE, "on", "check", UPDATE, "check");
        check("", chain, "begin", "commit", UPDATE, "off", "check", "commit()", "check", UPDATE, "on");
        // The server closes the session.
        check("", "set completion_type = 2", "off", UPDATE, "commit()", UPDATE, UPDATE);
        check("", "set completion_type = 'RELEASE'", "begin", UPDATE, "commit", UPDATE, UPDATE);
        assertThat(stale).isEmpty();
    }

    /** The driver is told that a transaction has begun only with the last of the results. */
    @DatabaseTest
    void procedureWhoseRowsAreStreamed_beginsATransaction_isFresh(Database database) throws SQLException {
        if (database != MARIADB) return;
        String begins = "create procedure p() begin start transaction; " + UPDATE + "; select id from t; end";
        for (String call : List.of("call p()", "select 1; start transaction; " + UPDATE + "; select id from t"))
            check(begins, "stream " + call, "check", READ, "check", "commit()");
        assertThat(stale).isEmpty();
    }

    /** What follows is committed at once, and a rollback takes nothing of it back. */
    @DatabaseTest
    void statementThatEndsATransaction_isFresh(Database database) throws SQLException {
        if (database != MARIADB) return;
        for (String statement : List.of(
                "call p()",
                "analyze table w",
                "create table x (id int)",
                "truncate w",
                "set password = ''",
                "execute immediate 'commit'",
                "begin not atomic rollback; end",
                "reset query cache"))
            check("create procedure p() commit", "begin", UPDATE, statement, UPDATE, "check", "rollback");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void settingsThatCommit_thenRollback_isFresh(Database database) throws SQLException {
        if (database != MARIADB) return;
        for (String statement : List.of(
                "set password for nobody@nowhere = ''",
                "set password = ''",
                "set @x = 1, password = ''",
                "set default role none",
                "reset query cache",
                "reset slave",
                "reset master")) check("", "off", UPDATE, statement, "rollback()");
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void modifier_isNoTable(Database database) throws SQLException {
        if (database != MARIADB) return;
        String tables = "create table `ignore` (id int primary key, v int);;"
                + "create table `low_priority` (id int primary key, v int);;"
                + "create table `delayed` (id int primary key, v int);;"
                + "create table `high_priority` (id int primary key, v int)";
        for (String write : List.of(
                "update ignore t set v = 77 where id = 1",
                "update low_priority t set v = 77 where id = 1",
                "update low_priority ignore t as x set x.v = 77 where x.id = 1",
                "replace low_priority into t values (1, 77)",
                "replace delayed t values (1, 77)",
                "insert high_priority into t values (1, 1) on duplicate key update v = 77",
                "update t set v = 77 where id = 1")) check(tables, write);
        check(
                tables + ";;create trigger tr after insert on u for each row update low_priority t set v = v + 1",
                "insert into u values (5)");
        check("", "insert low_priority ignore into t values (3, 1)", UPDATE);
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void explainThatCallsAFunction_isFresh(Database database) throws SQLException {
        if (database != MARIADB) return;
        String function =
                "create function f() returns int deterministic begin update t set v = v + 1 where id = 1; return 1; end;;"
                        + "create view fv as select f() as x from u";
        for (String statement : List.of(
                "explain select * from u where id = f()",
                "explain extended select * from u where id = (select f())",
                "describe select * from u where id = (select f())",
                "explain update ignore u set id = 5 where id = (select f())",
                "explain delete from a using u as a where a.id = (select f())",
                "explain insert ignore into u values (f())",
                "explain format=json select * from fv limit 5 rows examined 100",
                "show tables where f() = 1",
                "show columns from u where f() = 1",
                "show index from t where f() = 1")) check(function, statement);
        assertThat(stale).isEmpty();
    }
}
