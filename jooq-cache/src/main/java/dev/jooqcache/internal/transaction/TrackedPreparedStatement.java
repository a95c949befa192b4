package dev.jooqcache.internal.transaction;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A prepared statement whose executions pass through the session. */
final class TrackedPreparedStatement extends NotingPreparedStatement {

    private final String sql;
    private final StatementTracker tracker;

    TrackedPreparedStatement(String sql, PreparedStatement raw, TrackedConnection connection) {
        super(raw, connection);
        this.sql = sql;
        this.tracker = new StatementTracker(connection.session());
    }

    @Override
    protected @Nullable ResultSet wrap(@Nullable ResultSet rows) {
        return tracker.wrap(rows, this);
    }

    @Override
    public @Nullable ResultSet executeQuery() throws SQLException {
        return wrap(tracker.run(sql, sent, () -> getDelegatePreparedStatement().executeQuery()));
    }

    @Override
    public boolean execute() throws SQLException {
        return tracker.run(sql, sent, () -> getDelegatePreparedStatement().execute());
    }

    @Override
    public int executeUpdate() throws SQLException {
        return tracker.run(sql, sent, () -> getDelegatePreparedStatement().executeUpdate());
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return tracker.run(sql, sent, () -> getDelegatePreparedStatement().executeLargeUpdate());
    }

    @Override
    public void addBatch() throws SQLException {
        tracker.addBatch(sql, sent);
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
}
