package dev.jooqcache.internal.read;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.analysis.AnalyzedStatement;
import dev.jooqcache.internal.dependency.ReadDependencies;
import dev.jooqcache.internal.entry.Extent;
import dev.jooqcache.internal.jdbc.TrackedConnectionProvider;
import dev.jooqcache.internal.key.Fingerprints;
import dev.jooqcache.internal.read.ReadDecision.Miss;
import dev.jooqcache.internal.read.ReadDecision.NotStored;
import dev.jooqcache.internal.replay.Recording;
import dev.jooqcache.internal.replay.RecordingResultSet;
import dev.jooqcache.internal.replay.ReplayConnection;
import dev.jooqcache.internal.transaction.Question;
import dev.jooqcache.internal.transaction.ReadVisibility;
import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.Stamp;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jooq.ExecuteContext;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * Records the rows of a miss while jOOQ reads them, and stores them if they are still exact then (rule P4).
 *
 * <p>One instance per execution, used by one thread at a time.
 */
final class MissRecorder {

    private final CacheEngine engine;
    private final ReadDecider read;
    private final Miss miss;
    private final AnalyzedStatement statement;
    private final Fingerprints.Key key;
    private final Guard guard;
    private @Nullable Recording recording;

    /** Whether jOOQ reads the result set as the driver answered it. */
    private boolean isAsAnswered;

    /** Stores what was recorded, unless the database turns out to have had warnings. */
    private @Nullable Step store;

    private @Nullable NotStored refused;
    private boolean stored;

    MissRecorder(
            CacheEngine engine,
            ReadDecider read,
            Miss miss,
            AnalyzedStatement statement,
            Fingerprints.Key key,
            Guard guard) {
        this.engine = engine;
        this.read = read;
        this.miss = miss;
        this.statement = statement;
        this.key = key;
        this.guard = guard;
    }

    /** Begins to record, if the execution is one whose rows may be stored. */
    void executed(ExecuteContext ctx, @Nullable Session current) {
        ResultSet rows = ctx.resultSet();
        PreparedStatement prepared = ctx.statement();
        if (refused != null || rows == null || prepared == null) return;
        if (!statement.sql().equals(ctx.sql())) {
            refuse(BypassReason.PLAIN_SQL, "another listener changed the SQL");
            return;
        }
        if (!isReadOnce(rows, prepared)) {
            refuse(BypassReason.RESULT_SET_TYPE, "");
            return;
        }
        int columns = Question.answer(() -> rows.getMetaData().getColumnCount(), -1);
        int limit = Question.answer(prepared::getMaxRows, -1);
        if (columns < 0 || limit < 0) {
            refuse(BypassReason.RESULT_INCOMPLETE, columns < 0 ? "number of columns unknown" : "maxRows unknown");
            return;
        }
        if (current == null) {
            refuse(BypassReason.UNTRACKED_TRANSACTION, "");
            return;
        }
        // Not when the last row was read: the rows are those of the present transaction, which may have ended by then.
        ReadVisibility executed = current.reading(read.tags(), ctx.dialect());
        if (executed instanceof ReadVisibility.Private own) {
            refuse(own.reason(), "");
            return;
        }
        isAsAnswered = TrackedConnectionProvider.isAsAnswered(rows);
        // Perhaps one of another listener's, which others do not have.
        if (!isAsAnswered && !ListenerCheck.isSo(ctx.configuration(), engine)) {
            refuse(
                    BypassReason.RESULT_INCOMPLETE,
                    "another listener has perhaps put a result set of its own around it");
            return;
        }
        current.queryExecuted();
        Recording started = new Recording(
                columns, statement.limits().maximumRows(engine.settings.maximumRows()), engine.settings.maximumBytes());
        ExecutionProbe.answered(engine, limit);
        recording = started;
        ctx.resultSet(new RecordingResultSet(
                rows,
                started,
                () -> guard.run("store", () -> complete(started, current, executed, ctx.dialect(), limit))));
    }

