package dev.jooqcache;

import java.sql.Connection;
import java.sql.SQLException;
import org.jooq.CloseableDSLContext;
import org.jooq.Configuration;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DefaultDSLContext;

/** A cached context that owns its connection. */
final class OwnedConnectionContext extends DefaultDSLContext implements CloseableDSLContext {

    private static final long serialVersionUID = 1L;

    private final transient CloseableDSLContext plain;

    OwnedConnectionContext(Configuration cached, CloseableDSLContext plain) {
        super(cached);
        this.plain = plain;
    }

    /**
     * Closes the tracked connection, so that the cache sees its end. A transaction that is still open is rolled back first, as the
     * databases do it: its outcome would not be known otherwise.
     */
    @Override
    public void close() {
        try {
            Connection connection = configuration().connectionProvider().acquire();
            if (connection != null) end(connection);
        } catch (SQLException | DataAccessException e) {
            // As jOOQ's own context, which ignores it.
        } finally {
            plain.close();
        }
    }

    private static void end(Connection connection) throws SQLException {
        try (connection) {
            if (!connection.isClosed() && !connection.getAutoCommit()) connection.rollback();
        }
    }
}
