package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.transaction.Session.SqlCall;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Wrapper;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the three kinds of tracked statements share: the effect of their SQL, and of their batch. */
final class StatementTracker {

    private final Session session;
    private final Set<String> batch = new LinkedHashSet<>();

    StatementTracker(Session session) {
        this.session = session;
    }

    <T> T run(String sql, SqlCall<T> call) throws SQLException {
        long version = session.source().schemas().version();
        return session.run(effect(sql), version, call);
    }

    void addBatch(String sql) {
        batch.add(sql);
    }

    void clearBatch() {
        batch.clear();
    }

    <T> T runBatch(SqlCall<T> call) throws SQLException {
        // Not when they were added: what they set off may have changed since.
        long version = session.source().schemas().version();
        Effect effect = Effect.NONE;
        for (String sql : batch) effect = effect.then(effect(sql));
        batch.clear();
        return session.run(effect, version, call);
    }

    private Effect effect(String sql) {
        session.learnSchema();
        return session.source().effects().of(session.source(), sql);
    }

    /** A result set through which rows can be changed passes its writes through the session as well. */
    @Nullable
    ResultSet wrap(@Nullable ResultSet rows) {
        try {
            return rows != null && rows.getConcurrency() == ResultSet.CONCUR_UPDATABLE
                    ? new UpdatableResultSet(rows, session)
                    : rows;
        } catch (SQLException e) {
            return rows;
        }
    }

    /** The caller gets at the driver's own statement, past the session. */
    <T> T unwrap(Wrapper outer, Statement raw, Class<T> type) throws SQLException {
        if (type.isInstance(outer)) return type.cast(outer);
        session.exposed();
        return raw.unwrap(type);
    }
}
