package dev.jooqcache.internal.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import org.jooq.tools.jdbc.DefaultConnection;
import org.jspecify.annotations.Nullable;

/** A connection in a global transaction of its own, which is rolled back when the connection is closed. */
final class QuestioningConnection extends DefaultConnection {

    private final JtaTransaction transaction;

    private QuestioningConnection(Connection connection, JtaTransaction transaction) {
        super(connection);
        this.transaction = transaction;
    }

    /** Takes a connection in the transaction that was just begun, and rolls that back if there is none. */
    static @Nullable Connection of(InDoubtCommits.Asker pool, JtaTransaction transaction) throws SQLException {
        try {
            Connection connection = pool.connection();
            if (connection == null) JtaTransaction.rollback(transaction);
            return connection == null ? null : new QuestioningConnection(connection, transaction);
        } catch (SQLException | RuntimeException | Error e) {
            JtaTransaction.rollback(transaction);
            throw e;
        }
    }

    @Override
    public void close() throws SQLException {
        try {
            getDelegate().close();
        } finally {
            JtaTransaction.rollback(transaction);
        }
    }
}
