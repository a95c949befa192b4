package dev.jooqcache.internal.read;

import dev.jooqcache.AdmissionPolicy;
import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.analysis.AnalyzedStatement;
import dev.jooqcache.internal.entry.CachedResult;
import dev.jooqcache.internal.entry.Values.UnknownValueException;
import dev.jooqcache.internal.jdbc.TrackedConnectionProvider;
import dev.jooqcache.internal.key.Fingerprints;
import dev.jooqcache.internal.key.JooqInternals;
import dev.jooqcache.internal.read.CacheEngine.Obstacle;
import dev.jooqcache.internal.read.ReadDecision.Bypass;
import dev.jooqcache.internal.read.ReadDecision.Hit;
import dev.jooqcache.internal.read.ReadDecision.Miss;
import dev.jooqcache.internal.read.ReadDecision.NotStored;
import dev.jooqcache.internal.read.SingleFlight.Flight;
import dev.jooqcache.internal.transaction.Question;
import dev.jooqcache.internal.transaction.ReadVisibility;
import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.internal.transaction.TrackedSource;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import java.sql.Connection;
import java.util.List;
import org.jooq.ExecuteContext;
import org.jooq.Param;
import org.jooq.ResultQuery;
import org.jooq.SQLDialect;
import org.jooq.tools.jdbc.BatchedConnection;
import org.jspecify.annotations.Nullable;

/**
 * Decides about one read once its SQL is known: hit, miss or bypass.
 *
 * <p>Outside transactions, on a data source whose sessions are known to be alike, that takes no connection. Otherwise the
 * connection on which the query will run is taken first, since only its session tells what the read may be shown.
 *
 * <p>One instance per execution, used by one thread at a time.
 */
final class ReadDecider {

    private final CacheEngine engine;
    private final TrackedConnectionProvider provider;
    private ReadOptions options = ReadOptions.NONE;
    private String scope = "";
    private @Nullable HeldConnection held;
    private @Nullable Session session;
    private @Nullable AnalyzedStatement statement;
    private Fingerprints.@Nullable Key key;
    private Tags tags = Tags.none();
    private @Nullable Flight flight;

    /** A read with {@link ReadOptions.Use#REFRESH}, or one that begins a snapshot, counts as looked up, too. */
    private boolean lookedUp;

    ReadDecider(CacheEngine engine, TrackedConnectionProvider provider) {
        this.engine = engine;
        this.provider = provider;
    }

    ReadDecision decide(ExecuteContext ctx, ResultQuery<?> query) {
        options = CacheEngine.options(ctx.configuration());
        scope = engine.scope(options);
        if (engine.isClosed()) return refused(BypassReason.CLOSED, "");
        TrackedSource source = provider.outside();
        String common = source == null ? null : source.commonPlace();
        if (source == null || common == null) {
            Session own = hold(ctx);
            session = own;
            if (own == null) return refused(BypassReason.UNTRACKED_TRANSACTION, "");
            source = own.source();
            // A statement that asks about the one before it would be told of the cache's own.
            if (!engine.statements.question(source, ctx.sql()).isTold()) own.learnSchema();
        }
        AnalyzedStatement analyzed = engine.statements.of(query, ctx.sql(), ctx.configuration(), source);
        statement = analyzed;
        Obstacle obstacle = obstacle(query, analyzed);
        if (obstacle != null) return refused(obstacle.reason(), obstacle.detail());
        String place = common == null && session != null ? session.place() : common;
        if (place == null) return refused(session == null ? BypassReason.UNKNOWN_DATABASE : session.whyUnplaced(), "");
        Fingerprints.Key asked;
        try {
            asked = key(ctx, query, analyzed, place);
        } catch (UnknownValueException e) {
            return refused(BypassReason.UNKNOWN_BIND_VALUE, String.valueOf(e.getMessage()));
        } catch (Fingerprints.MovingDateException e) {
            return refused(BypassReason.NONDETERMINISTIC_FUNCTION, "bind value");
        }
        key = asked;
        return lookUp(asked, analyzed, ctx.dialect());
    }

    /** Takes the connection that the query will run on, in order to see its transaction, unless a listener had it taken. */
    private @Nullable Session hold(ExecuteContext ctx) {
        Connection taken = JooqInternals.connection(ctx);
        if (taken != null) return isBatched(taken) ? null : TrackedConnectionProvider.sessionOf(taken);
        Connection connection;
        try {
            connection = provider.acquire();
        } catch (RuntimeException e) {
            throw new RefusedException(e);
        }
        if (connection == null) return null;
        held = new HeldConnection(provider, connection);
        return isBatched(connection) ? null : TrackedConnectionProvider.sessionOf(connection);
    }

    /** A connection that collects statements has writes of its own that the database has not seen. */
    private static boolean isBatched(Connection connection) {
        return connection instanceof BatchedConnection
                || Question.answer(() -> connection.isWrapperFor(BatchedConnection.class), true);
    }

    private @Nullable Obstacle obstacle(ResultQuery<?> query, AnalyzedStatement analyzed) {
        Obstacle general = engine.obstacle(options, analyzed, scope);
        if (general != null) return general;
        if (JooqInternals.fetchesMany(query)) return new Obstacle(BypassReason.NOT_A_SINGLE_QUERY, "fetchMany");
        return JooqInternals.keepsStatement(query) ? new Obstacle(BypassReason.KEPT_STATEMENT, "") : null;
    }

    private Fingerprints.Key key(ExecuteContext ctx, ResultQuery<?> query, AnalyzedStatement analyzed, String place) {
        List<? extends Param<?>> params = JooqInternals.params(ctx, query);
        Fingerprints.Key made =
                Fingerprints.of(analyzed, place, ctx.dialect().name(), scope, query, params, ctx.configuration());
        ExecutionProbe.asked(engine, made.fingerprint(), params);
        return made;
    }

