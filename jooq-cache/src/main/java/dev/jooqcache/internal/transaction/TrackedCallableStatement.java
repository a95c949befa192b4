package dev.jooqcache.internal.transaction;

import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.util.Map;
import org.jooq.tools.jdbc.DefaultCallableStatement;
import org.jspecify.annotations.Nullable;

/** A callable statement whose executions pass through the session. */
final class TrackedCallableStatement extends DefaultCallableStatement {

    private final String sql;
    private final TrackedConnection connection;
    private final StatementTracker tracker;

    TrackedCallableStatement(String sql, CallableStatement raw, TrackedConnection connection) {
        super(raw);
        this.sql = sql;
        this.connection = connection;
        this.tracker = new StatementTracker(connection.session());
    }

    @Override
    public Connection getConnection() {
        return connection;
    }

    @Override
    protected @Nullable ResultSet wrap(@Nullable ResultSet rows) {
        return tracker.wrap(rows, this);
    }

    @Override
    public @Nullable ResultSet executeQuery() throws SQLException {
        return wrap(tracker.run(sql, () -> getDelegatePreparedStatement().executeQuery()));
    }

    @Override
    public boolean execute() throws SQLException {
        return tracker.run(sql, () -> getDelegatePreparedStatement().execute());
    }

    @Override
    public int executeUpdate() throws SQLException {
        return tracker.run(sql, () -> getDelegatePreparedStatement().executeUpdate());
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return tracker.run(sql, () -> getDelegatePreparedStatement().executeLargeUpdate());
    }

    @Override
    public void addBatch() throws SQLException {
        tracker.addBatch(sql);
        super.addBatch();
    }

    @Override
    public void clearBatch() throws SQLException {
        tracker.clearBatch();
        super.clearBatch();
    }

    @Override
    public int[] executeBatch() throws SQLException {
        return tracker.runBatch(() -> getDelegateStatement().executeBatch());
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        return tracker.runBatch(() -> getDelegateStatement().executeLargeBatch());
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return tracker.unwrap(this, getDelegateStatement(), type);
    }

    /** Some drivers allow other SQL on a prepared statement. */
    @Override
    public boolean execute(String other) throws SQLException {
        return tracker.run(other, () -> getDelegateStatement().execute(other));
    }

    @Override
    public int executeUpdate(String other) throws SQLException {
        return tracker.run(other, () -> getDelegateStatement().executeUpdate(other));
    }

    @Override
    public @Nullable ResultSet executeQuery(String other) throws SQLException {
        return wrap(tracker.run(other, () -> getDelegateStatement().executeQuery(other)));
    }

    @Override
    public void addBatch(String other) throws SQLException {
        tracker.addBatch(other);
        super.addBatch(other);
    }

    @Override
    public @Nullable Blob getBlob(int parameter) throws SQLException {
        return tracker.locator(super.getBlob(parameter));
    }

    @Override
    public @Nullable Blob getBlob(String parameter) throws SQLException {
        return tracker.locator(super.getBlob(parameter));
    }

    @Override
    public @Nullable Clob getClob(int parameter) throws SQLException {
        return tracker.locator(super.getClob(parameter));
    }

    @Override
    public @Nullable Clob getClob(String parameter) throws SQLException {
        return tracker.locator(super.getClob(parameter));
    }

    @Override
    public @Nullable NClob getNClob(int parameter) throws SQLException {
        return tracker.locator(super.getNClob(parameter));
    }

    @Override
    public @Nullable NClob getNClob(String parameter) throws SQLException {
        return tracker.locator(super.getNClob(parameter));
    }

    @Override
    public @Nullable SQLXML getSQLXML(int parameter) throws SQLException {
        return tracker.locator(super.getSQLXML(parameter));
    }

    @Override
    public @Nullable SQLXML getSQLXML(String parameter) throws SQLException {
        return tracker.locator(super.getSQLXML(parameter));
    }

    @Override
    public @Nullable Ref getRef(int parameter) throws SQLException {
        return tracker.locator(super.getRef(parameter));
    }

    @Override
    public @Nullable Ref getRef(String parameter) throws SQLException {
        return tracker.locator(super.getRef(parameter));
    }

    @Override
    public @Nullable Object getObject(int parameter) throws SQLException {
        return tracker.wrap(super.getObject(parameter), this);
    }

    @Override
    public @Nullable Object getObject(int parameter, Map<String, Class<?>> types) throws SQLException {
        return tracker.wrap(super.getObject(parameter, types), this);
    }

    @Override
    public <T> T getObject(int parameter, Class<T> type) throws SQLException {
        return tracker.locator(super.getObject(parameter, type));
    }

    @Override
    public @Nullable Object getObject(String parameter) throws SQLException {
        return tracker.wrap(super.getObject(parameter), this);
    }

    @Override
    public @Nullable Object getObject(String parameter, Map<String, Class<?>> types) throws SQLException {
        return tracker.wrap(super.getObject(parameter, types), this);
    }

    @Override
    public <T> T getObject(String parameter, Class<T> type) throws SQLException {
        return tracker.locator(super.getObject(parameter, type));
    }
}