    /**
     * Returns whether its rows are read forwards and cannot be changed. A wrapper that does not know is asked for its
     * statement.
     */
    private static boolean isReadOnce(ResultSet rows, PreparedStatement prepared) {
        Integer type = Question.answer(rows::getType);
        if (type == null) type = Question.answer(prepared::getResultSetType);
        Integer concurrency = Question.answer(rows::getConcurrency);
        if (concurrency == null) concurrency = Question.answer(prepared::getResultSetConcurrency);
        return type != null && concurrency != null && ReplayConnection.isReadOnce(type, concurrency);
    }

    /** The last row was read. */
    private void complete(Recording done, Session current, ReadVisibility executed, SQLDialect dialect, int limit) {
        if (stored || store != null || refused != null) return;
        // The connection has perhaps written since the execution, and its rows are those of now on some databases.
        ReadVisibility visibility = current.reading(read.tags(), dialect);
        BypassReason why = visibility instanceof ReadVisibility.Private own
                ? own.reason()
                : ReadDecider.privacy(executed, miss.captured());
        if (done.cancelled() != null) refuse(done.cancelled(), "");
        else if (!key.fingerprint().dataSource().equals(current.place())) refuse(current.whyUnplaced(), "");
        else if (limit > 0 && done.rows() >= limit) refuse(BypassReason.RESULT_INCOMPLETE, "maxRows");
        else if (current.isAltered() && read.scope().isEmpty()) refuse(BypassReason.SESSION_STATE, "");
        else if (why != null) refuse(why, "");
        else {
            Stamp stamp = miss.since().until(Math.min(ReadDecider.clock(executed), ReadDecider.clock(visibility)));
            // jOOQ asks for warnings when all rows are read, and before this execution ends.
            store = () -> store(done, stamp);
        }
    }

    private void store(Recording done, Stamp stamp) {
        Fingerprint fingerprint = key.fingerprint();
        List<Extent> extents =
                statement.plan().extents(key.binds(), isAsAnswered ? done : ReadDependencies.ResultRows.UNKNOWN);
        if (!engine.stands(extents, stamp)) refuse(BypassReason.WRITTEN_MEANWHILE, "");
        else if (engine.put(fingerprint, done.finish(fingerprint, stamp, extents), timeToLive())) {
            stored = true;
            statement.admission().stored();
        } else refuse(BypassReason.CACHE_FAILURE, "not accepted by the store");
    }

    private @Nullable Duration timeToLive() {
        Duration hinted = read.options().expireAfterWrite();
        return hinted == null ? statement.limits().expireAfterWrite(engine.settings.timeToLive()) : hinted;
    }

    /** The database has warned of something. A hit would have no warnings. */
    void warned() {
        if (recording != null) recording.cancel(BypassReason.UNKNOWN_RESULT_VALUE);
        if (store != null) refuse(BypassReason.UNKNOWN_RESULT_VALUE, "warnings");
        store = null;
    }

    /** The execution ends: no warning comes any more. */
    void ended() {
        Step storing = store;
        store = null;
        if (storing != null) guard.run("store", storing);
        land();
    }

    /** Stores nothing, for the first reason that is given. */
    void refuse(@Nullable BypassReason reason, String detail) {
        if (refused != null || reason == null) return;
        land();
        refused = new NotStored(reason, detail);
    }

    private void land() {
        if (miss.flight() != null) miss.flight().land();
    }

    boolean isStored() {
        return stored;
    }

    /** The reason why nothing was stored; if nothing else is known, jOOQ has not read all rows. */
    NotStored refusal(ExecuteContext ctx) {
        if (refused != null) return refused;
        BypassReason cancelled = recording == null || isFailed(ctx) ? null : recording.cancelled();
        return new NotStored(cancelled == null ? incomplete(ctx) : cancelled, "");
    }

    /** The reason of an execution of which nothing else is known. */
    static BypassReason incomplete(ExecuteContext ctx) {
        return isFailed(ctx) ? BypassReason.FAILED : BypassReason.RESULT_INCOMPLETE;
    }

    private static boolean isFailed(ExecuteContext ctx) {
        return ctx.exception() != null || ctx.sqlException() != null;
    }

    /** Runs a step so that nothing that goes wrong in it reaches the query. */
    @FunctionalInterface
    interface Guard {
        void run(String where, Step step);
    }

    /** A step of the cache. */
    @FunctionalInterface
    interface Step {
        void run() throws SQLException;
    }
}
