package dev.jooqcache.testing;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jooq.tools.jdbc.DefaultConnection;

/** A pool of one connection that does nothing when it is returned: whatever was open stays open. */
public final class NaivePool implements DataSource, AutoCloseable {

    private final Connection only;

    public NaivePool(String url) throws SQLException {
        only = DriverManager.getConnection(url);
    }

    /** The only connection, past the pool. */
    public Connection only() {
        return only;
    }

    @Override
    public Connection getConnection() {
        return new Lent(only);
    }

    @Override
    public Connection getConnection(String username, String password) {
        return getConnection();
    }

    @Override
    public void close() throws SQLException {
        only.close();
    }

    @Override
    public PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) {}

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("wraps nothing");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }

    /** As many pools do, it answers itself when it is asked for a connection underneath, and is closed alone. */
    private static final class Lent extends DefaultConnection {
        private boolean returned;

        Lent(Connection connection) {
            super(connection);
        }

        @Override
        public void close() {
            returned = true;
        }

        @Override
        public boolean isClosed() {
            return returned;
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            return type.isInstance(this) ? type.cast(this) : super.unwrap(type);
        }

        @Override
        public boolean isWrapperFor(Class<?> type) throws SQLException {
            return type.isInstance(this) || super.isWrapperFor(type);
        }
    }
}
