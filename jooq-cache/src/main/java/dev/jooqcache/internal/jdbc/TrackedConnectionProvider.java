package dev.jooqcache.internal.jdbc;

import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.internal.transaction.TrackedSource;
import dev.jooqcache.internal.transaction.TrackedSource.Origin;
import dev.jooqcache.internal.transaction.TransactionBinding;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jooq.ConnectionProvider;
import org.jooq.exception.DataAccessException;
import org.jooq.tools.jdbc.DefaultResultSet;
import org.jspecify.annotations.Nullable;

/** A jOOQ connection provider whose connections are tracked, wherever they come from. Thread-safe. */
public final class TrackedConnectionProvider implements ConnectionProvider {

    private final ConnectionProvider provider;
    private final DataSources tracking;
    private final @Nullable DataSource dataSource;
    private final @Nullable TrackedSource source;
    private final TransactionBinding binding;
    private @Nullable Runnable onUntracked;

    /** Provides connections of one known data source. */
    TrackedConnectionProvider(
            ConnectionProvider provider, DataSources tracking, TrackedSource source, TransactionBinding binding) {
        this.provider = provider;
        this.tracking = tracking;
        this.dataSource = null;
        this.source = source;
        this.binding = binding;
    }

    /** Provides connections that may lead anywhere, perhaps of a data source. */
    TrackedConnectionProvider(ConnectionProvider provider, DataSources tracking, @Nullable DataSource dataSource) {
        this.provider = provider;
        this.tracking = tracking;
        this.dataSource = dataSource;
        this.source = null;
        this.binding = TransactionBinding.UNKNOWN;
    }

    /**
     * The data source, if an execution on this provider would certainly begin outside any transaction.
     *
     * @return the data source, or {@code null} if a connection must be looked at
     */
    public @Nullable TrackedSource outside() {
        return source != null && binding.isOutside(source) && !source.isInGlobalTransaction() ? source : null;
    }

    /**
     * The data source that the connections belong to.
     *
     * @return the data source, or {@code null} if each connection must be asked where it leads
     */
    public @Nullable TrackedSource source() {
        return source;
    }

    /** Sets what is done when a connection turns out to be an untracked one. */
    void onUntracked(Runnable action) {
        onUntracked = action;
    }

    @Override
    public @Nullable Connection acquire() {
        Connection connection = provider.acquire();
        if (connection == null || tracking.isTracked(connection)) return connection;
        tellUntracked(connection);
        try {
            TrackedSource owner = source == null ? tracking.source(connection, dataSource) : source;
            return new TrackedConnection(
                    connection, owner.session(connection, Origin.SHARED, TransactionBinding.UNKNOWN), this);
        } catch (SQLException | RuntimeException | LinkageError e) {
            provider.release(connection);
            throw new DataAccessException("cannot read the connection's transaction state", e);
        }
    }

    private void tellUntracked(Connection connection) {
        if (onUntracked == null) return;
        try {
            onUntracked.run();
        } catch (RuntimeException e) {
            provider.release(connection);
            throw e;
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
        } catch (SQLException | RuntimeException | LinkageError e) {
            return null;
        }
    }

    /**
     * Returns whether a result set shows what a tracked connection has answered, through nothing but jOOQ's own wrappers:
     * those of others
     * may show other values, or leave rows out.
     *
     * @param rows a result set
     * @return whether it is as it was answered
     */
    public static boolean isAsAnswered(ResultSet rows) {
        try {
            ResultSet inner = rows;
            while (inner.getClass() == DefaultResultSet.class) inner = ((DefaultResultSet) inner).getDelegate();
            return inner instanceof TrackedResultSet;
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "tracked " + provider;
    }
}
