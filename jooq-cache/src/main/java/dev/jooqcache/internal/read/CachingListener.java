package dev.jooqcache.internal.read;

import dev.jooqcache.AdmissionPolicy;
import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.analysis.AnalyzedStatement;
import dev.jooqcache.internal.dependency.ReadDependencies;
import dev.jooqcache.internal.jdbc.TrackedConnectionProvider;
import dev.jooqcache.internal.key.Fingerprints;
import dev.jooqcache.internal.key.JooqInternals;
import dev.jooqcache.internal.read.CacheEngine.Obstacle;
import dev.jooqcache.internal.read.SingleFlight.Flight;
import dev.jooqcache.internal.replay.Recording;
import dev.jooqcache.internal.replay.RecordingResultSet;
import dev.jooqcache.internal.replay.ReplayConnection;
import dev.jooqcache.internal.replay.ReplayResultSet;
import dev.jooqcache.internal.transaction.Question;
import dev.jooqcache.internal.transaction.ReadVisibility;
import dev.jooqcache.internal.transaction.Session;
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
 *   <li>{@code start}: the connection is to be a tracked one, whatever provides it.
 *   <li>{@code renderEnd}: the SQL is known, no connection is taken. Decide: hit, miss or bypass.
 *   <li>{@code executeEnd}: exchange the result set, for the recorded one (hit) or one that records (miss).
 *   <li>The last row has been read: validate and store (rule P4).
 *   <li>{@code end}: count.
 * </ol>
 *
 * <p>One instance per execution, used by one thread at a time. Nothing that goes wrong in here reaches the query.
 */
public final class CachingListener implements ExecuteListener {

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
    private transient @Nullable ReplayResultSet replayed;
    private transient @Nullable Recording recording;
    private transient @Nullable Flight flight;
    private transient ReadOptions hint = ReadOptions.NONE;
    private transient String scope = "";
    private transient @Nullable BypassReason bypass;
    private transient String detail = "";
    private transient boolean isRead;
    /** Whether the read is a hit or a miss. So is one that is to refresh what is stored, or that begins a snapshot. */
    private transient boolean lookedUp;

    private transient boolean willRecord;
    private transient boolean isAsAnswered;
    private transient boolean stored;

    /** Stores what was recorded, unless the database turns out to have had warnings. */
    private transient @Nullable Step store;

    private transient boolean counted;

