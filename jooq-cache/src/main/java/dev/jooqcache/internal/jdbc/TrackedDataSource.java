package dev.jooqcache.internal.jdbc;

import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.internal.transaction.TrackedSource;
import dev.jooqcache.internal.transaction.TrackedSource.Origin;
import dev.jooqcache.internal.transaction.TransactionBinding;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A data source all of whose connections are tracked. Thread-safe. */
public final class TrackedDataSource implements DataSource, Closeable {

    private final DataSource pool;
    private final DataSources tracking;
    private final @Nullable DataSourceRoute route;
    private final @Nullable TrackedSource source;

    TrackedDataSource(
            DataSource pool, DataSources tracking, @Nullable DataSourceRoute route, @Nullable TrackedSource source) {
        this.pool = pool;
        this.tracking = tracking;
        this.route = route;
        this.source = source;
    }

    /**
     * What is known of the pool.
     *
     * @return the state, or {@code null} if each connection must be asked where it leads
     */
    public @Nullable TrackedSource source() {
        return source;
    }

    /** Where the data source leads, or {@code null} if that may be several databases. */
    @Nullable
    DataSourceRoute route() {
        return route;
    }

    boolean isOf(DataSources cache) {
        return tracking == cache;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return tracked(pool.getConnection());
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        Connection connection = tracked(pool.getConnection(username, password));
        // Another user may see other rows under the same names.
        Session session = TrackedConnectionProvider.sessionOf(connection);
        if (session != null) session.alter();
        return connection;
    }

    private Connection tracked(Connection raw) throws SQLException {
        try {
            // A router over tracked pools, for instance.
            if (tracking.isTracked(raw)) return raw;
            TrackedSource owner = source == null ? tracking.source(raw, pool) : source;
            return new TrackedConnection(
                    raw,
                    owner.session(raw, Origin.OWN, route == null ? TransactionBinding.UNKNOWN : route.binding()),
                    null);
        } catch (SQLException | RuntimeException | Error e) {
            raw.close();
            throw e;
        }
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return pool.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        pool.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        pool.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return pool.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return pool.getParentLogger();
    }

    /**
     * The pool under this, or what is under the pool: what is done there is not seen. Only this class itself leads to
     * this; an interface does not, as code that asks for one wants to get to the bottom of it.
     */
    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type == TrackedDataSource.class) return type.cast(this);
        return type.isInstance(pool) ? type.cast(pool) : pool.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type == TrackedDataSource.class || type.isInstance(pool) || pool.isWrapperFor(type);
    }

    /** Closes the pool, if it can be closed. */
    @Override
    public void close() throws IOException {
        try {
            if (pool instanceof AutoCloseable closeable) closeable.close();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("cannot close the pool", e);
        }
    }

    @Override
    public String toString() {
        return "tracked " + pool;
    }
}
