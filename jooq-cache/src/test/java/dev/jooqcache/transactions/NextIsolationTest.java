package dev.jooqcache.transactions;

import static dev.jooqcache.testing.Database.MARIADB;
import static java.sql.Connection.TRANSACTION_READ_COMMITTED;
import static java.sql.Connection.TRANSACTION_READ_UNCOMMITTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

/**
 * MySQL's family can set an isolation level for the next transaction alone. No variable shows it, and it outlives the return
 * of the connection to its pool. What is read at READ UNCOMMITTED must not be kept.
 */
@Tag("W2")
@DisplayName("A level that is set for the next transaction alone")
class NextIsolationTest {

    private static final String LEVEL = "transaction isolation level read uncommitted";
    private static final String READ = "select v from log where id = 1";

    private static final String[] SCHEMA = {
        "create table log (id int primary key, v int)",
        "insert into log values (1, 10)",
        "create table other (id int primary key, v int)",
        "insert into other values (1, 10)",
        "create table parts (id int primary key, v int)"
                + " partition by range (id) (partition p values less than (10))",
        "create table engines (engine varchar(20))",
        "create view constant as select 1 as v",
        "create view shown as select v from parts",
        "create table plain (id int primary key, v int) engine = myisam",
        "insert into plain values (1, 10)",
        "create function total() returns int return (select count(*) from other)",
        "create procedure p() set " + LEVEL,
        "create procedure q() begin declare i int; execute immediate 'select 1 into @x'; end",
    };

    /** How the level of the session is set. */
    private static final Map<String, Use> READ_COMMITTED = Map.of(
            "JDBC", (reader, within) -> reader.setTransactionIsolation(TRANSACTION_READ_COMMITTED),
            "SQL", (reader, within) -> execute(reader, "set session transaction isolation level read committed"),
            "variable", (reader, within) -> execute(reader, "set @@session.tx_isolation = 'READ-COMMITTED'"));

    private interface Use {
        void of(Connection reader, DSLContext within) throws SQLException;
    }

    private static Fixture fixture() {
        return Fixture.empty(MARIADB, pool -> pool.setMaximumPoolSize(2), cache -> {})
                .with(SCHEMA);
    }

    private static DSLContext within(Fixture f, Connection connection) {
        return f.cache
                .derive(DSL.using(connection, MARIADB.dialect()).configuration())
                .dsl();
    }

