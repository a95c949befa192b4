package dev.jooqcache.internal.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A set of the driver's own connections, known again under whatever wrapper a pool hands them out. Thread-safe; the
 * common case, an empty set, takes no lock.
 */
public final class PhysicalConnections {

    private static final int MOST_WRAPPERS = 8;

    /** Classes of drivers' connections, each of which is one session from its creation to its end. */
    private static final Set<String> DRIVERS = Set.of(
            "org.h2.jdbc.JdbcConnection",
            "org.postgresql.jdbc.PgConnection",
            "org.mariadb.jdbc.Connection",
            "com.mysql.cj.jdbc.ConnectionImpl",
            "org.sqlite.jdbc4.JDBC4Connection",
            "org.duckdb.DuckDBConnection",
            "org.apache.derby.impl.jdbc.EmbedConnection",
            "org.hsqldb.jdbc.JDBCConnection",
            "org.firebirdsql.jdbc.FBConnection",
            "io.trino.jdbc.TrinoConnection");

    /** Where DBCP2 tells what its guards wrap: {@code unwrap} answers the guard, unless the user has allowed more. */
    private static final String DBCP2 = "org.apache.commons.dbcp2.";

    private final Set<Connection> connections = Collections.newSetFromMap(new IdentityHashMap<>());
    private volatile boolean empty = true;

    void add(Connection connection) {
        synchronized (connections) {
            connections.removeIf(PhysicalConnections::isClosed);
            connections.add(physical(connection));
            empty = false;
        }
    }

    void remove(Connection connection) {
        if (empty) return;
        synchronized (connections) {
            connections.remove(physical(connection));
            empty = connections.isEmpty();
        }
    }

    boolean contains(Connection connection) {
        if (empty) return false;
        synchronized (connections) {
            return connections.contains(physical(connection));
        }
    }

    /** Returns whether there is none but those that are closed by now. */
    boolean isEmpty() {
        if (empty) return true;
        synchronized (connections) {
            connections.removeIf(PhysicalConnections::isClosed);
            empty = connections.isEmpty();
            return empty;
        }
    }

    static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        } catch (RuntimeException | LinkageError e) {
            // Not said at all: what is known of it must not be forgotten.
            return false;
        }
    }

    /** The driver's connection under the wrappers of a pool. */
    public static Connection physical(Connection connection) {
        Connection inner = connection;
        for (int depth = 0; depth < MOST_WRAPPERS; depth++) {
            Connection next = below(inner);
            if (next == inner) return inner;
            inner = next;
        }
        return inner;
    }

    /** Returns whether a connection is a driver's own, so that it is known again whenever it is handed out. */
    static boolean isDriversOwn(Connection physical) {
        return DRIVERS.contains(physical.getClass().getName());
    }

    /** What a connection wraps, or itself. Many wrappers unwrap to themselves, but their metadata is the driver's. */
    private static Connection below(Connection connection) {
        try {
            if (isDriversOwn(connection)) return connection;
            if (connection.getClass().getName().startsWith(DBCP2)) {
                Connection inner = guarded(connection);
                if (inner != null) return inner;
            }
            Connection next = connection.unwrap(Connection.class);
            if (next == null || next == connection)
                next = connection.getMetaData().getConnection();
            return next == null ? connection : next;
        } catch (SQLException | RuntimeException | LinkageError e) {
            return connection;
        }
    }

    private static @Nullable Connection guarded(Connection guard) {
        try {
            Class<?> type = Class.forName(
                    DBCP2 + "DelegatingConnection", false, guard.getClass().getClassLoader());
            return (Connection) type.getMethod("getInnermostDelegateInternal").invoke(guard);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return null;
        }
    }
}
