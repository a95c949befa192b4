package dev.jooqcache.internal.transaction;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells once in the log that writes of other instances of the application are not seen, as long as generations are kept in
 * this JVM; as a warning if the database shows such an instance. Thread-safe.
 */
public final class OtherInstances {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");
    private static final int SECONDS = 2;

    /** Sessions of the same application and user from another host; those of this host may be this JVM's own. */
    private static final String POSTGRES = """
            select host(client_addr) from pg_stat_activity
             where datname = current_database() and usename = session_user
               and application_name = current_setting('application_name')
               and client_addr is distinct from inet_client_addr() and backend_type = 'client backend'
             limit 1""";

    private static final String MARIADB = """
            select substring_index(other.host, ':', 1) from information_schema.processlist other
             where other.db = database() and other.user = substring_index(user(), '@', 1)
               and substring_index(other.host, ':', 1) <> substring_index(user(), '@', -1)
             limit 1""";

    private final String cacheName;
    private final AtomicBoolean isDue;

    /**
     * Makes a check that is carried out once.
     *
     * @param cacheName begins every log line
     * @param isNeeded whether generations are kept in this JVM only
     */
    public OtherInstances(String cacheName, boolean isNeeded) {
        this.cacheName = cacheName;
        this.isDue = new AtomicBoolean(isNeeded);
    }

    /** Looks for other instances on the first connection outside a transaction that is given. */
    void look(Connection connection, SQLDialect dialect, String dataSource) {
        if (!isDue.compareAndSet(true, false)) return;
        String host = find(connection, dialect);
        if (host != null)
            LOG.warn(
                    "{}: data source {} is used by another instance of this application, on host {}, whose writes are not"
                            + " seen: results that depend on them are stale until they expire. Run one instance, set"
                            + " expireAfterWrite, or use a GenerationStore that all instances share",
                    cacheName,
                    dataSource,
                    host);
        else
            LOG.info(
                    "{}: generations are kept in this JVM: the writes of other instances and programs on the same database"
                            + " are not seen",
                    cacheName);
    }

    private static @Nullable String find(Connection connection, SQLDialect dialect) {
        String sql = switch (dialect.family()) {
            case POSTGRES -> POSTGRES;
            case MARIADB, MYSQL -> MARIADB;
            default -> null;
        };
        if (sql == null) return null;
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(SECONDS);
            try (ResultSet rows = statement.executeQuery(sql)) {
                return rows.next() ? String.valueOf(rows.getString(1)) : null;
            }
        } catch (SQLException | RuntimeException | LinkageError e) {
            LOG.debug("cannot look for other instances", e);
            return null;
        }
    }
}
