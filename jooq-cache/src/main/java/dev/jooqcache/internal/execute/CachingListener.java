package dev.jooqcache.internal.execute;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheAdmission;
import dev.jooqcache.CacheHint;
import dev.jooqcache.internal.analysis.AnalyzedStatement;
import dev.jooqcache.internal.execute.CacheEngine.Obstacle;
import dev.jooqcache.internal.execute.Flights.Flight;
import dev.jooqcache.internal.generation.ReadPlan;
import dev.jooqcache.internal.transaction.Reading;
import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.internal.transaction.TrackedConnectionProvider;
import dev.jooqcache.internal.transaction.TrackedSource;
import dev.jooqcache.spi.CachedResult;
import dev.jooqcache.spi.Extent;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import dev.jooqcache.spi.Values.UnknownValueException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jooq.Configuration;
import org.jooq.ConnectionProvider;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteContext.BatchMode;
import org.jooq.ExecuteListener;
import org.jooq.ExecuteListenerProvider;
import org.jooq.Param;
import org.jooq.Query;
import org.jooq.ResultQuery;
import org.jooq.SQLDialect;
import org.jooq.tools.jdbc.BatchedConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one execution through jOOQ's events.
 *
 * <ol>
 *   <li>{@code start}: the connection is to be a tracked one, whoever provides it.
 *   <li>{@code renderEnd}: the SQL is known, no connection is taken. Decide: hit, miss or bypass.
 *   <li>{@code executeEnd}: exchange the result set, for the recorded one (hit) or one that records (miss).
 *   <li>The last row has been read: validate and store (rule P4).
 *   <li>{@code end}: count.
 * </ol>
 *
 * <p>One instance per execution, used by one thread at a time. Nothing that goes wrong in here reaches the query.
 */
final class CachingListener implements ExecuteListener {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache.decision");

