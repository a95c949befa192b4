package dev.jooqcache.internal.transaction;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * What makes a query answer something else on one session than on another: the server and the database that the session
 * leads to, user, role, schema, settings, and temporary tables. Two sessions of equal digests answer every query alike.
 *
 * @param digest stands for all of it
 * @param isComplete whether the database tells all of it; if not, an equal digest proves nothing once statements that were
 *     not seen may have run on the session
 * @param hasOwnRows whether a query can answer rows of this session alone, which no digest tells: a name can mean a temporary
 *     table, or {@code sql_auto_is_null} has a condition ask for the last row that the session inserted
 * @param isStandby whether the server is, or may be, one that follows another one and can lag behind
 * @param isolation the isolation level of its transactions, as JDBC names it, or -1
 * @param transaction a text that stays the same during a transaction and differs between two of them, or {@code null} if the
 *     database does not tell one
 */
record SessionState(
        String digest,
        boolean isComplete,
        boolean hasOwnRows,
        boolean isStandby,
        int isolation,
        @Nullable String transaction) {

    /** Returns whether every query answers the same on both sessions, in a transaction, too. */
    boolean isAlike(SessionState other) {
        return digest.equals(other.digest) && isolation == other.isolation;
    }

    private SessionState withIsolation(int level) {
        return new SessionState(digest, isComplete, hasOwnRows, isStandby, level, transaction);
    }

    private static final int SECONDS = 5;

    /**
     * Each setting that differs from what the server was built with, wherever that comes from: setting it to its default
     * leaves the session as it was. A setting of the user's own stays empty after the transaction that set it.
     */
    private static final String POSTGRES = """
            select concat_ws('|', current_user, session_user, current_database(), inet_server_addr(), inet_server_port(),
                     current_setting('server_version_num'),
                     (select system_identifier from pg_control_system()),
                     (select oid from pg_database where datname = current_database()),
                     (select md5(string_agg(name || '=' || setting, chr(10) order by name)) from pg_settings
                       where setting is distinct from coalesce(boot_val, '') and name not like 'transaction\\_%'
                         and name not in (IGNORED))),
                   pg_is_in_recovery(), now()::text,
                   exists (select from pg_class where relnamespace = pg_my_temp_schema())
                     or exists (select from pg_type where typnamespace = pg_my_temp_schema())""";

    private static final String H2 = """
            SELECT STATE_KEY, STATE_COMMAND FROM INFORMATION_SCHEMA.SESSION_STATE
            UNION ALL
            SELECT 'USER', CURRENT_USER
            UNION ALL
            SELECT 'SCHEMA', CURRENT_SCHEMA
            ORDER BY 1, 2""";

    /** Variables of MySQL's family that statements change, or that differ between sessions anyway. */
    private static final Set<String> MYSQL_MOVING = Set.of(
            "autocommit",
            "error_count",
            "identity",
            "insert_id",
            "in_transaction",
            "last_gtid",
            "last_insert_id",
            "proxy_user",
            "pseudo_thread_id",
            "rand_seed1",
            "rand_seed2",
            "timestamp",
            "warning_count",
            "skip_parallel_replication");

    /** All variables of the session are compared by a sum over their digests: their text has some thirty kilobytes. */
    private static final String MARIADB = """
            select concat_ws('|', current_user(), current_role(), database(), @@hostname, @@port, @@server_id,
                     (select concat(count(*), ' ', sum(conv(left(md5(concat_ws('=', variable_name, variable_value)), 12),
                                                            16, 10)))
                        from information_schema.session_variables
                       where variable_name not in (IGNORED) and variable_name not like 'GTID%')),
                   @@global.read_only, @@in_transaction, @@session.tx_isolation, @@session.sql_auto_is_null""";

    private static final String MARIADB_TEMPORARY = """
            select concat_ws('.', table_schema, table_name) from information_schema.tables
            where table_type like 'TEMPORARY%' order by 1""";

    /** What PRAGMA and ATTACH change of what a query reads or answers. */
    private static final String SQLITE = """
            select group_concat(name || '=' || file, '|') from pragma_database_list
            union all
            select count(*) from sqlite_temp_master
            union all
            select 'a' like 'A'""";

    /**
     * Asks for the state of a session. Executes a query, so not to be called within a transaction of the user's.
     *
     * @param connection a connection outside a transaction
     * @param dialect its dialect
     * @param instance tells databases of one name in this process apart, or is empty
     * @return the state
     * @throws SQLException if the database does not answer
     */
    static SessionState of(Connection connection, SQLDialect dialect, String instance) throws SQLException {
        String place = place(connection) + '|' + instance;
        SessionState told = asked(connection, dialect, place);
        return told.isolation() >= 0
                ? told
                : told.withIsolation(Question.answer(connection::getTransactionIsolation, SessionIsolation.UNKNOWN));
    }

    private static SessionState asked(Connection connection, SQLDialect dialect, String place) throws SQLException {
        return switch (dialect.family()) {
            case POSTGRES -> postgres(connection, place);
            case H2 -> h2(connection, place);
            case MARIADB -> mariaDb(connection, place);
            case MYSQL -> mySql(connection, place);
            case SQLITE -> sqlite(connection, place);
            default -> new SessionState(digest(place), false, false, false, -1, null);
        };
    }

    /** What the driver tells of any database. */
    private static String place(Connection connection) throws SQLException {
        DatabaseMetaData metaData = connection.getMetaData();
        return String.join(
                "|",
                String.valueOf(metaData.getURL()),
                String.valueOf(metaData.getUserName()),
                Question.answer(connection::getCatalog, ""),
                Question.answer(connection::getSchema, ""));
    }

    private static SessionState postgres(Connection connection, String place) throws SQLException {
        String ignored = quoted(SessionSettings.of(SQLDialect.POSTGRES));
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(SECONDS);
            try (ResultSet row = statement.executeQuery(POSTGRES.replace("IGNORED", ignored))) {
                row.next();
                return new SessionState(
                        digest(place + '\n' + row.getString(1)),
                        true,
                        row.getBoolean(4),
                        row.getBoolean(2),
                        -1,
                        row.getString(3));
            }
        }
    }

    private static SessionState h2(Connection connection, String place) throws SQLException {
        // A limit would be one of the session, from here on.
        List<String> rows = rows(connection, H2, 0);
        boolean temporary = rows.stream().anyMatch(row -> row.startsWith("TABLE "));
        return new SessionState(digest(text(place, rows)), true, temporary, false, -1, null);
    }

    private static SessionState sqlite(Connection connection, String place) throws SQLException {
        List<String> rows = rows(connection, SQLITE, 0);
        boolean temporary = !rows.get(1).equals("0");
        // Some pragmas cannot be asked.
        return new SessionState(digest(text(place, rows)), false, temporary, false, -1, null);
    }

    private static SessionState mySql(Connection connection, String place) throws SQLException {
        Set<String> ignored = SessionSettings.of(SQLDialect.MYSQL);
        List<String> rows = rows(connection, "show session variables", SECONDS).stream()
                .filter(row -> {
                    String name = row.substring(0, row.indexOf('=')).toLowerCase(Locale.ROOT);
                    return !ignored.contains(name) && !MYSQL_MOVING.contains(name) && !name.startsWith("gtid");
                })
                .toList();
        boolean standby = rows.contains("read_only=ON");
        boolean asksForLastRow = rows.contains("sql_auto_is_null=ON");
        return new SessionState(digest(text(place, rows)), false, asksForLastRow, standby, -1, null);
    }

    private static SessionState mariaDb(Connection connection, String place) throws SQLException {
        String ignored = quoted(Stream.concat(SessionSettings.of(SQLDialect.MARIADB).stream(), MYSQL_MOVING.stream())
                .map(name -> name.toUpperCase(Locale.ROOT))
                .collect(Collectors.toSet()));
        boolean complete = showsTemporaryTables(connection);
        List<String> temporary = complete ? rows(connection, MARIADB_TEMPORARY, SECONDS) : List.of();
        List<String> told =
                table(connection, MARIADB.replace("IGNORED", ignored), SECONDS).get(0);
        boolean open = !told.get(2).equals("0");
        return new SessionState(
                digest(text(place, told.subList(0, 1))),
                complete,
                !temporary.isEmpty() || told.get(4).equals("1"),
                told.get(1).equals("1"),
                isolation(told.get(3)),
                open ? "open" : null);
    }

    /** MariaDB's driver may answer what was last set through it. */
    private static int isolation(String level) {
        return switch (level) {
            case "READ-UNCOMMITTED" -> Connection.TRANSACTION_READ_UNCOMMITTED;
            case "READ-COMMITTED" -> Connection.TRANSACTION_READ_COMMITTED;
            case "REPEATABLE-READ" -> Connection.TRANSACTION_REPEATABLE_READ;
            case "SERIALIZABLE" -> Connection.TRANSACTION_SERIALIZABLE;
            default -> SessionIsolation.UNKNOWN;
        };
    }

    private static String text(String place, List<String> rows) {
        return place + '\n' + String.join("\n", rows);
    }

    /** MariaDB lists them since 11.2. */
    private static boolean showsTemporaryTables(Connection connection) throws SQLException {
        int major = connection.getMetaData().getDatabaseMajorVersion();
        return major > 11 || (major == 11 && connection.getMetaData().getDatabaseMinorVersion() >= 2);
    }

    private static String quoted(Set<String> names) {
        return new TreeSet<>(names).stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
    }

    private static List<String> rows(Connection connection, String sql, int secondsLimit) throws SQLException {
        return table(connection, sql, secondsLimit).stream()
                .map(row -> String.join("=", row))
                .toList();
    }

    private static List<List<String>> table(Connection connection, String sql, int secondsLimit) throws SQLException {
        List<List<String>> found = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            if (secondsLimit > 0) statement.setQueryTimeout(secondsLimit);
            try (ResultSet rows = statement.executeQuery(sql)) {
                int columns = rows.getMetaData().getColumnCount();
                while (rows.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= columns; i++) row.add(String.valueOf(rows.getString(i)));
                    found.add(row);
                }
            }
        }
        return found;
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return new BigInteger(1, hash).toString(Character.MAX_RADIX);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