    /** Which snapshot the query was executed in, until its first row is read. */
    private transient @Nullable Object snapshot;

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
            try {
                provider = engine.tracking.follow(given);
                engine.tracking.look(ctx.configuration().connectionFactory());
            } catch (IllegalStateException e) {
                throw new RefusedException(e);
            }
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
            else if (query != null) analyze(ctx, query, tracked);
        });
        if (isRead && hit == null) stayWithConnection(ctx);
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
        isRead = true;
        hint = CacheEngine.options(ctx.configuration());
        scope = engine.scope(hint);
        if (engine.isClosed()) {
            bypass(BypassReason.CLOSED, "");
            return;
        }
        TrackedSource source = tracked.outside();
        String place = source == null ? null : source.commonPlace();
        if (place == null) {
            session = hold(ctx, tracked);
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
        if (place == null) place = place(session);
        if (place == null) return;
        Fingerprints.Key key = key(ctx, query, analyzed, place);
        if (key == null) return;
        asked = key;
        ReadVisibility reading = reading(ctx);
        if (reading instanceof ReadVisibility.Private own) bypass(own.reason(), "");
        else if (reading != null && !isServed(ctx, analyzed, reading)) miss(ctx, analyzed);
    }

    /** Takes the connection that the query will run on, in order to see its transaction, unless a listener had it taken. */
    private @Nullable Session hold(ExecuteContext ctx, TrackedConnectionProvider tracked) {
        Connection taken = JooqInternals.connection(ctx);
        if (taken != null) return isBatched(taken) ? null : TrackedConnectionProvider.sessionOf(taken);
        Connection connection;
        try {
            connection = tracked.acquire();
        } catch (RuntimeException e) {
            throw new RefusedException(e);
        }
        if (connection == null) return null;
        held = new HeldConnection(tracked, connection);
        return isBatched(connection) ? null : TrackedConnectionProvider.sessionOf(connection);
    }

    /** A connection that collects statements has writes of its own that the database has not seen. */
    private static boolean isBatched(Connection connection) {
        return connection instanceof BatchedConnection
                || Question.answer(() -> connection.isWrapperFor(BatchedConnection.class), true);
    }

    private boolean candidate(ResultQuery<?> query, AnalyzedStatement analyzed) {
        Obstacle obstacle = engine.obstacle(hint, analyzed, scope);
        if (obstacle != null) bypass(obstacle.reason(), obstacle.detail());
        else if (JooqInternals.fetchesMany(query)) bypass(BypassReason.NOT_A_SINGLE_QUERY, "fetchMany");
        else if (JooqInternals.keepsStatement(query)) bypass(BypassReason.KEPT_STATEMENT, "");
        else return true;
        return false;
    }

    private @Nullable ReadVisibility reading(ExecuteContext ctx) {
        Session current = session;
        if (current == null) return ReadVisibility.SHARED;
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

    private @Nullable String place(@Nullable Session current) {
        String place = current == null ? null : current.place();
        if (current != null && place == null) bypass(current.whyUnplaced(), "");
        return place;
    }

    private Fingerprints.@Nullable Key key(
            ExecuteContext ctx, ResultQuery<?> query, AnalyzedStatement analyzed, String place) {
        try {
            List<? extends Param<?>> params = JooqInternals.params(ctx, query);
            Fingerprints.Key key =
                    Fingerprints.of(analyzed, place, ctx.dialect().name(), scope, query, params, ctx.configuration());
            ExecutionProbe.asked(engine, key.fingerprint(), params);
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
    private boolean isServed(ExecuteContext ctx, AnalyzedStatement analyzed, ReadVisibility reading) {
        Fingerprints.Key key = asked;
        lookedUp = key != null;
        if (key == null || hint.isRefresh() || isSnapshotOpen(reading)) return false;
        CachedResult found = engine.get(key.fingerprint(), clock(reading));
        if (found == null) return false;
        // Not the one before: what the transaction has written may have turned out to be more by now.
        ReadVisibility now = reading(ctx);
        if (now instanceof ReadVisibility.Private own) bypass(own.reason(), "");
        else if (now != null) serve(ctx, analyzed, found);
        return true;
    }

    private void miss(ExecuteContext ctx, AnalyzedStatement analyzed) {
        Fingerprints.Key key = asked;
        Stamp now = engine.generations.capture(tags());
        ReadVisibility reading = reading(ctx);
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
    private static long clock(ReadVisibility reading) {
        return reading instanceof ReadVisibility.Snapshot snapshot ? snapshot.clock() : Long.MAX_VALUE;
    }

    /** An explicit hint overrides adaptive admission. */
    private boolean isAdmitted(AnalyzedStatement analyzed) {
        return engine.settings.admission() == AdmissionPolicy.ALWAYS
                || hint.isMarked()
                || hint.isRefresh()
                || analyzed.admission().admits();
    }

    /** The reason why this read may neither be served a result of this stamp nor store one, or {@code null} if it may. */
    private static @Nullable BypassReason privacy(ReadVisibility reading, Stamp stamp) {
        if (reading instanceof ReadVisibility.Private own) return own.reason();
        return reading instanceof ReadVisibility.Snapshot snapshot && stamp.generation() > snapshot.clock()
                ? BypassReason.SNAPSHOT
                : null;
    }

    /** Before the database has taken the transaction's snapshot, a served result could contradict it later. */
    private static boolean isSnapshotOpen(ReadVisibility reading) {
        return reading instanceof ReadVisibility.Snapshot snapshot && !snapshot.taken();
    }

    /** What another execution of the same query has found, if there is one to wait for. */
    private @Nullable CachedResult await(Fingerprint key, Stamp now, ReadVisibility reading) {
        // A thread holding a connection, perhaps in a transaction, never waits; the leader may be blocked on it.
        if (session != null || !(reading instanceof ReadVisibility.Shared)) return null;
        long wait = engine.settings.singleFlightTimeout().toNanos();
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
        if (taken != null && !taken.makesStatements()) {
            bypass(BypassReason.FAILED, "the connection makes no statement");
            return;
        }
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
        if (serving == null || hit == null || serving.isServed(ctx.statement())) return;
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
        ReplayConnection serving = replay;
        if (hit != null && serving != null && !serving.isReplayed()) {
            hit = null;
            bypass(BypassReason.PLAIN_SQL, "another listener changed the SQL");
        }
        if (hit != null) replay(ctx, hit);
        else if (isRead) guarded("executeEnd", () -> executed(ctx));
    }

    private void executed(ExecuteContext ctx) {
        Session current = TrackedConnectionProvider.sessionOf(ctx.connection());
        AnalyzedStatement analyzed = statement;
        if (current != null) snapshot = current.snapshot();
        if (current == null || !current.mayNextIsolationVary()) {
            if (willRecord) record(ctx, current);
            return;
        }
        // The level is used up by this query, which is too late for its own result.
        if (willRecord) bypass(BypassReason.ISOLATION, "");
        if (analyzed != null) current.levelPerhapsUsed(analyzed.tablesRead()::isOpened);
    }

    @Override
    public void recordStart(ExecuteContext ctx) {
        Object executedIn = snapshot;
        AnalyzedStatement analyzed = statement;
        if (executedIn == null) return;
        snapshot = null;
        // What is read with a lock, or past the users' tables, tells nothing of the snapshot.
        if (analyzed == null || analyzed.reason() != null) return;
        guarded("recordStart", () -> {
            Session current = TrackedConnectionProvider.sessionOf(ctx.connection());
            if (current != null) current.rowRead(executedIn, analyzed.tablesRead()::isShown);
        });
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

    private static int maximumRows(PreparedStatement mock) {
        return Question.answer(mock::getMaxRows, 0);
    }

    private void record(ExecuteContext ctx, @Nullable Session current) {
        ResultSet rows = ctx.resultSet();
        PreparedStatement prepared = ctx.statement();
        AnalyzedStatement analyzed = statement;
        if (rows == null || prepared == null || analyzed == null || asked == null) return;
        if (!analyzed.sql().equals(ctx.sql())) {
            bypass(BypassReason.PLAIN_SQL, "another listener changed the SQL");
            return;
        }
        if (!isReadOnce(rows, prepared)) {
            bypass(BypassReason.RESULT_SET_TYPE, "");
            return;
        }
        int columns = Question.answer(() -> rows.getMetaData().getColumnCount(), -1);
        int limit = Question.answer(prepared::getMaxRows, -1);
        if (columns < 0 || limit < 0) {
            bypass(BypassReason.RESULT_INCOMPLETE, columns < 0 ? "number of columns unknown" : "maxRows unknown");
            return;
        }
        if (current == null) {
            bypass(BypassReason.UNTRACKED_TRANSACTION, "");
            return;
        }
        // Not when the last row was read: the rows are those of the present transaction, which may have ended by then.
        ReadVisibility executed = current.reading(tags(), ctx.dialect());
        if (executed instanceof ReadVisibility.Private own) {
            bypass(own.reason(), "");
            return;
        }
        isAsAnswered = TrackedConnectionProvider.isAsAnswered(rows);
        // Perhaps one of another listener's, which others do not have.
        if (!isAsAnswered && !ListenerCheck.isSo(ctx.configuration(), engine)) {
            bypass(
                    BypassReason.RESULT_INCOMPLETE,
                    "another listener has perhaps put a result set of its own around it");
            return;
        }
        session = current;
        current.queryExecuted();
        Recording started = new Recording(
                columns, analyzed.limits().maximumRows(engine.settings.maximumRows()), engine.settings.maximumBytes());
        ExecutionProbe.answered(engine, limit);
        recording = started;
        ctx.resultSet(new RecordingResultSet(
                rows,
                started,
                () -> guarded("store", () -> complete(started, current, analyzed, executed, ctx.dialect(), limit))));
    }

    /** Whether its rows are read forwards and cannot be changed. A wrapper that does not know is asked for its statement. */
    private static boolean isReadOnce(ResultSet rows, PreparedStatement prepared) {
        Integer type = Question.answer(rows::getType);
        if (type == null) type = Question.answer(prepared::getResultSetType);
        Integer concurrency = Question.answer(rows::getConcurrency);
        if (concurrency == null) concurrency = Question.answer(prepared::getResultSetConcurrency);
        return type != null && concurrency != null && ReplayConnection.isReadOnce(type, concurrency);
    }

    private void complete(
            Recording done,
            Session current,
            AnalyzedStatement analyzed,
            ReadVisibility executed,
            SQLDialect dialect,
            int limit) {
        Fingerprints.Key key = asked;
        Stamp before = captured;
        Stamp noted = since;
        if (stored || store != null || bypass != null || key == null || before == null || noted == null) return;
        // The connection has perhaps written since the execution, and its rows are those of now on some databases.
        ReadVisibility reading = current.reading(tags(), dialect);
        BypassReason why = reading instanceof ReadVisibility.Private own ? own.reason() : privacy(executed, before);
        if (done.cancelled() != null) bypass(done.cancelled(), "");
        else if (!key.fingerprint().dataSource().equals(current.place())) bypass(current.whyUnplaced(), "");
        else if (limit > 0 && done.rows() >= limit) bypass(BypassReason.RESULT_INCOMPLETE, "maxRows");
        else if (current.isAltered() && scope.isEmpty()) bypass(BypassReason.SESSION_STATE, "");
        else if (why != null) bypass(why, "");
        else {
            Stamp stamp = noted.until(Math.min(clock(executed), clock(reading)));
            // jOOQ asks for warnings when all rows are read, and before this execution ends.
            store = () -> store(done, key, analyzed, stamp);
            return;
        }
        land();
    }

    private void store(Recording done, Fingerprints.Key key, AnalyzedStatement analyzed, Stamp stamp) {
        Fingerprint fingerprint = key.fingerprint();
        List<Extent> extents =
                analyzed.plan().extents(key.binds(), isAsAnswered ? done : ReadDependencies.ResultRows.UNKNOWN);
        if (!engine.stands(extents, stamp)) bypass(BypassReason.WRITTEN_MEANWHILE, "");
        else if (engine.put(fingerprint, done.finish(fingerprint, stamp, extents), timeToLive(analyzed))) {
            stored = true;
            analyzed.admission().stored();
        } else bypass(BypassReason.CACHE_FAILURE, "not accepted by the store");
    }

    private @Nullable Duration timeToLive(AnalyzedStatement analyzed) {
        Duration hinted = hint.expireAfterWrite();
        return hinted == null ? analyzed.limits().expireAfterWrite(engine.settings.timeToLive()) : hinted;
    }

    /** A hit would have none. */
    @Override
    public void warning(ExecuteContext ctx) {
        Recording noted = recording;
        if (noted != null) noted.cancel(BypassReason.UNKNOWN_RESULT_VALUE);
        if (store != null) bypass(BypassReason.UNKNOWN_RESULT_VALUE, "warnings");
        store = null;
    }

    private void storeUnwarned() {
        Step storing = store;
        store = null;
        if (storing != null) guarded("store", storing);
    }

    @Override
    public void end(ExecuteContext ctx) {
        storeUnwarned();
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
            if (lookedUp) engine.counters.missed(bypass);
            else engine.counters.bypassed(bypass);
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
                    bypass.description(),
                    detail.isEmpty() ? "" : ": " + detail,
                    ctx.sql());
    }

    public static void logHit(CacheEngine engine, @Nullable String sql, Object tables) {
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
        } catch (RefusedException e) {
            // The pool has no connection, as without the cache, and is waited for once; or the cache is strict.
            throw e.failure;
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

    /** Says that the query fails for a reason that is no failure of the cache. */
    private static final class RefusedException extends RuntimeException {

        private static final long serialVersionUID = 1L;
        private final RuntimeException failure;

        RefusedException(RuntimeException failure) {
            super(failure);
            this.failure = failure;
        }
    }

    private interface Step {
        void run() throws SQLException;
    }
}
