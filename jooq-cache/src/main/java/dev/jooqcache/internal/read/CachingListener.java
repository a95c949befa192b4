package dev.jooqcache.internal.read;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.analysis.AnalyzedStatement;
import dev.jooqcache.internal.entry.CachedResult;
import dev.jooqcache.internal.jdbc.TrackedConnectionProvider;
import dev.jooqcache.internal.key.Fingerprints;
import dev.jooqcache.internal.key.JooqInternals;
import dev.jooqcache.internal.read.MissRecorder.Step;
import dev.jooqcache.internal.read.ReadDecision.Bypass;
import dev.jooqcache.internal.read.ReadDecision.Hit;
import dev.jooqcache.internal.read.ReadDecision.Miss;
import dev.jooqcache.internal.read.ReadDecision.NotStored;
import dev.jooqcache.internal.replay.ReplayConnection;
import dev.jooqcache.internal.replay.ReplayResultSet;
import dev.jooqcache.internal.transaction.Question;
import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.internal.transaction.TrackedSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jooq.ConnectionProvider;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteContext.BatchMode;
import org.jooq.ExecuteListener;
import org.jooq.Query;
import org.jooq.ResultQuery;
import org.jspecify.annotations.Nullable;

/**
 * Follows one execution through jOOQ's events.
 *
 * <ol>
 *   <li>{@code start}: the connection is to be a tracked one, whatever provides it.
 *   <li>{@code renderEnd}: the SQL is known, no connection is taken. {@link ReadDecider} decides: hit, miss or bypass.
 *   <li>{@code executeEnd}: exchange the result set, for the recorded one (hit) or one that records (miss, {@link
 *       MissRecorder}).
 *   <li>{@code end}: store and count.
 * </ol>
 *
 * <p>One instance per execution, used by one thread at a time. Nothing that goes wrong in here reaches the query.
 */
final class CachingListener implements ExecuteListener {

    private static final long serialVersionUID = 1L;

    private final transient CacheEngine engine;
    private transient @Nullable TrackedConnectionProvider provider;

    /** Of an execution that is a read. */
    private transient @Nullable ReadDecider read;

    private transient @Nullable ReadDecision decision;

    /** What went wrong before it was known whether the execution is a read. */
    private transient @Nullable Bypass failure;

    /** Of a hit. */
    private transient @Nullable ReplayConnection replay;

    /** Of a hit whose result set was exchanged. */
    private transient @Nullable ReplayResultSet replayed;

    /** Of a miss that was to be recorded when it was decided. */
    private transient @Nullable MissRecorder recorder;

    /** Which snapshot the query was executed in, until its first row is read. */
    private transient @Nullable Object snapshot;

    private transient int batchIndex;
    private transient boolean counted;

    CachingListener(CacheEngine engine) {
        this.engine = engine;
    }

    boolean isOf(CacheEngine cache) {
        return engine == cache;
    }

    @Override
    public void start(ExecuteContext ctx) {
        guarded("start", () -> {
            ConnectionProvider given = JooqInternals.connectionProvider(ctx);
            if (given == null) return;
            try {
                provider = engine.tracking.follow(given);
                // Before anything else can fail: writes must be seen even then.
                ctx.connectionProvider(provider);
                engine.tracking.look(ctx.configuration().connectionFactory());
            } catch (IllegalStateException e) {
                throw new RefusedException(e);
            }
        });
    }

    @Override
    public void renderEnd(ExecuteContext ctx) {
        TrackedConnectionProvider tracked = provider;
        if (tracked == null) return;
        guarded("renderEnd", () -> {
            Query query = ctx.query();
            if (ctx.batchMode() != BatchMode.NONE) analyzeBatch(ctx, tracked);
            else if (query instanceof ResultQuery<?> reading) decide(ctx, reading, tracked);
            else if (query != null) analyze(ctx, query, tracked);
        });
        HeldConnection held = read == null ? null : read.held();
        if (held != null && !(decision instanceof Hit)) ctx.connectionProvider(held);
    }