    /** Asks the store, if it may have what the session may be shown. */
    private ReadDecision lookUp(Fingerprints.Key asked, AnalyzedStatement analyzed, SQLDialect dialect) {
        ReadVisibility visibility = visibility(dialect);
        if (visibility instanceof ReadVisibility.Private own) return refused(own.reason(), "");
        lookedUp = true;
        CachedResult found = options.isRefresh() || isSnapshotOpen(visibility)
                ? null
                : engine.get(asked.fingerprint(), clock(visibility));
        if (found == null) return miss(asked, analyzed, dialect);
        // Not the visibility of before: what the transaction has written may have turned out to be more by now.
        return visibility(dialect) instanceof ReadVisibility.Private own ? refused(own.reason(), "") : hit(found);
    }

    private ReadDecision miss(Fingerprints.Key asked, AnalyzedStatement analyzed, SQLDialect dialect) {
        Stamp now = engine.generations.capture(tags());
        ReadVisibility visibility = visibility(dialect);
        if (now == null) return refused(BypassReason.GENERATION_STORE, "");
        if (now.pending()) return refused(BypassReason.PENDING_WRITE, "");
        BypassReason why = privacy(visibility, now);
        if (why != null) return refused(why, "");
        if (!isAdmitted(analyzed)) return refused(BypassReason.SELDOM_HIT, "");
        CachedResult found = options.isRefresh() ? null : await(asked, now, visibility);
        if (found != null) return hit(found);
        // The clock is noted before the SQL is sent: whatever is committed from now on gets a higher number.
        long clock = engine.generations.now();
        return clock < 0
                ? refused(BypassReason.GENERATION_STORE, "")
                : new Miss(now, Stamp.of(now.incarnation(), clock), flight);
    }

    /** An explicit hint overrides adaptive admission. */
    private boolean isAdmitted(AnalyzedStatement analyzed) {
        return engine.settings.admission() == AdmissionPolicy.ALWAYS
                || options.isMarked()
                || options.isRefresh()
                || analyzed.admission().admits();
    }

    /** What another execution of the same query has found, if there is one to wait for. */
    private @Nullable CachedResult await(Fingerprints.Key asked, Stamp now, ReadVisibility visibility) {
        // A thread holding a connection, perhaps in a transaction, never waits; the leader may be blocked on it.
        if (session != null || !(visibility instanceof ReadVisibility.Shared)) return null;
        long wait = engine.settings.singleFlightTimeout().toNanos();
        if (wait <= 0) return null;
        flight = engine.flights.lead(asked.fingerprint(), now);
        if (flight != null) return null;
        engine.flights.await(asked.fingerprint(), now, wait);
        return engine.get(asked.fingerprint(), clock(visibility));
    }

    /** A hit fails as the query would if the connection is closed, or the deadline of its transaction has passed. */
    private ReadDecision hit(CachedResult found) {
        HeldConnection taken = held;
        if (taken == null) return new Hit(found);
        if (!taken.makesStatements()) return refused(BypassReason.FAILED, "the connection makes no statement");
        held = null;
        taken.release();
        return new Hit(found);
    }

    /** What the session may be shown of the query's tables at this moment. */
    private ReadVisibility visibility(SQLDialect dialect) {
        Session current = session;
        if (current == null) return ReadVisibility.SHARED;
        if (current.isAltered() && scope.isEmpty()) return new ReadVisibility.Private(BypassReason.SESSION_STATE);
        if (current.isAskedBack()) return new ReadVisibility.Private(BypassReason.ASKED_BACK);
        return current.reading(tags(), dialect);
    }

    /** The greatest number of the clock at which a result must have been exact for the read to be shown it. */
    static long clock(ReadVisibility visibility) {
        return visibility instanceof ReadVisibility.Snapshot snapshot ? snapshot.clock() : Long.MAX_VALUE;
    }

    /** The reason why a read may neither be served a result of this stamp nor store one, or {@code null} if it may. */
    static @Nullable BypassReason privacy(ReadVisibility visibility, Stamp stamp) {
        if (visibility instanceof ReadVisibility.Private own) return own.reason();
        return visibility instanceof ReadVisibility.Snapshot snapshot && stamp.generation() > snapshot.clock()
                ? BypassReason.SNAPSHOT
                : null;
    }

    /** Before the database has taken the transaction's snapshot, a served result could contradict it later. */
    private static boolean isSnapshotOpen(ReadVisibility visibility) {
        return visibility instanceof ReadVisibility.Snapshot snapshot && !snapshot.taken();
    }

    /**
     * Decides that the query is executed and nothing is stored: a bypass, or a miss if the read was looked up. Threads that wait
     * for this one go on.
     */
    ReadDecision refused(BypassReason reason, String detail) {
        if (flight != null) flight.land();
        return lookedUp ? new NotStored(reason, detail) : new Bypass(reason, detail);
    }

    /** What the query depends on at most. A hit outside a transaction does without. */
    Tags tags() {
        if (tags.isEmpty() && key != null && statement != null)
            tags = statement.plan().tags(key.binds());
        return tags;
    }

    /** The connection that was taken and not given back, or {@code null}. */
    @Nullable
    HeldConnection held() {
        return held;
    }

    /** The session of the connection that was taken, or {@code null}. */
    @Nullable
    Session session() {
        return session;
    }

    /** The analysis of the query, or {@code null} if it was not reached. */
    @Nullable
    AnalyzedStatement statement() {
        return statement;
    }

    /** What the store was asked for, or {@code null} if it was not reached. */
    Fingerprints.@Nullable Key key() {
        return key;
    }

    ReadOptions options() {
        return options;
    }

    String scope() {
        return scope;
    }
}
