package dev.jooqcache.internal.transaction;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The database that a connection leads to, as far as the driver tells without asking the server: enough to share what is
 * known of a schema, and too little to share a result, which needs a {@link SessionState}.
 *
 * @param url the JDBC URL
 * @param user the user, or {@code null} if the driver has none
 */
public record DatabaseId(String url, @Nullable String user) {

    /** URLs of databases that each connection has to itself. */
    private static final Set<String> PRIVATE =
            Set.of("jdbc:h2:mem:", "jdbc:sqlite:", "jdbc:sqlite::memory:", "jdbc:duckdb:", "jdbc:duckdb::memory:");

    /**
     * Reads the identity from the driver's metadata.
     *
     * @return the identity, or {@code null} if the driver does not tell it or each connection has a database of its own
     */
    public static @Nullable DatabaseId of(Connection connection) {
        try {
            DatabaseMetaData metaData = connection.getMetaData();
            String url = metaData == null ? null : metaData.getURL();
            return url == null || isPrivate(url) ? null : new DatabaseId(url, metaData.getUserName());
        } catch (SQLException | RuntimeException | LinkageError e) {
            return null;
        }
    }

    /** Returns whether each connection to the URL has a database of its own. */
    public static boolean isPrivate(String url) {
        int parameters = indexOfAny(url, ";?");
        return PRIVATE.contains(parameters < 0 ? url : url.substring(0, parameters));
    }

    private static int indexOfAny(String text, String characters) {
        for (int i = 0; i < text.length(); i++) if (characters.indexOf(text.charAt(i)) >= 0) return i;
        return -1;
    }

    /** Returns whether a connection leads to this database, as far as its driver tells. */
    public boolean isReachedBy(Connection connection) {
        return Objects.equals(of(connection), this);
    }
}
