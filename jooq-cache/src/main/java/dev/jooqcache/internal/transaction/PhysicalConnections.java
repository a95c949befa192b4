package dev.jooqcache.internal.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * A set of the driver's own connections, known again under whatever wrapper a pool hands them out. Thread-safe; the
 * common case, an empty set, takes no lock.
 */
final class PhysicalConnections {

    private static final int MOST_WRAPPERS = 8;

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

    /** Whether there is none but those that are closed by now. */
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
    static Connection physical(Connection connection) {
        Connection inner = connection;
        for (int depth = 0; depth < MOST_WRAPPERS; depth++) {
            Connection next = below(inner);
            if (next == inner) return inner;
            inner = next;
        }
        return inner;
    }

    /** What a connection wraps, or itself. Many wrappers unwrap to themselves, but their metadata is the driver's. */
    private static Connection below(Connection connection) {
        try {
            Connection next = connection.unwrap(Connection.class);
            if (next == null || next == connection)
                next = connection.getMetaData().getConnection();
            return next == null ? connection : next;
        } catch (SQLException | RuntimeException | LinkageError e) {
            return connection;
        }
    }
}
