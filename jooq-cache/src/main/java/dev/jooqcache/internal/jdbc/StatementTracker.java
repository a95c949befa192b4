package dev.jooqcache.internal.jdbc;

import dev.jooqcache.internal.dependency.BindValues;
import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.transaction.LookBack;
import dev.jooqcache.internal.transaction.Question;
import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.internal.transaction.Session.SqlCall;
import dev.jooqcache.internal.transaction.TrackedSource;
import dev.jooqcache.internal.transaction.UntakenResults;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Wrapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the three kinds of tracked statements share: the effect of their SQL, and of their batch. */
final class StatementTracker {

    /** What is told apart of a batch; of more executions than that, tables are taken as a whole. */
    private static final int MOST_EXECUTIONS = 64;

    private final Session session;
    private final UntakenResults untaken;
    private final Map<String, List<BindValues>> batch = new LinkedHashMap<>();
    private int executions;

    StatementTracker(Session session, Statement raw) {
        this.session = session;
        this.untaken = new UntakenResults(session, raw);
    }

    <T> T run(String sql, SqlCall<T> call) throws SQLException {
        return run(sql, BindValues.NONE, call);
    }

    <T> T run(String sql, BindValues binds, SqlCall<T> call) throws SQLException {
        long version = session.source().schemas().version();
        StatementEffect effect = effect(sql).with(binds);
        return session.ask(question(sql), () -> session.run(sql, effect, version, call, untaken));
    }

    /** The statement was asked for its next result. */
    boolean moved(boolean isRows) {
        if (!isRows) untaken.ended();
        return isRows;
    }

    /** The statement was closed, and with it all that it has not answered yet. */
    void closed() {
        untaken.closed();
    }

    /** Something is sent to the database that is no statement of the user's. */
    void touched() {
        session.touched();
    }

    void addBatch(String sql) {
        // What it told apart so far is less than that.
        batch.put(sql, new ArrayList<>(List.of(BindValues.NONE)));
    }

    void addBatch(String sql, SentValues binds) {
        if (executions++ >= MOST_EXECUTIONS) addBatch(sql);
        else batch.computeIfAbsent(sql, first -> new ArrayList<>()).add(binds.copy());
    }

    void clearBatch() {
        batch.clear();
        executions = 0;
    }

    <T> T runBatch(SqlCall<T> call) throws SQLException {
        // Not when they were added: what they set off may have changed since.
        long version = session.source().schemas().version();
        StatementEffect effect = StatementEffect.NONE;
        LookBack question = LookBack.NONE;
        for (Map.Entry<String, List<BindValues>> statement : batch.entrySet()) {
            StatementEffect each = effect(statement.getKey());
            for (BindValues binds : statement.getValue()) effect = effect.then(each.with(binds));
            LookBack asked = question(statement.getKey());
            if (asked.compareTo(question) > 0) question = asked;
        }
        StatementEffect all = effect;
        T result = session.ask(question, () -> session.run(null, all, version, call, untaken));
        // Not if it fails: a driver that cannot do this call keeps the batch for another one.
        clearBatch();
        return result;
    }

    private StatementEffect effect(String sql) {
        TrackedSource source = session.source();
        // What is asked about the last statement would be told of the cache's own.
        boolean isAsking = question(sql).isTold();
        if (!isAsking && (source.isInspected() || source.effects().needsSchema(source, sql))) session.learnSchema();
        return source.effects().of(source, sql);
    }

    private LookBack question(String sql) {
        return session.source().effects().question(session.source(), sql);
    }

    /** A result set through which rows, or what they refer to, can be changed passes its writes through the session. */
    @Nullable
    ResultSet wrap(@Nullable ResultSet rows, Statement statement) {
        return wrap(rows, statement, untaken);
    }

    /** The keys of what was written, which can be read and closed while the statement's rows are still streamed. */
    @Nullable
    ResultSet keys(@Nullable ResultSet keys, Statement statement) {
        return wrap(keys, statement, new UntakenResults(session));
    }

    private @Nullable ResultSet wrap(@Nullable ResultSet rows, Statement statement, UntakenResults ended) {
        if (rows == null) return null;
        return isUpdatable(rows)
                ? new UpdatableResultSet(rows, statement, session, ended)
                : new TrackedResultSet(rows, statement, session, ended);
    }

    /** Returns whether rows can be changed through a result set; one that does not tell may be updatable. */
    private static boolean isUpdatable(ResultSet rows) {
        return Question.answer(rows::getConcurrency, ResultSet.CONCUR_UPDATABLE) == ResultSet.CONCUR_UPDATABLE;
    }

    /** A value of a call's, as one of a result set. */
    @Nullable
    Object wrap(@Nullable Object value, Statement statement) {
        if (value instanceof ResultSet rows) return wrap(rows, statement);
        return value == null ? null : value(value, statement);
    }

    <T extends @Nullable Object> T value(T value, Statement statement) {
        return TrackedValue.of(value, statement, session);
    }

    <T> T value(Class<T> type, T value, Statement statement) {
        return TrackedValue.as(type, value, statement, session);
    }

    /** The caller gets at the driver's own statement, past the session. */
    <T> T unwrap(Wrapper outer, Statement raw, Class<T> type) throws SQLException {
        if (type.isInstance(outer)) return type.cast(outer);
        session.exposed();
        return raw.unwrap(type);
    }
}
