package dev.jooqcache.fuzz;

import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.testing.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;

/**
 * Random calls of JDBC on two connections of a pool, each made on a tracked side and on an untracked twin, whose outcomes
 * must be equal: rows, update counts, and SQL states of what fails.
 *
 * <p>One thread makes all calls, so nothing may wait for a lock: each connection writes rows of its own only.
 */
final class JdbcSequence {

    static final String[] DDL = {
        "create table a (id int primary key, v int not null)",
        "create table b (id int primary key, v int)",
        "create table {other}.a (id int primary key, v int not null)",
        "create table {other}.b (id int primary key, v int)",
    };

    /** Routines that write, and one that commits in between. */
    static List<String> routines(Database database) {
        String dml = "update {t} set v = v + 1 where id = k;";
        String a = dml.replace("{t}", "a");
        String b = dml.replace("{t}", "b");
        return switch (database) {
            case H2 -> List.of();
            case POSTGRESQL ->
                List.of(
                        "create function bump(k int) returns int language plpgsql as $$ begin " + a
                                + " return k; end $$",
                        "create procedure bumped(k int) language plpgsql as $$ begin " + b + " end $$",
                        "create procedure ended(k int) language plpgsql as $$ begin " + a + " commit; " + b
                                + " end $$");
            case MARIADB ->
                List.of(
                        "create function bump(k int) returns int begin " + a + " return k; end",
                        "create procedure bumped(k int) begin " + b + " end",
                        "create procedure ended(k int) begin " + a + " commit; " + b + " end");
        };
    }

    private static final int SNAPSHOT_OF_H2 = 6;

    /** Brings all rows back. */
    static final String[] RESET = {
        "delete from {schema}.a",
        "delete from {schema}.b",
        "delete from {other}.a",
        "delete from {other}.b",
        "insert into {schema}.a values (0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5)",
        "insert into {schema}.b values (0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5)",
        "insert into {other}.a values (0, 10), (1, 11), (2, 12), (3, 13), (4, 14), (5, 15)",
        "insert into {other}.b values (0, 10), (1, 11), (2, 12), (3, 13), (4, 14), (5, 15)",
    };

    private static final List<String> READS = List.of(
            "select v from a where id = {i}",
            "select id, v from a order by id",
            "select count(*) from a",
            "select a.id, b.v from a left join b on b.id = a.id order by a.id",
            "select v from b where id in ({i}, {i}) order by v",
            "select id from b where v > {i} order by id",
            "select max(v) from b where id < 0",
            "select v from a where 1 = 0",
            "select b.id from b where exists (select 1 from a where a.id = b.id and a.v = {i}) order by b.id");

    /** What one side has: its pool and two connections of it. */
    static final class Side {
        private final HikariDataSource pool;
        final DataSource source;
        final Within within;
        final Connection[] connections = new Connection[2];
        final Savepoint[] savepoints = new Savepoint[2];

        /** Whether a transaction may be under way, or a level be set, of which the pool does not know. */
        final boolean[] begun = new boolean[2];

        final List<List<AutoCloseable>> open = List.of(new ArrayList<>(), new ArrayList<>());

        private final String schema;
        private final String otherSchema;

        /** Of two schemas, of which sessions begin in the first. */
        Side(HikariDataSource pool, DataSource source, Within within, String schema, String otherSchema) {
            this.pool = pool;
            this.source = source;
            this.within = within;
            this.schema = schema;
            this.otherSchema = otherSchema;
        }

        String named(String sql) {
            return sql.replace("{schema}", schema).replace("{other}", otherSchema);
        }

        /** The context of one connection, or of the pool for any other number. */
        DSLContext dsl(int which) {
            return within.of(which < 2 ? connections[which] : null);
        }
    }

    /** Makes the context of a connection, or of the pool. */
    interface Within {
        DSLContext of(Connection connection);
    }

    /** One call. */
    private interface Call {
        Object on(Connection connection, Side side) throws Exception;
    }

    /** A call with its name and the connection on which it is made; beyond the two it is the pool. */
    record Step(int which, String name, Call call) {
        /** What comes of it, as text. */
        String outcome(Side side) {
            try {
                if (which < 2 && side.connections[which] == null) side.connections[which] = side.source.getConnection();
                return String.valueOf(call.on(which < 2 ? side.connections[which] : null, side));
            } catch (SQLException e) {
                return "SQLSTATE " + e.getSQLState();
            } catch (DataAccessException e) {
                SQLException cause = e.getCause(SQLException.class);
                return "SQLSTATE " + (cause == null ? e : cause.getSQLState());
            } catch (Exception e) {
                return e.getClass().getName();
            }
        }