    private final transient CacheEngine engine;
    private transient @Nullable TrackedConnectionProvider provider;
    private transient @Nullable HeldConnection held;
    private transient @Nullable Session session;
    private transient @Nullable AnalyzedStatement statement;
    private transient Fingerprints.@Nullable Key asked;
    private transient Tags tags = Tags.none();
    private transient @Nullable Stamp captured;
    private transient @Nullable Stamp since;
    private transient @Nullable CachedResult hit;
    private transient @Nullable ReplayConnection replay;
    private transient @Nullable Recording recording;
    private transient @Nullable Flight flight;
    private transient CacheHint hint = CacheHint.none();
    private transient String scope = "";
    private transient @Nullable BypassReason bypass;
    private transient String detail = "";
    private transient boolean isRead;
    private transient boolean willRecord;
    private transient boolean isAsAnswered;
    private transient boolean stored;
    private transient boolean counted;
    private transient int batchIndex;

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
            provider = engine.tracking.track(given);
            ctx.connectionProvider(provider);
        });
    }

    @Override
    public void renderEnd(ExecuteContext ctx) {
        TrackedConnectionProvider tracked = provider;
        if (tracked == null) return;
        guarded("renderEnd", () -> {
            Query query = ctx.query();
            if (ctx.batchMode() != BatchMode.NONE) analyzeBatch(ctx, tracked);
            else if (query instanceof ResultQuery<?> read) decide(ctx, read, tracked);
            else if (query != null) analyze(ctx, query, tracked.source());
        });
        if (isRead && hit == null) stayWithConnection(ctx);
    }

    /** Makes the analysis known to the connection, which sees only the text. */
    private void analyze(ExecuteContext ctx, Query query, TrackedSource source) {
        String sql = ctx.sql();
        if (sql != null) engine.statements.of(query, sql, ctx.configuration(), source);
    }

    private void analyzeBatch(ExecuteContext ctx, TrackedConnectionProvider tracked) {
        Query[] queries = ctx.batchQueries();
        String[] sql = ctx.batchSQL();
        int i = batchIndex++;
        if (i < queries.length && i < sql.length && queries[i] != null && sql[i] != null)
            engine.statements.of(queries[i], sql[i], ctx.configuration(), tracked.source());
    }

    private void decide(ExecuteContext ctx, ResultQuery<?> query, TrackedConnectionProvider tracked) {
        isRead = true;
        hint = CacheEngine.hint(ctx.configuration());
        scope = engine.scope(hint);
        if (engine.isClosed()) {
            bypass(BypassReason.CLOSED, "");
            return;
        }
        TrackedSource source = tracked.outside();
        boolean uniform = source != null && source.isUniform();
        if (!uniform) {
            session = hold(tracked);
            if (session == null) {
                bypass(BypassReason.UNTRACKED_TRANSACTION, "");
                return;
            }
            source = session.source();
            // What it asks about the last statement would be told of the cache's own.
            if (!engine.statements.question(source, ctx.sql()).isTold()) session.learnSchema();
        }
        if (source == null) return;
        AnalyzedStatement analyzed = engine.statements.of(query, ctx.sql(), ctx.configuration(), source);
        statement = analyzed;
        if (!candidate(query, analyzed)) return;
        Fingerprints.Key key = key(ctx, query, analyzed, source);
        if (key == null) return;
        asked = key;
        Reading reading = reading(ctx);
        if (reading instanceof Reading.Private own) bypass(own.reason(), "");
        else if (reading != null && !isServed(ctx, analyzed, reading)) miss(ctx, analyzed);
    }

    /** Takes the connection that the query will run on, in order to see its transaction. */
    private @Nullable Session hold(TrackedConnectionProvider tracked) {
        Connection connection = tracked.acquire();
        if (connection == null) return null;
        held = new HeldConnection(tracked, connection);
        return isBatched(connection) ? null : TrackedConnectionProvider.sessionOf(connection);
    }

    /** A connection that collects statements has writes of its own that the database has not seen. */
    private static boolean isBatched(Connection connection) {
        try {
            return connection instanceof BatchedConnection || connection.isWrapperFor(BatchedConnection.class);
        } catch (SQLException e) {
            return true;
        }
    }

    private boolean candidate(ResultQuery<?> query, AnalyzedStatement analyzed) {
        Obstacle obstacle = engine.obstacle(hint, analyzed, scope);
        if (obstacle != null) bypass(obstacle.reason(), obstacle.detail());
        else if (JooqInternals.fetchesMany(query)) bypass(BypassReason.NOT_A_SINGLE_QUERY, "fetchMany");
        else if (JooqInternals.keepsStatement(query)) bypass(BypassReason.KEPT_STATEMENT, "");
        else return true;
        return false;
    }

    private @Nullable Reading reading(ExecuteContext ctx) {
        Session current = session;
        if (current == null) return Reading.SHARED;
        if (current.isAltered() && scope.isEmpty()) {
            bypass(BypassReason.SESSION_STATE, "");
            return null;
        }
        if (current.isAskedBack()) {
            bypass(BypassReason.ASKED_BACK, "");
            return null;
        }
        return current.reading(tags(), ctx.dialect());
    }

    private Fingerprints.@Nullable Key key(
            ExecuteContext ctx, ResultQuery<?> query, AnalyzedStatement analyzed, TrackedSource source) {
        try {
            List<? extends Param<?>> params = JooqInternals.params(ctx, query);
            Fingerprints.Key key = Fingerprints.of(
                    analyzed, source.name(), ctx.dialect().name(), scope, query, params, ctx.configuration());
            Watch.asked(engine, key.fingerprint(), params);
            return key;
        } catch (UnknownValueException e) {
            bypass(BypassReason.UNKNOWN_BIND_VALUE, String.valueOf(e.getMessage()));
        } catch (Fingerprints.MovingDateException e) {
            bypass(BypassReason.NONDETERMINISTIC_FUNCTION, "bind value");
        }
        return null;
    }

    /** What the query depends on at most. A hit outside a transaction does without. */
    private Tags tags() {
        Fingerprints.Key key = asked;
        AnalyzedStatement analyzed = statement;
        if (tags.isEmpty() && key != null && analyzed != null)
            tags = analyzed.plan().tags(key.binds());
        return tags;
    }

    /** Serves what the store has, if the reader may be shown it, and says whether that is decided. */
    private boolean isServed(ExecuteContext ctx, AnalyzedStatement analyzed, Reading reading) {
        Fingerprints.Key key = asked;
        if (key == null || hint.isRefresh() || isSnapshotOpen(reading)) return false;
        CachedResult found = engine.get(key.fingerprint(), clock(reading));
        if (found == null) return false;
        // Not the one before: what the transaction has written may have turned out to be more by now.
        Reading now = reading(ctx);
        if (now instanceof Reading.Private own) bypass(own.reason(), "");
        else if (now != null) serve(ctx, analyzed, found);
        return true;
    }

    private void miss(ExecuteContext ctx, AnalyzedStatement analyzed) {
        Fingerprints.Key key = asked;
        Stamp now = engine.generations.capture(tags());
        Reading reading = reading(ctx);
        if (reading == null || key == null) return;
        BypassReason why = now == null || now.pending() ? null : privacy(reading, now);
        if (now == null) bypass(BypassReason.GENERATION_STORE, "");
        else if (now.pending()) bypass(BypassReason.PENDING_WRITE, "");
        else if (why != null) bypass(why, "");
        else if (!isAdmitted(analyzed)) bypass(BypassReason.SELDOM_HIT, "");
        else {
            captured = now;
            CachedResult found = hint.isRefresh() ? null : await(key.fingerprint(), now, reading);
            if (found != null) serve(ctx, analyzed, found);
            else willRecord(now.incarnation());
        }
    }

    /** The clock is noted before the SQL is sent: whatever is committed from now on gets a higher number. */
    private void willRecord(long incarnation) {
        long clock = engine.generations.now();
        since = Stamp.of(incarnation, clock);
        if (clock < 0) bypass(BypassReason.GENERATION_STORE, "");
        else willRecord = true;
    }

    /** A result may be shown to the reader if it was exact when the clock stood there. */
    private static long clock(Reading reading) {
        return reading instanceof Reading.Snapshot snapshot ? snapshot.clock() : Long.MAX_VALUE;
    }

    /** Who marks a query knows better. */
    private boolean isAdmitted(AnalyzedStatement analyzed) {
        return engine.settings.admission() == CacheAdmission.ALWAYS
                || hint.isMark()
                || hint.isRefresh()
                || analyzed.admission().admits();
    }

    /** Why a result of this stamp may be neither shown to the reader nor taken from him, or {@code null} if it may. */
    private static @Nullable BypassReason privacy(Reading reading, Stamp stamp) {
        if (reading instanceof Reading.Private own) return own.reason();
        return reading instanceof Reading.Snapshot snapshot && stamp.generation() > snapshot.clock()
                ? BypassReason.SNAPSHOT
                : null;
    }

    /** Before the database has taken the transaction's snapshot, a served result could contradict it later. */
    private static boolean isSnapshotOpen(Reading reading) {
        return reading instanceof Reading.Snapshot snapshot && !snapshot.taken();
    }

    /** What another execution of the same query has found, if there is one to wait for. */
    private @Nullable CachedResult await(Fingerprint key, Stamp now, Reading reading) {
        // Who holds a connection, perhaps in a transaction, never waits: the leader may need what he holds.
        if (session != null || !(reading instanceof Reading.Shared)) return null;
        long wait = engine.settings.maximumWait().toNanos();
        if (wait <= 0) return null;
        flight = engine.flights.lead(key, now);
        if (flight != null) return null;
        engine.flights.await(key, now, wait);
        return engine.get(key, clock(reading));
    }

    private void serve(ExecuteContext ctx, AnalyzedStatement analyzed, CachedResult found) {
        HeldConnection taken = held;
        ConnectionProvider real = provider;
        if (real == null) return;
        if (taken != null) {
            held = null;
            taken.release();
        }
        hit = found;
        analyzed.admission().hit();
        Session current = session;
        if (current != null && ctx.query() instanceof ResultQuery<?> query)
            current.answered(connection -> resend(ctx.configuration(), query, connection));
        replay = new ReplayConnection(analyzed.sql(), real);
        ctx.connectionProvider(replay);
    }

    private static void resend(Configuration configuration, ResultQuery<?> query, Connection connection) {
        Configuration plain = configuration.derive(connection);
        plain.set(new ExecuteListenerProvider[0]);
        plain.dsl().fetchLazy(query).close();
    }

    @Override
    public void prepareStart(ExecuteContext ctx) {
        ReplayConnection serving = replay;
        if (serving != null) serving.arm();
    }

    @Override
    public void prepareEnd(ExecuteContext ctx) {
        ReplayConnection serving = replay;
        if (serving == null || hit == null || serving.isServed()) return;
        // Another listener has changed the SQL, or the result set is to be updatable or scrollable.
        hit = null;
        bypass(BypassReason.RESULT_SET_TYPE, "");
    }

    /** A replay was asked what it has not recorded, and the query has been executed. */
    private void wentLive() {
        hit = null;
        bypass(BypassReason.UNKNOWN_RESULT_VALUE, "");
    }

    private void stayWithConnection(ExecuteContext ctx) {
        HeldConnection taken = held;
        if (taken != null) ctx.connectionProvider(taken);
    }

    @Override
    public void executeEnd(ExecuteContext ctx) {
        if (hit != null) replay(ctx, hit);
        else if (willRecord) guarded("executeEnd", () -> record(ctx));
    }

    private void replay(ExecuteContext ctx, CachedResult found) {
        TrackedConnectionProvider real = provider;
        PreparedStatement mock = ctx.statement();
        if (real == null || mock == null || !(ctx.query() instanceof ResultQuery<?> query))
            throw new IllegalStateException("a hit without its query");
        // A plain-SQL query of the same text stops at the first update count, on a hit as on the database.
        if (ctx.resultSet() == null) return;
        ReExecution live = new ReExecution(ctx.configuration(), query, real, this::wentLive);
        int limit = maximumRows(mock);
        Watch.answered(engine, limit);
        ctx.resultSet(new ReplayResultSet(found, limit, mock, live));
    }

    private static int maximumRows(PreparedStatement mock) {
        try {
            return mock.getMaxRows();
        } catch (SQLException e) {
            return 0;
        }
    }

    private void record(ExecuteContext ctx) throws SQLException {
        ResultSet rows = ctx.resultSet();
        PreparedStatement prepared = ctx.statement();
        AnalyzedStatement analyzed = statement;
        if (rows == null || prepared == null || analyzed == null || asked == null) return;
        if (!analyzed.sql().equals(ctx.sql())) {
            bypass(BypassReason.PLAIN_SQL, "another listener changed the SQL");
            return;
        }
        if (rows.getType() != ResultSet.TYPE_FORWARD_ONLY || rows.getConcurrency() != ResultSet.CONCUR_READ_ONLY) {
            bypass(BypassReason.RESULT_SET_TYPE, "");
            return;
        }
        Session current = TrackedConnectionProvider.sessionOf(ctx.connection());
        if (current == null) {
            bypass(BypassReason.UNTRACKED_TRANSACTION, "");
            return;
        }
        session = current;
        current.snapshotTaken();
        Recording started = new Recording(
                rows.getMetaData().getColumnCount(),
                analyzed.limits().maximumRows(engine.settings.maximumRows()),
                engine.settings.maximumBytes());
        int limit = prepared.getMaxRows();
        Watch.answered(engine, limit);
        recording = started;
        isAsAnswered = TrackedConnectionProvider.isAsAnswered(rows);
        ctx.resultSet(new RecordingResultSet(
                rows,
                started,
                () -> guarded("store", () -> complete(started, current, analyzed, ctx.dialect(), limit))));
    }

    private void complete(Recording done, Session current, AnalyzedStatement analyzed, SQLDialect dialect, int limit) {
        Fingerprints.Key key = asked;
        Stamp before = captured;
        Stamp noted = since;
        if (stored || bypass != null || key == null || before == null || noted == null) return;
        // The connection was perhaps not known when the stamp was captured, or has written since.
        Reading reading = current.reading(tags(), dialect);
        BypassReason why = privacy(reading, before);
        if (done.cancelled() != null) bypass(done.cancelled(), "");
        else if (limit > 0 && done.rows() >= limit) bypass(BypassReason.RESULT_INCOMPLETE, "maxRows");
        else if (current.isAltered() && scope.isEmpty()) bypass(BypassReason.SESSION_STATE, "");
        else if (why != null) bypass(why, "");
        else store(done, key, analyzed, noted.until(clock(reading)));
        land();
    }

    private void store(Recording done, Fingerprints.Key key, AnalyzedStatement analyzed, Stamp stamp) {
        Fingerprint fingerprint = key.fingerprint();
        List<Extent> extents = analyzed.plan().extents(key.binds(), isAsAnswered ? done : ReadPlan.ResultRows.UNKNOWN);
        if (!engine.stands(extents, stamp)) bypass(BypassReason.WRITTEN_MEANWHILE, "");
        else if (engine.put(fingerprint, done.finish(fingerprint, stamp, extents), timeToLive(analyzed))) {
            stored = true;
            analyzed.admission().stored();
        } else bypass(BypassReason.CACHE_FAILURE, "not accepted by the store");
    }

    private @Nullable Duration timeToLive(AnalyzedStatement analyzed) {
        Duration hinted = hint.timeToLive();
        return hinted == null ? analyzed.limits().expireAfterWrite(engine.settings.timeToLive()) : hinted;
    }

    @Override
    public void warning(ExecuteContext ctx) {
        Recording noted = recording;
        if (noted != null) noted.cancel(BypassReason.UNKNOWN_RESULT_VALUE);
    }

    @Override
    public void end(ExecuteContext ctx) {
        land();
        HeldConnection taken = held;
        // jOOQ releases what it has acquired; what it never asked for is released here.
        if (taken != null && ctx.statement() == null) guarded("end", taken::release);
        if (isRead && !counted) {
            counted = true;
            count(ctx);
        }
    }

    private void land() {
        Flight leading = flight;
        if (leading != null) leading.land();
    }

    private void count(ExecuteContext ctx) {
        if (hit != null) engine.counters.hits.increment();
        else if (stored) engine.counters.misses.increment();
        else {
            if (bypass == null) bypass = reasonOfIncompleteness(ctx);
            engine.counters.bypass(bypass);
        }
        if (LOG.isDebugEnabled()) log(ctx);
    }

    private BypassReason reasonOfIncompleteness(ExecuteContext ctx) {
        if (ctx.exception() != null || ctx.sqlException() != null) return BypassReason.FAILED;
        BypassReason cancelled = recording == null ? null : recording.cancelled();
        return cancelled == null ? BypassReason.RESULT_INCOMPLETE : cancelled;
    }

    private void log(ExecuteContext ctx) {
        String name = engine.settings.name();
        AnalyzedStatement analyzed = statement;
        Object tables = analyzed == null ? "" : analyzed.tables();
        if (hit != null) logHit(engine, ctx.sql(), tables);
        else if (stored) LOG.debug("{}: miss: {} reads {}", name, ctx.sql(), tables);
        else if (bypass != null)
            LOG.debug(
                    "{}: bypass: {} ({}{}): {}",
                    name,
                    bypass,
                    bypass.why(),
                    detail.isEmpty() ? "" : ": " + detail,
                    ctx.sql());
    }

    static void logHit(CacheEngine engine, @Nullable String sql, Object tables) {
        LOG.debug("{}: hit: {} reads {}", engine.settings.name(), sql, tables);
    }

    private void bypass(@Nullable BypassReason reason, String what) {
        if (bypass != null || reason == null) return;
        bypass = reason;
        detail = what;
        willRecord = false;
        land();
    }

    private void guarded(String where, Step step) {
        try {
            step.run();
        } catch (SQLException | RuntimeException | Error e) {
            engine.failed(where, e);
            hit = null;
            bypass(BypassReason.CACHE_FAILURE, where);
        }
    }

    /** Executes the query again, without the cache, when a replay cannot answer. */
    private record ReExecution(
            Configuration configuration, ResultQuery<?> query, ConnectionProvider provider, Runnable onExecution)
            implements ReplayResultSet.LiveExecution {

        @Override
        public ResultSet execute() throws SQLException {
            onExecution.run();
            Configuration plain = configuration.derive(provider);
            plain.set(new ExecuteListenerProvider[0]);
            ResultSet live = plain.dsl().fetchLazy(query).resultSet();
            if (live == null) throw new SQLException("the query has no result set");
            return live;
        }
    }

    private interface Step {
        void run() throws SQLException;
    }
}
