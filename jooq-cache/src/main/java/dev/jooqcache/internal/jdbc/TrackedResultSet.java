package dev.jooqcache.internal.jdbc;

import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.internal.transaction.UntakenResults;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Statement;
import java.util.Map;
import org.jooq.tools.jdbc.DefaultResultSet;
import org.jspecify.annotations.Nullable;

/**
 * A result set through whose values the database's content can be written, and by which the statement is known to have
 * ended: some databases execute it while its rows are read.
 */
sealed class TrackedResultSet extends DefaultResultSet permits UpdatableResultSet {

    private final @Nullable Statement statement;
    private final UntakenResults untaken;
    final Session session;

    TrackedResultSet(ResultSet rows, @Nullable Statement statement, Session session, UntakenResults untaken) {
        super(rows, statement);
        this.statement = statement;
        this.session = session;
        this.untaken = untaken;
    }

    private <T extends @Nullable Object> T tracked(T value) {
        return TrackedValue.of(value, statement, session);
    }

    @Override
    public @Nullable Statement getStatement() {
        return statement;
    }

    @Override
    public boolean next() throws SQLException {
        boolean more = super.next();
        if (!more) untaken.ended();
        return more;
    }

    @Override
    public void close() throws SQLException {
        super.close();
        untaken.ended();
    }

    @Override
    public @Nullable Array getArray(int column) throws SQLException {
        return tracked(super.getArray(column));
    }

    @Override
    public @Nullable Array getArray(String label) throws SQLException {
        return tracked(super.getArray(label));
    }

    /** Rows in a cell. */
    private @Nullable Object object(@Nullable Object value) {
        if (value instanceof ResultSet rows) return new TrackedResultSet(rows, statement, session, untaken);
        return value == null ? null : tracked(value);
    }

    private <T> T object(Class<T> type, T value) {
        if (value instanceof ResultSet rows && type.isAssignableFrom(TrackedResultSet.class))
            return type.cast(new TrackedResultSet(rows, statement, session, untaken));
        return TrackedValue.as(type, value, statement, session);
    }

    @Override
    public @Nullable Object getObject(int column) throws SQLException {
        return object(super.getObject(column));
    }

    @Override
    public @Nullable Object getObject(String label) throws SQLException {
        return object(super.getObject(label));
    }

    @Override
    public @Nullable Object getObject(int column, Map<String, Class<?>> types) throws SQLException {
        return object(super.getObject(column, types));
    }

    @Override
    public @Nullable Object getObject(String label, Map<String, Class<?>> types) throws SQLException {
        return object(super.getObject(label, types));
    }

    @Override
    public <T> T getObject(int column, Class<T> type) throws SQLException {
        return object(type, super.getObject(column, type));
    }

    @Override
    public <T> T getObject(String label, Class<T> type) throws SQLException {
        return object(type, super.getObject(label, type));
    }

    @Override
    public @Nullable Blob getBlob(int column) throws SQLException {
        return tracked(super.getBlob(column));
    }

    @Override
    public @Nullable Blob getBlob(String label) throws SQLException {
        return tracked(super.getBlob(label));
    }

    @Override
    public @Nullable Clob getClob(int column) throws SQLException {
        return tracked(super.getClob(column));
    }

    @Override
    public @Nullable Clob getClob(String label) throws SQLException {
        return tracked(super.getClob(label));
    }

    @Override
    public @Nullable NClob getNClob(int column) throws SQLException {
        return tracked(super.getNClob(column));
    }

    @Override
    public @Nullable NClob getNClob(String label) throws SQLException {
        return tracked(super.getNClob(label));
    }

    @Override
    public @Nullable SQLXML getSQLXML(int column) throws SQLException {
        return tracked(super.getSQLXML(column));
    }

    @Override
    public @Nullable SQLXML getSQLXML(String label) throws SQLException {
        return tracked(super.getSQLXML(label));
    }

    @Override
    public @Nullable Ref getRef(int column) throws SQLException {
        return tracked(super.getRef(column));
    }

    @Override
    public @Nullable Ref getRef(String label) throws SQLException {
        return tracked(super.getRef(label));
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) return type.cast(this);
        session.exposed();
        return getDelegate().unwrap(type);
    }
}
