package dev.jooqcache.transactions;

import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import com.zaxxer.hikari.HikariConfig;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** A transaction's snapshot is older than it seems: nothing of it is given to others, nothing newer is shown in it. */
class UncertainSnapshotTest {

    private static final String[] TABLES = {
        "create table a (id int primary key, v int)",
        "create table b (id int primary key, v int)",
        "insert into a values (1, 10)",
        "insert into b values (1, 10)"
    };

    private static int value(DSLContext dsl, String table) {
        return dsl.select(field(name("v"), Integer.class))
                .from(table(name(table)))
                .fetch()
                .get(0)
                .value1();
    }

    private static DSLContext within(Fixture f, Connection connection) {
        return f.cache
                .derive(DSL.using(connection, f.database.dialect()).configuration())
                .dsl();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What the driver answers, past the cache but on the same connection. */
    private static int truth(Connection connection, String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select v from " + table)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static int snapshotLevel(Database database) {
        return database == H2 ? 6 : Connection.TRANSACTION_REPEATABLE_READ;
    }

    @DatabaseTest
    void beginWithinATransaction_beginsNothing_soNothingNewerIsShown(Database database) throws SQLException {
        List<String> texts = new ArrayList<>(List.of("begin", "start transaction", "begin work"));
        if (database == POSTGRESQL) texts.add("begin; select 1");
        if (database == H2) texts.removeIf(text -> !text.equals("begin"));
        for (String begin : texts)
            try (Fixture f = Fixture.empty(database).with(TABLES);
                    Connection connection = f.tracked.getConnection()) {
                connection.setTransactionIsolation(snapshotLevel(database));
                connection.setAutoCommit(false);
                DSLContext within = within(f, connection);
                assertThat(value(within, "a")).isEqualTo(10);
                f.dsl.execute("update a set v = 20");
                f.dsl.execute("update b set v = 20");
                for (int i = 0; i < 2; i++)
                    assertThat(value(f.dsl, "a") + value(f.dsl, "b")).isEqualTo(40);
                execute(connection, begin);
                int a = truth(connection, "a");
                int b = truth(connection, "b");
                for (int i = 0; i < 2; i++) {
                    assertThat(value(within, "a")).as("a after %s", begin).isEqualTo(a);
                    assertThat(value(within, "b")).as("b after %s", begin).isEqualTo(b);
                }
                assertThat(value(f.dsl, "a")).isEqualTo(20);
                connection.rollback();
                connection.setAutoCommit(true);
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
    }

    /** MariaDB takes no snapshot for a query that it answers without looking for a row. */
    @DatabaseTest
    void queryThatReadsNoRow_takesNoSnapshot(Database database) throws SQLException {
        try (Fixture f = Fixture.empty(database).with(TABLES);
                Connection connection = f.tracked.getConnection()) {
            f.with("create table parts (id int primary key, v int)"
                    + (database == MARIADB ? " partition by range (id) (partition p values less than (10))" : ""));
            if (database == MARIADB)
                f.with(
                        "create table plain (id int primary key, v int) engine = memory",
                        "insert into plain values (1, 1)",
                        "create table engines (engine varchar(20))");
            List<String> other = database == MARIADB
                    ? List.of(
                            "select v from plain",
                            "select plain.v from plain left join b on b.id = plain.id",
                            "select engine from information_schema.engines",
                            "select v from b for update nowait")
                    : List.of();
            connection.setTransactionIsolation(snapshotLevel(database));
            List<String> queries = new ArrayList<>(other);
            queries.addAll(List.of(
                    "select v from b where id > 5 and id < 3",
                    "select v from b where 1 = 0",
                    "select v from b where id is null",
                    "select v from b limit 0",
                    "select count(*) from b where 1 = 0",
                    "select max(id) from b where id is null",
                    "select v from parts where id = 500",
                    "select count(*) from parts where id = 500",
                    "select k.x from (select 1 as x) k left join parts on parts.id = 500",
                    "select 1 as x union all select v from parts where id = 500",
                    "select parts.v from parts right join (select 1 as x) k on parts.id = 500",
                    "with k as (select 1 as x) select x from k",
                    "select v from b for update",
                    "select v from b"));
            for (String first : queries) assertOneSnapshot(f, connection, first, within -> within.fetch(first));
        }
    }

    private interface Start {
        void in(DSLContext within) throws SQLException;
    }

    /** Whatever a transaction begins with, what it reads next it reads again. */
    private static void assertOneSnapshot(Fixture f, Connection connection, String what, Start start)
            throws SQLException {
        for (int i = 0; i < 3; i++) value(f.dsl, "a");
        connection.setAutoCommit(false);
        DSLContext within = within(f, connection);
        start.in(within);
        int before = value(within, "a");
        f.dsl.execute("update a set v = v + 1");
        assertThat(value(within, "a")).as("%s", what).isEqualTo(before);
        assertThat(truth(connection, "a")).as("%s", what).isEqualTo(before);
        connection.rollback();
        connection.setAutoCommit(true);
    }

    /** MariaDB drops the snapshot that was taken after the savepoint, as that of a transaction that has not begun. */
    @DatabaseTest
    void rollbackToASavepointBeforeTheSnapshot_takesItBack(Database database) throws SQLException {
        try (Fixture f = Fixture.empty(database).with(TABLES);
                Connection connection = f.tracked.getConnection()) {
            connection.setTransactionIsolation(snapshotLevel(database));
            assertOneSnapshot(f, connection, "SQL", within -> {
                execute(connection, "savepoint s");
                value(within, "b");
                execute(connection, "rollback to savepoint s");
            });
            assertOneSnapshot(f, connection, "JDBC", within -> {
                Savepoint savepoint = connection.setSavepoint();
                value(within, "b");
                connection.rollback(savepoint);
            });
        }
    }

    /** The row of a cursor that was opened before the transaction. */
    @DatabaseTest
    void rowOfAnEarlierCursor_takesNoSnapshot(Database database) throws SQLException {
        try (Fixture f = Fixture.empty(database).with(TABLES);
                Connection connection = f.tracked.getConnection()) {
            connection.setTransactionIsolation(snapshotLevel(database));
            try (var rows = within(f, connection).fetchLazy("select v from b")) {
                assertOneSnapshot(f, connection, "cursor", within -> {
                    within.fetch("select v from b where 1 = 0");
                    rows.fetchNext();
                });
            }
        }
    }

    /** A commit that begins the next transaction: in SQL, or by a setting of MariaDB's. */
    @DatabaseTest
    void chainedCommit_leavesATransactionOpen_whoseRowsAreItsOwn(Database database) throws SQLException {
        if (database == H2) return; // It chains nothing.
        List<String> ends = database == MARIADB
                ? List.of(
                        "commit and chain", "set completion_type = 1|commit", "set completion_type = 'CHAIN'|rollback")
                : List.of("commit and chain", "rollback and chain");
        for (String end : ends)
            try (Fixture f = Fixture.empty(database).with(TABLES)) {
                for (int i = 0; i < 2; i++) assertThat(value(f.dsl, "a")).isEqualTo(10);
                try (Connection connection = f.tracked.getConnection()) {
                    execute(connection, "begin");
                    for (String text : end.split("\\|")) execute(connection, text);
                    execute(connection, "update a set v = 99");
                    assertThat(value(within(f, connection), "a")).as(end).isEqualTo(99);
                    for (int i = 0; i < 2; i++)
                        assertThat(value(f.dsl, "a")).as(end).isEqualTo(10);
                    if (database == MARIADB) execute(connection, "set completion_type = default");
                    execute(connection, "commit");
                }
                for (int i = 0; i < 2; i++)
                    assertThat(value(f.dsl, "a")).as(end).isEqualTo(99);
            }
    }

    private static void withoutAutoCommit(HikariConfig pool) {
        pool.setMaximumPoolSize(2);
        pool.setMinimumIdle(1);
        pool.setAutoCommit(false);
        pool.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
    }

    @DatabaseTest
    void snapshotOfTheInitSql_isOlderThanTheCheckOut(Database database) throws SQLException {
        try (Fixture tables = Fixture.empty(database).with(TABLES)) {
            HikariConfig pool = new HikariConfig();
            withoutAutoCommit(pool);
            pool.setJdbcUrl(tables.pool.getJdbcUrl());
            pool.setConnectionInitSql("select count(*) from b");
            assertOldSnapshotStaysPrivate(tables, pool, connection -> {});
        }
    }

    /** Questions that Hikari does not know to begin a transaction, so that it rolls nothing back at the return. */
    @DatabaseTest
    void snapshotOfADriversQuestion_isOlderThanTheCheckOut(Database database) throws SQLException {
        List<Call> questions = List.of(
                Connection::getSchema,
                Connection::getCatalog,
                connection -> connection.createArrayOf("name", new Object[] {"a"}),
                connection -> connection
                        .getMetaData()
                        .getTables(null, null, "a", null)
                        .close(),
                connection -> connection.prepareStatement("select v from b").getMetaData());
        for (Call question : questions)
            try (Fixture tables = Fixture.empty(database).with(TABLES)) {
                HikariConfig pool = new HikariConfig();
                withoutAutoCommit(pool);
                pool.setJdbcUrl(tables.pool.getJdbcUrl());
                assertOldSnapshotStaysPrivate(tables, pool, question);
            }
    }

    private interface Call {
        void on(Connection connection) throws SQLException;
    }

    private static void assertOldSnapshotStaysPrivate(Fixture tables, HikariConfig config, Call question)
            throws SQLException {
        try (var pool = new com.zaxxer.hikari.HikariDataSource(config)) {
            var tracked = tables.cache.track(pool);
            DSLContext dsl = tables.cache
                    .derive(DSL.using(tracked, tables.database.dialect()).configuration())
                    .dsl();
            Connection writer = tracked.getConnection();
            Connection reader = tracked.getConnection();
            try {
                question.on(reader);
            } catch (SQLException e) {
                // Not every driver can do it.
            }
            reader.close();
            execute(writer, "update a set v = 20");
            writer.commit();
            value(dsl, "a");
            writer.close();
            for (int i = 0; i < 3; i++)
                assertThat(value(dsl, "a")).as("read %s", i).isEqualTo(20);
        }
    }

    /** Code that leaves a transaction open on a connection in autocommit. */
    @DatabaseTest
    void transactionBegunByCode_isSeen(Database database) throws SQLException {
        if (database != MARIADB) return; // The others' code cannot do that.
        List<String> calls = List.of(
                "call p()",
                "execute immediate 'start transaction'|update a set v = 99",
                "prepare s from 'start transaction'|execute s|update a set v = 99",
                "execute immediate 'set autocommit = 0'|update a set v = 99",
                "select 1 into @x|begin not atomic start transaction; update a set v = 99; end");
        for (String call : calls)
            try (Fixture f = Fixture.empty(database)
                    .with(TABLES)
                    .with("create procedure p() begin start transaction; update a set v = 99; end")) {
                for (int i = 0; i < 2; i++) assertThat(value(f.dsl, "a")).isEqualTo(10);
                try (Connection connection = f.tracked.getConnection()) {
                    for (String text : call.split("\\|")) execute(connection, text);
                    for (int i = 0; i < 2; i++)
                        assertThat(value(f.dsl, "a")).as(call).isEqualTo(10);
                    assertThat(value(within(f, connection), "a")).as(call).isEqualTo(99);
                    execute(connection, "commit");
                    assertThat(value(within(f, connection), "a")).as(call).isEqualTo(99);
                }
                for (int i = 0; i < 2; i++)
                    assertThat(value(f.dsl, "a")).as(call).isEqualTo(99);
            }
    }
}
