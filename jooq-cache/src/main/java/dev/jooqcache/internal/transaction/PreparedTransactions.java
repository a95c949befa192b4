package dev.jooqcache.internal.transaction;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The transactions that a database holds prepared: any session can end them, at any time. They are asked for as a whole,
 * since what a transaction manager has named one is not known here.
 */
final class PreparedTransactions {

    /** A standby knows less, so it is told apart; there is always a row. */
    private static final String POSTGRES = """
            select gid, case when pg_is_in_recovery() then 'standby' end
            from (select) one left join pg_prepared_xacts on database = current_database()""";

    private PreparedTransactions() {}

    /** The question for a database of the given driver, or {@code null} if it holds none or cannot be asked. */
    private static @Nullable String question(Connection physical) {
        String driver = physical.getClass().getName();
        if (driver.startsWith("org.postgresql.")) return POSTGRES;
        if (driver.startsWith("org.h2.")) return "select transaction_name from information_schema.in_doubt";
        if (driver.startsWith("org.mariadb.jdbc.") || driver.startsWith("com.mysql.")) return "xa recover";
        return null;
    }

    /**
     * Returns whether a branch is final without another question.
     *
     * @param physical its connection
     * @param ended whether the connection is outside the transaction, and the transaction manager has told its outcome
     */
    static boolean isFinal(Connection physical, boolean ended) {
        // H2's session stays in the transaction until its second phase; others can leave it in between.
        boolean stays = physical.getClass().getName().startsWith("org.h2.");
        return ended && (stays || question(physical) == null);
    }

    /**
     * The names of all that are prepared.
     *
     * @param connection a connection outside any transaction, or in one of the cache's own
     */
    static Set<String> of(Connection connection) throws SQLException {
        String question = question(PhysicalConnections.physical(connection));
        Set<String> names = new HashSet<>();
        if (question == null) return names;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(question)) {
            while (rows.next()) {
                String name = name(rows, question);
                if (name != null) names.add(name);
            }
        }
        return names;
    }

    private static @Nullable String name(ResultSet rows, String question) throws SQLException {
        if (question.equals(POSTGRES)) {
            if (rows.getString(2) != null) throw new SQLException("a standby cannot be asked for what is prepared");
            return rows.getString(1);
        }
        StringJoiner name = new StringJoiner(",");
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) name.add(rows.getString(i));
        return name.toString();
    }
}
