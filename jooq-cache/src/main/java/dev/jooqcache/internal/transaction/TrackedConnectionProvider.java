package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.transaction.TrackedSource.Origin;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jooq.ConnectionProvider;
import org.jooq.exception.DataAccessException;
import org.jooq.tools.jdbc.DefaultResultSet;
import org.jspecify.annotations.Nullable;

/** A jOOQ connection provider whose connections are tracked, wherever they come from. Thread-safe. */
public final class TrackedConnectionProvider implements ConnectionProvider {

    private final ConnectionProvider provider;
    private final TrackedSource source;
    private final Binding binding;

    TrackedConnectionProvider(ConnectionProvider provider, TrackedSource source, Binding binding) {
        this.provider = provider;
        this.source = source;
        this.binding = binding;
    }

    /**
     * The data source, if an execution on this provider would certainly begin outside any transaction.
     *
     * @return the data source, or {@code null} if a connection must be looked at
     */
    public @Nullable TrackedSource outside() {
        return binding.isOutside(source) && !source.isInGlobalTransaction() ? source : null;
    }

    /**
     * The data source that the connections belong to.
     *
     * @return the data source
     */
    public TrackedSource source() {
        return source;
    }

    @Override
    public @Nullable Connection acquire() {
        Connection connection = provider.acquire();
        if (connection == null || sessionOf(connection, source) != null) return connection;
        try {
            return new TrackedConnection(connection, source.session(connection, Origin.SHARED), this);
        } catch (SQLException | RuntimeException e) {
            provider.release(connection);
            throw new DataAccessException("cannot read the connection's transaction state", e);
        }
    }

    @Override
    public void release(Connection connection) {
        if (connection instanceof TrackedConnection tracked && tracked.isWrappedBy(this)) {
            try {
                tracked.session().giveBack(() -> provider.release(tracked.getDelegate()));
            } catch (SQLException e) {
                throw new DataAccessException("cannot release the connection", e);
            }
        } else {
            provider.release(connection);
        }
    }

    /**
     * The session of a connection that is tracked already, perhaps under wrappers.
     *
     * @param connection a connection
     * @return its session, or {@code null} if it is not tracked
     */
    public static @Nullable Session sessionOf(Connection connection) {
        if (connection instanceof TrackedConnection tracked) return tracked.session();
        try {
            return connection.isWrapperFor(TrackedConnection.class)
                    ? connection.unwrap(TrackedConnection.class).session()
                    : null;
        } catch (SQLException | RuntimeException e) {
            return null;
        }
    }

    /**
     * Whether a result set shows what a tracked connection has answered: nobody has put one of his own in its place, which
     * might show other values.
     *
     * @param rows a result set
     * @return whether it is as it was answered
     */
    public static boolean isAsAnswered(ResultSet rows) {
        return rows.getClass() == DefaultResultSet.class || rows.getClass() == UpdatableResultSet.class;
    }

    private static @Nullable Session sessionOf(Connection connection, TrackedSource source) {
        Session session = sessionOf(connection);
        return session != null && session.source().generations() == source.generations() ? session : null;
    }

    @Override
    public String toString() {
        return "tracked " + provider;
    }

    /** How a provider's connections are bound to transactions. */
    @FunctionalInterface
    interface Binding {

        /** Every call takes another connection from the pool. */
        Binding FRESH = source -> true;

        /** Not known how, but the connections come from a tracked pool. */
        Binding UNKNOWN_OF_TRACKED = TrackedSource::isQuiet;

        /** Not known. */
        Binding UNKNOWN = source -> false;

        /** Whether an execution would certainly begin outside any transaction. */
        boolean isOutside(TrackedSource source);
    }
}