    private static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
                while (statement.getMoreResults() || statement.getUpdateCount() >= 0) continue;
            }
        }
    }

    /** Reads while another transaction has changed the row, which is then rolled back. */
    private static void assertNothingDirtyIsKept(Fixture f, String what, Use before, boolean returned)
            throws SQLException {
        // What is known of earlier connections must not help.
        f.pool.getHikariPoolMXBean().softEvictConnections();
        f.dsl.execute("update log set v = 10");
        f.dsl.fetch("select v from other");
        Connection reader = f.tracked.getConnection();
        try (Connection writer = f.tracked.getConnection()) {
            before.of(reader, within(f, reader));
            if (returned) reader.close();
            writer.setAutoCommit(false);
            execute(writer, "update log set v = 666");
            DSLContext dsl = returned ? f.dsl : within(f, reader);
            for (int i = 0; i < 3; i++) dsl.fetch(READ);
            writer.rollback();
        } finally {
            reader.close();
        }
        for (int i = 0; i < 2; i++)
            assertThat(f.dsl.fetchValue(READ))
                    .as(what + (returned ? ", returned" : ", held"))
                    .isEqualTo(10);
    }

    @DatabaseTest
    void levelThatAStatementSets_isNotTakenForTheSessions(Database database) throws SQLException {
        if (database != MARIADB) return;
        try (Fixture f = fixture()) {
            for (String setting : List.of(
                    "set " + LEVEL,
                    "set @@tx_isolation = 'READ-UNCOMMITTED'",
                    "set @@`tx_isolation` = 'READ-UNCOMMITTED'",
                    "set @x = 1, @@tx_isolation = 'READ-UNCOMMITTED'",
                    "execute immediate 'set " + LEVEL + "'",
                    "begin not atomic set " + LEVEL + "; end",
                    "call p()",
                    "select 1; set " + LEVEL))
                for (boolean returned : List.of(true, false))
                    assertNothingDirtyIsKept(f, setting, (reader, within) -> execute(reader, setting), returned);
        }
    }

    /** The transaction for which it was set has not begun yet, or is not the one that has ended. */
    @DatabaseTest
    void levelThatIsNotUsedYet_standsForTheNextTransaction(Database database) throws SQLException {
        if (database != MARIADB) return;
        String set = "set " + LEVEL;
        try (Fixture f = fixture()) {
            for (boolean returned : List.of(true, false)) {
                assertNothingDirtyIsKept(
                        f,
                        "commit of nothing",
                        (reader, within) -> {
                            reader.setAutoCommit(false);
                            execute(reader, set);
                            reader.commit();
                            if (returned) reader.setAutoCommit(true);
                        },
                        returned);
                assertNothingDirtyIsKept(
                        f,
                        "autocommit switched on",
                        (reader, within) -> {
                            reader.setAutoCommit(false);
                            execute(reader, set, "select v from other");
                            reader.setAutoCommit(true);
                        },
                        returned);
                assertNothingDirtyIsKept(
                        f,
                        "commit and chain",
                        (reader, within) -> execute(
                                reader, set, "begin", "select v from other", "commit and chain", "select v from other"),
                        false);
                assertNothingDirtyIsKept(
                        f,
                        "code that runs a transaction, and sets it after",
                        (reader, within) ->
                                execute(reader, "begin not atomic start transaction; commit; set " + LEVEL + "; end"),
                        returned);
                for (String query : List.of(
                        "select 1",
                        "select v from constant",
                        "with other as (select 1 as v) select v from other",
                        "select v from (select 1 as v) other",
                        "select v from plain",
                        "select engine from information_schema.engines",
                        "select table_name from information_schema.tables where table_schema = database()"))
                    assertNothingDirtyIsKept(
                            f,
                            query,
                            (reader, within) -> {
                                execute(reader, set);
                                within.fetch(query);
                            },
                            returned);
            }
        }
    }

    /** A transaction is chained at the level of the one before, and autocommit switched on leaves that to the next statement. */
    @DatabaseTest
    void levelOfTheSessionThatIsSetWithinATransaction_isNotYetThatOfTheNext(Database database) throws SQLException {
        if (database != MARIADB) return;
        try (Fixture f = fixture()) {
            for (Map.Entry<String, Use> setting : READ_COMMITTED.entrySet()) {
                String name = setting.getKey();
                Use set = setting.getValue();
                assertNothingDirtyIsKept(
                        f,
                        "autocommit switched on, " + name,
                        (reader, within) -> {
                            execute(reader, "set session " + LEVEL);
                            reader.setAutoCommit(false);
                            within.fetch("select v from other");
                            set.of(reader, within);
                            reader.setAutoCommit(true);
                        },
                        false);
                for (String end : List.of("commit", "rollback"))
                    assertNothingDirtyIsKept(
                            f,
                            end + " and chain, " + name,
                            (reader, within) -> {
                                execute(reader, "set completion_type = 1", "set session " + LEVEL);
                                reader.setAutoCommit(false);
                                within.fetch("select v from other");
                                set.of(reader, within);
                                if (end.equals("commit")) reader.commit();
                                else reader.rollback();
                                execute(reader, "set completion_type = default");
                            },
                            false);
                assertNothingDirtyIsKept(
                        f,
                        "set in the chained one, " + name,
                        (reader, within) -> {
                            execute(reader, "set completion_type = 1", "set session " + LEVEL);
                            reader.setAutoCommit(false);
                            within.fetch("select v from other");
                            reader.commit();
                            set.of(reader, within);
                            execute(reader, "set completion_type = default");
                        },
                        false);
            }
        }
    }

    /** While rows are streamed, the driver does not know yet that the server is in a transaction. */
    @DatabaseTest
    void levelOfTheSessionThatIsSetWhileRowsAreStreamed_isNotYetThatOfTheNext(Database database) throws SQLException {
        if (database != MARIADB) return;
        try (Fixture f = fixture()) {
            for (Map.Entry<String, Use> setting : READ_COMMITTED.entrySet())
                assertNothingDirtyIsKept(
                        f,
                        "streamed, " + setting.getKey(),
                        (reader, within) -> {
                            execute(reader, "set session " + LEVEL);
                            reader.setAutoCommit(false);
                            try (Statement statement = reader.createStatement()) {
                                statement.setFetchSize(1);
                                try (ResultSet rows = statement.executeQuery("select v from other")) {
                                    rows.next();
                                    setting.getValue().of(reader, within);
                                }
                            }
                            reader.setAutoCommit(true);
                        },
                        false);
        }
    }

    /** Hikari rolls nothing back after a commit, but sets the level back. */
    @DatabaseTest
    void transactionThatIsChainedBeyondTheReturn_keepsItsLevel(Database database) throws SQLException {
        if (database != MARIADB) return;
        try (Fixture tables = fixture();
                Fixture f = Fixture.empty(
                        MARIADB,
                        pool -> {
                            pool.setJdbcUrl(tables.pool.getJdbcUrl());
                            pool.setAutoCommit(false);
                            pool.setMaximumPoolSize(1);
                            pool.setConnectionInitSql("set completion_type = 1");
                            pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
                        },
                        cache -> {})) {
            DataSource writing = f.cache.track(tables.pool);
            try (Connection reader = f.tracked.getConnection()) {
                reader.setAutoCommit(true);
                within(f, reader).fetch("select v from other");
                reader.setTransactionIsolation(TRANSACTION_READ_UNCOMMITTED);
                reader.setAutoCommit(false);
                within(f, reader).fetch("select v from other");
                reader.commit();
            }
            try (Connection writer = writing.getConnection()) {
                writer.setAutoCommit(false);
                execute(writer, "update log set v = 666");
                for (int i = 0; i < 2; i++) f.dsl.fetch(READ);
                writer.rollback();
            }
            for (int i = 0; i < 2; i++) assertThat(f.dsl.fetchValue(READ)).isEqualTo(10);
        }
    }

    /** The query whose row is read was executed before. */
    @DatabaseTest
    void rowOfAnEarlierQuery_tellsNothing(Database database) throws SQLException {
        if (database != MARIADB) return;
        try (Fixture f = fixture()) {
            for (boolean returned : List.of(true, false))
                assertNothingDirtyIsKept(
                        f,
                        "cursor",
                        (reader, within) -> {
                            execute(reader, "set @x = 1");
                            try (Cursor<Record> rows = within.fetchLazy("select v from other")) {
                                execute(reader, "set " + LEVEL);
                                rows.fetchNext();
                            }
                        },
                        returned);
        }
    }

    @DatabaseTest
    void levelThatIsUsed_isForgotten(Database database) throws SQLException {
        if (database != MARIADB) return;
        try (Fixture f = fixture()) {
            Map<String, Use> uses = new LinkedHashMap<>();
            for (String query : List.of(
                    "select v from other where id = 1",
                    "select v from other where 1 = 0",
                    "select v from parts where id = 500",
                    "select count(*) from parts where id = 500",
                    "select * from shown",
                    "select total() from other",
                    "select count(*) from log",
                    "with k as (select v from other) select count(*) from k",
                    "select 1 as v union select v from other where 1 = 0",
                    "select k.x from (select max(v) as x from other) k",
                    "select 1 as x from constant where exists (select 1 from other)",
                    "select other.v from (select 1 as x) k right join other on other.id = k.x",
                    "select k.x from (select 1 as x) k left join parts on parts.id = 500"))
                uses.put(query, (reader, within) -> within.fetch(query));
            for (String end : List.of("commit", "rollback"))
                uses.put(end, (reader, within) -> execute(reader, "begin", "select v from other", end));
            uses.put("commit()", (reader, within) -> {
                reader.setAutoCommit(false);
                execute(reader, "select v from other");
                reader.commit();
                reader.setAutoCommit(true);
            });
            for (Map.Entry<String, Use> use : uses.entrySet())
                for (String setting : List.of("set " + LEVEL, "call q()")) {
                    f.pool.getHikariPoolMXBean().softEvictConnections();
                    f.dsl.execute("update log set v = 10");
                    f.dsl.fetch("select v from other");
                    try (Connection reader = f.tracked.getConnection()) {
                        execute(reader, setting);
                        use.getValue().of(reader, within(f, reader));
                    }
                    f.dsl.fetch(READ);
                    CacheStats before = f.cache.stats();
                    for (int i = 0; i < 3; i++)
                        assertThat(f.dsl.fetchValue(READ)).isEqualTo(10);
                    assertThat(f.cache.stats().minus(before).hits())
                            .as("hits after %s, %s", setting, use.getKey())
                            .isEqualTo(3);
                }
        }
    }
}
