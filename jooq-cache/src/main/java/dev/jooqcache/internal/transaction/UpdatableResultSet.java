package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.transaction.Session.VoidCall;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jooq.tools.jdbc.DefaultResultSet;

/** A result set whose {@code insertRow}, {@code updateRow} and {@code deleteRow} are writes like any other. */
final class UpdatableResultSet extends DefaultResultSet {

    private final Session session;

    UpdatableResultSet(ResultSet rows, Session session) {
        super(rows);
        this.session = session;
    }

    @Override
    public void insertRow() throws SQLException {
        write(() -> getDelegate().insertRow());
    }

    @Override
    public void updateRow() throws SQLException {
        write(() -> getDelegate().updateRow());
    }

    @Override
    public void deleteRow() throws SQLException {
        write(() -> getDelegate().deleteRow());
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) return type.cast(this);
        session.exposed();
        return getDelegate().unwrap(type);
    }

    private void write(VoidCall call) throws SQLException {
        session.run(Effect.UNKNOWN, session.source().schemas().version(), call.asCall());
    }
}