        @Override
        public String toString() {
            return (which < 2 ? "connection " + which : "pool") + ": " + name;
        }
    }

    /** Statements after which a name means another table to the session. */
    private static final Pattern RENAMING = Pattern.compile("schema|search_path|use |temp|reset all|session.b");

    /** What is of unknown effect leaves nothing to be served for a while. */
    private static final Pattern RARE =
            Pattern.compile("execute|prepare|handler|do |atomic|completion|immediate|; |call |declare|fetch|all");

    private static final Pattern TRANSACTION_LEVEL = Pattern.compile("(begin|transaction) isolation");

    private static final Pattern BEGINNING = Pattern.compile("begin|start|autocommit|chain|CHAIN|prepare|isolation");

    private final Database database;
    private final Random random;
    private final boolean renames;

    /**
     * One sequence.
     *
     * @param renames whether sessions may come to see other tables by the same names; then none is used by others after its
     *     return, as it would depend on the pool which one that is
     */
    JdbcSequence(Database database, long seed, boolean renames) {
        this.database = database;
        this.random = new Random(seed);
        this.renames = renames;
    }

    /** The queries whose answers are compared at rest. */
    List<Step> queries() {
        List<Step> steps = new ArrayList<>();
        for (String read : READS)
            for (int i = 0; i < (read.contains("{i}") ? 4 : 1); i++) {
                String sql = read.replace("{i}", String.valueOf(i));
                steps.add(new Step(2, sql, (connection, side) -> rows(side.dsl(2), sql)));
            }
        return steps;
    }

    Step next() {
        int which = random.nextInt(2);
        int kind = random.nextInt(100);
        if (kind < 40) return read(random.nextInt(5) == 0 ? 2 : which);
        if (kind < 58) return write(which);
        if (kind < 72) return transaction(which);
        if (kind < 86) return text(which);
        return other(which);
    }

    private Step read(int which) {
        String sql = one(READS).replace("{i}", String.valueOf(random.nextInt(4)));
        if (which == 2 || random.nextInt(4) > 0)
            return new Step(which, "read " + sql, (connection, side) -> rows(side.dsl(which), sql));
        return new Step(which, "JDBC read " + sql, (connection, side) -> {
            try (PreparedStatement statement = connection.prepareStatement(sql);
                    ResultSet rows = statement.executeQuery()) {
                return rows(rows);
            }
        });
    }

    private static String rows(DSLContext dsl, String sql) {
        return dsl.fetch(sql).formatCSV(false);
    }

    private static String rows(ResultSet rows) throws SQLException {
        StringBuilder all = new StringBuilder();
        while (rows.next()) all.append(rows.getString(1)).append('\n');
        return all.toString();
    }

    private String dml(int which) {
        int id = 2 * random.nextInt(3) + which;
        int value = random.nextInt(5);
        String table = random.nextInt(2) == 0 ? "a" : "b";
        // Rows that do not exist are locked there with those around them.
        int kinds = database == Database.MARIADB ? 2 : 0;
        return switch (random.nextInt(6 - kinds) + kinds) {
            case 0 -> "insert into " + table + " values (" + id + ", " + value + ")";
            case 1 -> "delete from " + table + " where id = " + id;
            case 2 -> "insert into a values (" + id + ", null)";
            default -> "update " + table + " set v = " + value + " where id = " + id;
        };
    }