    /** Makes the analysis known to the connection, which sees only the text. */
    private void analyze(ExecuteContext ctx, Query query, TrackedConnectionProvider tracked) {
        String sql = ctx.sql();
        TrackedSource source = source(ctx, tracked);
        if (sql != null && source != null) engine.statements.of(query, sql, ctx.configuration(), source);
    }

    /** The data source that an execution which is no read leads to; its connection is taken early if only that tells. */
    private static @Nullable TrackedSource source(ExecuteContext ctx, TrackedConnectionProvider tracked) {
        TrackedSource known = tracked.source();
        if (known != null) return known;
        Connection connection;
        try {
            connection = ctx.connection();
        } catch (RuntimeException e) {
            throw new RefusedException(e);
        }
        Session own = connection == null ? null : TrackedConnectionProvider.sessionOf(connection);
        return own == null ? null : own.source();
    }

    private void analyzeBatch(ExecuteContext ctx, TrackedConnectionProvider tracked) {
        Query[] queries = ctx.batchQueries();
        String[] sql = ctx.batchSQL();
        int i = batchIndex++;
        TrackedSource source = source(ctx, tracked);
        if (source != null && i < queries.length && i < sql.length && queries[i] != null && sql[i] != null)
            engine.statements.of(queries[i], sql[i], ctx.configuration(), source);
    }

    private void decide(ExecuteContext ctx, ResultQuery<?> query, TrackedConnectionProvider tracked) {
        ReadDecider decider = new ReadDecider(engine, tracked);
        read = decider;
        if (failure != null) {
            decision = failure;
            return;
        }
        ReadDecision decided = decider.decide(ctx, query);
        AnalyzedStatement statement = decider.statement();
        Fingerprints.Key key = decider.key();
        if (statement != null && key != null && decided instanceof Miss miss)
            recorder = new MissRecorder(engine, decider, miss, statement, key, this::guarded);
        decision = decided;
        if (statement != null && decided instanceof Hit) serve(ctx, query, decider, statement, tracked);
    }

    private void serve(
            ExecuteContext ctx,
            ResultQuery<?> query,
            ReadDecider decider,
            AnalyzedStatement statement,
            ConnectionProvider real) {
        statement.admission().hit();
        Session session = decider.session();
        if (session != null) session.answered(connection -> ReExecution.resend(ctx.configuration(), query, connection));
        replay = new ReplayConnection(statement.sql(), real);
        ctx.connectionProvider(replay);
    }

    @Override
    public void prepareStart(ExecuteContext ctx) {
        ReplayConnection serving = replay;
        if (serving != null) serving.arm();
    }

    @Override
    public void prepareEnd(ExecuteContext ctx) {
        ReplayConnection serving = replay;
        if (serving == null || !(decision instanceof Hit) || serving.isServed(ctx.statement())) return;
        // Another listener has changed the SQL, or the result set is to be updatable or scrollable.
        refuse(BypassReason.RESULT_SET_TYPE, "");
    }

    @Override
    public void executeEnd(ExecuteContext ctx) {
        ReplayConnection serving = replay;
        if (decision instanceof Hit && serving != null && !serving.isReplayed())
            refuse(BypassReason.PLAIN_SQL, "another listener changed the SQL");
        ReadDecider decider = read;
        if (decision instanceof Hit hit) replay(ctx, hit.result());
        else if (decider != null) guarded("executeEnd", () -> executed(ctx, decider.statement()));
    }

    private void executed(ExecuteContext ctx, @Nullable AnalyzedStatement statement) {
        Session current = TrackedConnectionProvider.sessionOf(ctx.connection());
        MissRecorder recording = recorder;
        if (current != null) snapshot = current.snapshot();
        if (current == null || !current.mayNextIsolationVary()) {
            if (recording != null) recording.executed(ctx, current);
            return;
        }
        // The level is used up by this query, which is too late for its own result.
        if (recording != null) recording.refuse(BypassReason.ISOLATION, "");
        if (statement != null) current.levelPerhapsUsed(statement.tablesRead()::isOpened);
    }

