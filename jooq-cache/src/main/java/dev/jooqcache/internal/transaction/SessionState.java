package dev.jooqcache.internal.transaction;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.StringJoiner;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * What makes queries mean something else on one session than on another: user, role, schema, settings, temporary tables.
 * Asked only after code of unknown effect has run, to see whether it left the session as it was.
 */
final class SessionState {

    private static final int SECONDS = 5;

    private static final String POSTGRES = """
            select current_user, session_user,
              (select count(*) from pg_class where relnamespace = pg_my_temp_schema()),
              (select string_agg(name || '=' || setting, chr(10) order by name) from pg_settings
               where source = 'session' and name <> 'application_name' and name not like 'transaction\\_%')""";

    private static final String H2 = """
            SELECT STATE_KEY, STATE_COMMAND FROM INFORMATION_SCHEMA.SESSION_STATE
            UNION ALL
            SELECT 'USER', CURRENT_USER
            ORDER BY 1, 2""";

    private static final String MARIADB = """
            select variable_name, variable_value from information_schema.session_variables
            where variable_name not in ('AUTOCOMMIT', 'ERROR_COUNT', 'IDENTITY', 'INSERT_ID', 'IN_TRANSACTION', 'LAST_GTID',
              'LAST_INSERT_ID', 'PSEUDO_THREAD_ID', 'RAND_SEED1', 'RAND_SEED2', 'TIMESTAMP', 'WARNING_COUNT',
              'SKIP_PARALLEL_REPLICATION')
            and variable_name not like 'GTID%'
            union all
            select concat('USER ', current_user()), concat_ws(' ', database(), current_role())
            union all
            select 'TEMPORARY', concat_ws('.', table_schema, table_name)
            from information_schema.tables where table_type like 'TEMPORARY%'
            order by 1, 2""";

    private SessionState() {}

    /**
     * Describes a session's state.
     *
     * @param connection a connection outside a transaction
     * @param dialect its dialect
     * @return a text that differs if the state does, or {@code null} if the database does not tell all of it
     */
    static @Nullable String describe(Connection connection, SQLDialect dialect) throws SQLException {
        return switch (dialect.family()) {
            case POSTGRES -> text(connection, POSTGRES, SECONDS);
            // For H2 a limit would be one of the session, from here on.
            case H2 -> text(connection, H2, 0);
            case MARIADB -> showsTemporaryTables(connection) ? text(connection, MARIADB, SECONDS) : null;
            default -> null;
        };
    }

    /** MariaDB lists them since 11.2. */
    private static boolean showsTemporaryTables(Connection connection) throws SQLException {
        int major = connection.getMetaData().getDatabaseMajorVersion();
        return major > 11 || (major == 11 && connection.getMetaData().getDatabaseMinorVersion() >= 2);
    }

    private static String text(Connection connection, String sql, int secondsLimit) throws SQLException {
        StringJoiner state = new StringJoiner("\n");
        try (Statement statement = connection.createStatement()) {
            if (secondsLimit > 0) statement.setQueryTimeout(secondsLimit);
            try (ResultSet rows = statement.executeQuery(sql)) {
                int columns = rows.getMetaData().getColumnCount();
                while (rows.next()) {
                    StringJoiner row = new StringJoiner("=");
                    for (int i = 1; i <= columns; i++) row.add(String.valueOf(rows.getString(i)));
                    state.add(row.toString());
                }
            }
        }
        return state.toString();
    }
}