    private Step write(int which) {
        String sql = dml(which);
        String more = dml(which);
        return switch (random.nextInt(9)) {
            case 0, 1 ->
                new Step(
                        which,
                        "jOOQ " + sql,
                        (connection, side) -> side.dsl(which).execute(sql));
            case 2 -> statement(which, sql);
            case 3 ->
                new Step(which, "prepared " + sql, (connection, side) -> {
                    try (PreparedStatement statement = connection.prepareStatement(sql)) {
                        return statement.executeUpdate();
                    }
                });
            case 4 ->
                new Step(which, "batch " + sql + "; " + more, (connection, side) -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.addBatch(sql);
                        statement.addBatch(more);
                        return statement.executeBatch().length;
                    }
                });
            case 5 ->
                new Step(which, "keys of " + sql, (connection, side) -> {
                    try (Statement statement = connection.createStatement()) {
                        return statement.executeUpdate(sql, new String[] {"id"});
                    }
                });
            case 6 ->
                new Step(which, "row of a", (connection, side) -> {
                    try (Statement statement = connection.createStatement(
                                    ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                            ResultSet rows = statement.executeQuery("select id, v from a where id = " + which)) {
                        if (!rows.next()) return "none";
                        rows.updateInt(2, rows.getInt(2) + 1);
                        rows.updateRow();
                        return "updated";
                    }
                });
            case 7 ->
                new Step(
                        which,
                        "batch of jOOQ " + sql + "; " + more,
                        (connection, side) -> side.dsl(which).batch(sql, more).execute().length);
            default ->
                new Step(
                        which,
                        "jOOQ rows " + sql,
                        (connection, side) -> side.dsl(which)
                                .resultQuery("select v from a where id = " + which + " for update")
                                .fetch()
                                .formatCSV(false));
        };
    }

    private static Step statement(int which, String sql) {
        return new Step(which, sql, (connection, side) -> {
            if (which < 2) side.begun[which] |= BEGINNING.matcher(sql).find();
            try (Statement statement = connection.createStatement()) {
                boolean isRows = statement.execute(side.named(sql));
                StringBuilder all = new StringBuilder();
                while (isRows || statement.getUpdateCount() >= 0) {
                    if (isRows) all.append(rows(statement.getResultSet()));
                    isRows = statement.getMoreResults();
                }
                // Which plan it is depends on statistics, which the server gathers when it likes.
                return sql.startsWith("explain") ? "explained" : all;
            }
        });
    }

    private Step transaction(int which) {
        return switch (random.nextInt(10)) {
            case 0, 1 ->
                call(which, "setAutoCommit(false)", (connection, side) -> {
                    connection.setAutoCommit(false);
                    return "";
                });
            case 2 ->
                call(which, "setAutoCommit(true)", (connection, side) -> {
                    connection.setAutoCommit(true);
                    return "";
                });
            case 3, 4 ->
                call(which, "commit()", (connection, side) -> {
                    connection.commit();
                    return "";
                });
            case 5 ->
                call(which, "rollback()", (connection, side) -> {
                    connection.rollback();
                    return "";
                });
            case 6 ->
                call(which, "setSavepoint()", (connection, side) -> {
                    side.savepoints[which] = connection.setSavepoint();
                    return "";
                });
            case 7 ->
                call(which, "rollback(savepoint)", (connection, side) -> {
                    if (side.savepoints[which] != null) connection.rollback(side.savepoints[which]);
                    return "";
                });
            case 8 ->
                call(which, "releaseSavepoint()", (connection, side) -> {
                    if (side.savepoints[which] != null) connection.releaseSavepoint(side.savepoints[which]);
                    return "";
                });
            default -> isolation(which);
        };
    }

    private Step isolation(int which) {
        int level = one(List.of(
                Connection.TRANSACTION_READ_COMMITTED,
                Connection.TRANSACTION_REPEATABLE_READ,
                database == Database.H2 ? SNAPSHOT_OF_H2 : Connection.TRANSACTION_REPEATABLE_READ,
                Connection.TRANSACTION_READ_UNCOMMITTED));
        return afterStatement(call(which, "setTransactionIsolation(" + level + ")", (connection, side) -> {
            connection.setTransactionIsolation(level);
            return "";
        }));
    }

    /** Some settings are refused within a transaction that has sent a query, which one of nothing but hits has not. */
    private Step afterStatement(Step setting) {
        if (database == Database.H2) return setting;
        String first = one(List.of("rollback", "select v from a where id = 0"));
        return new Step(setting.which, first + "; " + setting.name, (connection, side) -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute(first);
            }
            return setting.call.on(connection, side);
        });
    }

    private static Step call(int which, String name, Call call) {
        return new Step(which, name, call);
    }

    private Step text(int which) {
        String sql = one(
                switch (database) {
                    case H2 -> H2;
                    case POSTGRESQL -> POSTGRESQL;
                    case MARIADB -> MARIADB;
                });
        boolean avoidsRare = random.nextInt(4) > 0;
        if (avoidsRare && RARE.matcher(sql).find()
                || !renames && RENAMING.matcher(sql).find()) return read(which);
        Step step = statement(
                which,
                sql.replace("{own}", String.valueOf(which))
                        .replace("{dml}", dml(which))
                        .replace("{level}", one(LEVELS)));
        return TRANSACTION_LEVEL.matcher(sql).find() ? afterStatement(step) : step;
    }

    private static final List<String> LEVELS = List.of("read committed", "repeatable read", "read uncommitted");

    private static final List<String> H2 = List.of(
            "begin",
            "commit",
            "rollback",
            "savepoint s",
            "rollback to savepoint s",
            "set schema other",
            "set schema public",
            "set session characteristics as transaction isolation level {level}",
            "set session characteristics as transaction isolation level snapshot",
            "set autocommit off",
            "set autocommit on",
            "set lock_timeout 20000",
            "{dml}",
            "explain {dml}",
            "create local temporary table if not exists b (id int primary key, v int)",
            "select v from final table (update a set v = v + 1 where id = {own})");

    private static final List<String> POSTGRESQL = List.of(
            "begin",
            "begin isolation level {level}",
            "start transaction read only",
            "commit",
            "commit and chain",
            "rollback",
            "rollback and chain",
            "end",
            "abort",
            "savepoint s",
            "rollback to savepoint s",
            "release savepoint s",
            "set search_path to other",
            "set search_path to public",
            "set local search_path to other",
            "reset search_path",
            "reset all",
            "discard plans",
            "select set_config('search_path', 'other', true)",
            "select set_config('search_path', 'public', false)",
            "set transaction isolation level {level}",
            "set session characteristics as transaction isolation level {level}",
            "set default_transaction_isolation = '{level}'",
            "set local lock_timeout = '1s'",
            "{dml}",
            "begin; {dml}",
            "{dml}; commit",
            "{dml}; {dml}",
            "explain (analyze, costs off, timing off, summary off, buffers off) {dml}",
            "do $$ begin {dml}; end $$",
            "do $$ begin execute '{dml}'; end $$",
            "select bump({own})",
            "call bumped({own})",
            "call ended({own})",
            "with w as (update a set v = v + 1 where id = {own} returning v) select v from w",
            "create temporary table if not exists b (id int primary key, v int)",
            "drop table if exists pg_temp.b",
            "declare c cursor for select v from a order by id",
            "fetch next from c",
            "prepare p as {dml}",
            "execute p",
            "deallocate all");

    private static final List<String> MARIADB = List.of(
            "begin",
            "start transaction",
            "start transaction with consistent snapshot",
            "start transaction read only",
            "commit",
            "commit and chain",
            "rollback",
            "rollback and chain",
            "savepoint s",
            "rollback to savepoint s",
            "use {other}",
            "use {schema}",
            "set transaction isolation level {level}",
            "set session transaction isolation level {level}",
            "set @@tx_isolation = 'READ-UNCOMMITTED'",
            "set @@session.tx_isolation = 'REPEATABLE-READ'",
            "set autocommit = 0",
            "set autocommit = 1",
            "set completion_type = 'CHAIN'",
            "set completion_type = default",
            "{dml}",
            "{dml}; {dml}",
            "begin; {dml}",
            "{dml}; commit",
            "explain {dml}",
            "execute immediate '{dml}'",
            "begin not atomic {dml}; end",
            "begin not atomic start transaction; {dml}; end",
            "select bump({own})",
            "call bumped({own})",
            "call ended({own})",
            "create temporary table if not exists b (id int primary key, v int)",
            "drop temporary table if exists b",
            "prepare p from '{dml}'",
            "execute p",
            "do bump({own})",
            "handler a open",
            "handler a read first",
            "handler a close");

    private Step other(int which) {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 ->
                call(which, "close()", (connection, side) -> {
                    close(side, which, renames);
                    return "";
                });
            case 3 ->
                call(which, "setSchema", (connection, side) -> {
                    if (renames && database != Database.MARIADB) connection.setSchema("other");
                    return "";
                });
            case 4 ->
                afterStatement(call(which, "setReadOnly", (connection, side) -> {
                    connection.setReadOnly(!connection.isReadOnly());
                    return "";
                }));
            case 5 ->
                call(which, "rows left open", (connection, side) -> {
                    PreparedStatement statement = connection.prepareStatement("select v from a order by id");
                    side.open.get(which).add(statement);
                    statement.setFetchSize(1);
                    ResultSet rows = statement.executeQuery();
                    return rows.next() ? rows.getString(1) : "none";
                });
            case 6 ->
                call(which, "metadata", (connection, side) -> {
                    try (PreparedStatement statement = connection.prepareStatement("select v from a where id = 1")) {
                        ResultSetMetaData data = statement.getMetaData();
                        return (data == null ? 0 : data.getColumnCount()) + connection.nativeSQL("select 1");
                    }
                });
            default -> call(which, "isValid()", (connection, side) -> connection.isValid(1));
        };
    }

    /** Gives the connections back. */
    void end(Side side) throws Exception {
        for (int which = 0; which < 2; which++) close(side, which, renames);
    }

    private static void close(Side side, int which, boolean forGood) throws Exception {
        for (AutoCloseable each : side.open.get(which)) each.close();
        side.open.get(which).clear();
        Connection connection = side.connections[which];
        side.connections[which] = null;
        side.savepoints[which] = null;
        boolean begun = side.begun[which];
        side.begun[which] = false;
        if (connection == null) return;
        if (forGood || begun) side.pool.getHikariPoolMXBean().softEvictConnections();
        connection.close();
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
