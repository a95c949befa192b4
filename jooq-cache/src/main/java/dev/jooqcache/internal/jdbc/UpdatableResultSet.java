package dev.jooqcache.internal.jdbc;

import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.internal.transaction.Session.VoidCall;
import dev.jooqcache.internal.transaction.UntakenResults;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A result set whose {@code insertRow}, {@code updateRow} and {@code deleteRow} are writes like any other. */
final class UpdatableResultSet extends TrackedResultSet {

    UpdatableResultSet(ResultSet rows, Statement statement, Session session, UntakenResults untaken) {
        super(rows, statement, session, untaken);
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

    private void write(VoidCall call) throws SQLException {
        session.run(StatementEffect.UNKNOWN, session.source().schemas().version(), call.asCall());
    }
}
