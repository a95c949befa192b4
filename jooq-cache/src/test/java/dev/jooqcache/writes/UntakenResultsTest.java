package dev.jooqcache.writes;

import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Tag;

/** Writes on ways of JDBC that are seldom gone. */
class UntakenResultsTest {

    private static final String[] TABLE = {"create table t (id int primary key, v int)", "insert into t values (1, 10)"
    };

    private static int value(DSLContext dsl) {
        return dsl.select(field(name("v"), Integer.class))
                .from(table(name("t")))
                .fetch()
                .get(0)
                .value1();
    }

    private static void assertFresh(Fixture f, String what) {
        int truth = value(f.unseen);
        for (int i = 0; i < 2; i++) assertThat(value(f.dsl)).as(what).isEqualTo(truth);
    }

    private interface Execution {
        void of(PreparedStatement statement, String sql) throws SQLException;
    }

    /** Statement's methods, called on a prepared statement, which some drivers allow. */
    @DatabaseTest
    void textExecutedOnAPreparedStatement_isAWrite(Database database) throws SQLException {
        List<Execution> executions = List.of(
                (statement, sql) -> statement.execute(sql),
                (statement, sql) -> statement.execute(sql, Statement.NO_GENERATED_KEYS),
                (statement, sql) -> statement.execute(sql, new int[] {1}),
                (statement, sql) -> statement.execute(sql, new String[] {"id"}),
                (statement, sql) -> statement.executeUpdate(sql),
                (statement, sql) -> statement.executeUpdate(sql, Statement.RETURN_GENERATED_KEYS),
                (statement, sql) -> statement.executeUpdate(sql, new int[] {1}),
                (statement, sql) -> statement.executeUpdate(sql, new String[] {"id"}),
                (statement, sql) -> statement.executeLargeUpdate(sql),
                (statement, sql) -> statement.executeLargeUpdate(sql, Statement.RETURN_GENERATED_KEYS),
                (statement, sql) -> statement.executeLargeUpdate(sql, new int[] {1}),
                (statement, sql) -> statement.executeLargeUpdate(sql, new String[] {"id"}),
                (statement, sql) -> statement.executeQuery(sql),
                (statement, sql) -> {
                    statement.addBatch(sql);
                    statement.executeBatch();
                });
        try (Fixture f = Fixture.empty(database).with(TABLE)) {
            for (int i = 0; i < 2 * executions.size(); i++) {
                for (int reads = 0; reads < 2; reads++) value(f.dsl);
                boolean isCall = i % 2 == 0 && database != MARIADB;
                try (Connection connection = f.tracked.getConnection();
                        PreparedStatement statement =
                                isCall ? connection.prepareCall("select 1") : connection.prepareStatement("select 1")) {
                    executions.get(i / 2).of(statement, "update t set v = " + (100 + i));
                } catch (SQLException e) {
                    // Refused, as most drivers do.
                }
                assertFresh(f, "execution " + i);
            }
        }
    }

    /** MariaDB's driver reads the results of a text one after another, if a fetch size is set. */
    @DatabaseTest
    void laterStatementOfAStreamedText_isSeenWhenItsResultIsTaken(Database database) throws SQLException {
        if (database == H2) return; // It executes them all before it answers.
        try (Fixture f = Fixture.empty(database).with(TABLE)) {
            for (int reads = 0; reads < 2; reads++) value(f.dsl);
            try (Connection connection = f.tracked.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.setFetchSize(1);
                statement.execute(
                        database == MARIADB
                                ? "select v from t; select sleep(0.5); update t set v = 20"
                                : "select v from t; select pg_sleep(0.5); update t set v = 20");
                value(f.dsl);
                while (statement.getMoreResults() || statement.getUpdateCount() >= 0) value(f.dsl);
                value(f.dsl);
            }
            assertFresh(f, "after the last result");
        }
    }

    @DatabaseTest
    @Tag("slow")
    void writeOfAFunction_whoseRowsAreStreamed_isSeen(Database database) throws SQLException {
        try (Fixture f = Fixture.empty(database).with(TABLE)) {
            switch (database) {
                case MARIADB ->
                    f.with(
                            "create function w(i int) returns int modifies sql data begin update t set v = i; return i; end");
                case POSTGRESQL ->
                    f.with("create function w(i int) returns int language plpgsql as"
                            + " $$ begin update t set v = i; return i; end $$");
                case H2 ->
                    f.with("create alias w as 'int w(java.sql.Connection c, int i) throws Exception {"
                            + " c.createStatement().execute(\"update t set v = \" + i); return i; }'");
            }
            String sql = switch (database) {
                case MARIADB -> "select w(seq) from seq_1_to_3000";
                case POSTGRESQL -> "select w(i) from generate_series(1, 100) i";
                case H2 -> "select w(cast(\"X\" as int)) from system_range(1, 100)";
            };
            value(f.dsl);
            try (Connection connection = f.tracked.getConnection();
                    Statement statement = connection.createStatement()) {
                if (database == H2) statement.execute("set lazy_query_execution true");
                statement.setFetchSize(1);
                try (ResultSet result = statement.executeQuery(sql)) {
                    while (result.next()) if (result.getInt(1) % 500 == 1) value(f.dsl);
                }
                assertFresh(f, "after the last row");
                try (ResultSet result = statement.executeQuery(sql)) {
                    result.next();
                    value(f.dsl);
                }
                assertFresh(f, "after the rows were closed");
                if (database == H2) statement.execute("set lazy_query_execution false");
            }
        }
    }

    /** From whatever JDBC answers, the way leads back to the tracked connection. */
    @DatabaseTest
    void statementOfAnyResult_belongsToTheTrackedConnection(Database database) throws SQLException {
        try (Fixture f = Fixture.empty(database).with(TABLE);
                Connection connection = f.tracked.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(statement.getConnection()).isSameAs(connection);
            assertLeadsBack(statement.executeQuery("select v from t"), connection);
            assertLeadsBack(connection.getMetaData().getTables(null, null, "t", null), connection);
            assertThat(connection.getMetaData().getConnection()).isSameAs(connection);
            statement.executeUpdate("insert into t values (2, 2)", Statement.RETURN_GENERATED_KEYS);
            assertLeadsBack(statement.getGeneratedKeys(), connection);
            if (database == MARIADB) return; // It has no arrays.
            String array = database == POSTGRESQL ? "select array[1, 2]" : "select array[1, 2] from t";
            try (PreparedStatement prepared = connection.prepareStatement(array);
                    ResultSet rows = prepared.executeQuery()) {
                rows.next();
                assertLeadsBack(rows.getArray(1).getResultSet(), connection);
                assertLeadsBack(((Array) rows.getObject(1)).getResultSet(), connection);
            }
            String type = database == POSTGRESQL ? "int4" : "INTEGER";
            Array made = connection.createArrayOf(type, new Object[] {1, 2});
            assertLeadsBack(made.getResultSet(), connection);
            try (PreparedStatement prepared =
                    connection.prepareStatement("select v from t where id = any (?) order by id")) {
                prepared.setArray(1, made);
                try (ResultSet rows = prepared.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                }
            }
        }
    }

    private static void assertLeadsBack(ResultSet rows, Connection connection) throws SQLException {
        Statement statement = rows.getStatement();
        if (statement != null) assertThat(statement.getConnection()).isSameAs(connection);
        rows.close();
    }
}
