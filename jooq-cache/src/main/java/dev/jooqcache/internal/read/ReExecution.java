package dev.jooqcache.internal.read;

import dev.jooqcache.internal.replay.ReplayResultSet;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jooq.Configuration;
import org.jooq.ConnectionProvider;
import org.jooq.ExecuteListenerProvider;
import org.jooq.ResultQuery;

/**
 * Executes the query again, without the cache, when a replay cannot answer.
 *
 * @param configuration the configuration of the execution
 * @param query the query
 * @param provider provides the connection
 * @param onExecution is told before the query is sent
 */
record ReExecution(Configuration configuration, ResultQuery<?> query, ConnectionProvider provider, Runnable onExecution)
        implements ReplayResultSet.LiveExecution {

    @Override
    public ResultSet execute() throws SQLException {
        onExecution.run();
        ResultSet live = withoutListeners(configuration.derive(provider))
                .dsl()
                .fetchLazy(query)
                .resultSet();
        if (live == null) throw new SQLException("the query has no result set");
        return live;
    }

    /** Sends the query of a hit after all, since the next statement may ask about it. */
    static void resend(Configuration configuration, ResultQuery<?> query, Connection connection) {
        withoutListeners(configuration.derive(connection))
                .dsl()
                .fetchLazy(query)
                .close();
    }

    private static Configuration withoutListeners(Configuration derived) {
        derived.set(new ExecuteListenerProvider[0]);
        return derived;
    }
}