    @Override
    public void recordStart(ExecuteContext ctx) {
        Object executedIn = snapshot;
        AnalyzedStatement statement = read == null ? null : read.statement();
        if (executedIn == null) return;
        snapshot = null;
        // What is read with a lock, or past the users' tables, tells nothing of the snapshot.
        if (statement == null || statement.reason() != null) return;
        guarded("recordStart", () -> {
            Session current = TrackedConnectionProvider.sessionOf(ctx.connection());
            if (current != null) current.rowRead(executedIn, statement.tablesRead()::isShown);
        });
    }

    private void replay(ExecuteContext ctx, CachedResult found) {
        TrackedConnectionProvider real = provider;
        PreparedStatement mock = ctx.statement();
        if (real == null || mock == null || !(ctx.query() instanceof ResultQuery<?> query))
            throw new IllegalStateException("a hit without its query");
        // A plain-SQL query of the same text stops at the first update count, on a hit as on the database.
        if (ctx.resultSet() == null) return;
        // A replay that is asked for a value that was not recorded executes the query after all.
        ReExecution live =
                new ReExecution(ctx.configuration(), query, real, () -> refuse(BypassReason.UNKNOWN_RESULT_VALUE, ""));
        int limit = Question.answer(mock::getMaxRows, 0);
        ExecutionProbe.answered(engine, limit);
        ReplayResultSet rows = new ReplayResultSet(found, limit, mock, live);
        replayed = rows;
        ctx.resultSet(rows);
    }

    @Override
    public void fetchStart(ExecuteContext ctx) {
        ReplayResultSet rows = replayed;
        if (rows != null) rows.readByJooq();
    }

    @Override
    public void warning(ExecuteContext ctx) {
        if (recorder != null) recorder.warned();
    }

    @Override
    public void end(ExecuteContext ctx) {
        if (recorder != null) recorder.ended();
        HeldConnection held = read == null ? null : read.held();
        // jOOQ releases what it has acquired; what it never asked for is released here.
        if (held != null && ctx.statement() == null) guarded("end", held::release);
        if (read == null || counted) return;
        counted = true;
        if (decision == null) refuse(MissRecorder.incomplete(ctx), "");
        count(ctx, read.statement());
    }

    private void count(ExecuteContext ctx, @Nullable AnalyzedStatement statement) {
        Object tables = statement == null ? "" : statement.tables();
        MissRecorder recording = recorder;
        if (recording != null && recording.isStored()) {
            engine.counters.misses.increment();
            ReadLog.stored(engine, ctx.sql(), tables);
            return;
        }
        ReadDecision ended = recording == null ? decision : recording.refusal(ctx);
        if (ended instanceof Hit) {
            engine.served(ctx.sql(), tables);
        } else if (ended instanceof NotStored miss) {
            engine.counters.missed(miss.reason());
            ReadLog.executed(engine, ctx.sql(), miss.reason(), miss.detail());
        } else if (ended instanceof Bypass bypass) {
            engine.counters.bypassed(bypass.reason());
            ReadLog.executed(engine, ctx.sql(), bypass.reason(), bypass.detail());
        }
    }

    /** Leaves the query to the database and stores nothing, for the first reason that is given. */
    private void refuse(BypassReason reason, String detail) {
        if (recorder != null) recorder.refuse(reason, detail);
        else if (read == null) failure = new Bypass(reason, detail);
        else if (decision == null || decision instanceof Hit) decision = read.refused(reason, detail);
    }

    private void guarded(String where, Step step) {
        try {
            step.run();
        } catch (RefusedException e) {
            throw e.failure();
        } catch (SQLException | RuntimeException | Error e) {
            engine.failed(where, e);
            refuse(BypassReason.CACHE_FAILURE, where);
        }
    }
}
