package dev.jooqcache.testing;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jooq.tools.jdbc.DefaultConnection;
import org.jooq.tools.jdbc.DefaultPreparedStatement;
import org.jooq.tools.jdbc.DefaultStatement;

/** A data source between the cache and a pool, where tests delay or break what is sent to a real database. */
public class InterceptedDataSource implements DataSource {

    private final DataSource pool;

    public InterceptedDataSource(DataSource pool) {
        this.pool = pool;
    }

    /** Executes a prepared statement. */
    protected <T> T execute(String sql, Call<T> real) throws SQLException {
        return real.run();
    }

    /** Executes a text that was not prepared. */
    protected <T> T executeText(String sql, Call<T> real) throws SQLException {
        return real.run();
    }

    /** Executes a batch whose update counts may be large. */
    protected long[] executeLargeBatch(Statement statement) throws SQLException {
        return statement.executeLargeBatch();
    }

    /** Commits. */
    protected void commit(Connection connection) throws SQLException {
        connection.commit();
    }

    /** Rolls back. */
    protected void rollback(Connection connection) throws SQLException {
        connection.rollback();
    }

    /** Turns autocommit on or off. */
    protected void setAutoCommit(Connection connection, boolean value) throws SQLException {
        connection.setAutoCommit(value);
    }

    /** Whether the connection answers. */
    protected boolean isValid(Connection connection, int seconds) throws SQLException {
        return connection.isValid(seconds);
    }

    /** Gives the connection back. */
    protected void close(Connection connection) throws SQLException {
        connection.close();
    }

    @Override
    public Connection getConnection() throws SQLException {
        return new Intercepted(pool.getConnection());
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return getConnection();
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

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return pool.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return pool.isWrapperFor(type);
    }

    /** What is really done. */
    @FunctionalInterface
    public interface Call<T> {
        T run() throws SQLException;
    }

    private final class Intercepted extends DefaultConnection {

        Intercepted(Connection connection) {
            super(connection);
        }

        @Override
        public PreparedStatement prepareStatement(String sql) throws SQLException {
            return new InterceptedStatement(sql, getDelegate().prepareStatement(sql), this);
        }

        @Override
        public Statement createStatement() throws SQLException {
            return new InterceptedText(getDelegate().createStatement(), this);
        }

        @Override
        public void commit() throws SQLException {
            InterceptedDataSource.this.commit(getDelegate());
        }

        @Override
        public void rollback() throws SQLException {
            InterceptedDataSource.this.rollback(getDelegate());
        }

        @Override
        public void setAutoCommit(boolean value) throws SQLException {
            InterceptedDataSource.this.setAutoCommit(getDelegate(), value);
        }

        @Override
        public boolean isValid(int seconds) throws SQLException {
            return InterceptedDataSource.this.isValid(getDelegate(), seconds);
        }

        @Override
        public void close() throws SQLException {
            InterceptedDataSource.this.close(getDelegate());
        }
    }

    private final class InterceptedText extends DefaultStatement {

        InterceptedText(Statement statement, Connection creator) {
            super(statement, creator);
        }

        @Override
        public boolean execute(String sql) throws SQLException {
            return executeText(sql, () -> getDelegate().execute(sql));
        }

        @Override
        public ResultSet executeQuery(String sql) throws SQLException {
            return executeText(sql, () -> getDelegate().executeQuery(sql));
        }

        @Override
        public long[] executeLargeBatch() throws SQLException {
            return InterceptedDataSource.this.executeLargeBatch(getDelegate());
        }
    }

    private final class InterceptedStatement extends DefaultPreparedStatement {

        private final String sql;

        InterceptedStatement(String sql, PreparedStatement statement, Connection creator) {
            super(statement, creator);
            this.sql = sql;
        }

        @Override
        public boolean execute() throws SQLException {
            return InterceptedDataSource.this.execute(
                    sql, () -> getDelegatePreparedStatement().execute());
        }

        @Override
        public ResultSet executeQuery() throws SQLException {
            return InterceptedDataSource.this.execute(
                    sql, () -> getDelegatePreparedStatement().executeQuery());
        }

        @Override
        public int executeUpdate() throws SQLException {
            return InterceptedDataSource.this.execute(
                    sql, () -> getDelegatePreparedStatement().executeUpdate());
        }

        @Override
        public long[] executeLargeBatch() throws SQLException {
            return InterceptedDataSource.this.executeLargeBatch(getDelegatePreparedStatement());
        }
    }
}
