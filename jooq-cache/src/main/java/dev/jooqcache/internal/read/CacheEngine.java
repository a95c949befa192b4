package dev.jooqcache.internal.read;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheMode;
import dev.jooqcache.internal.analysis.AnalyzedStatement;
import dev.jooqcache.internal.analysis.Statements;
import dev.jooqcache.internal.dependency.BindValues;
import dev.jooqcache.internal.entry.CachedResult;
import dev.jooqcache.internal.entry.Extent;
import dev.jooqcache.internal.generation.GuardedGenerations;
import dev.jooqcache.internal.generation.GuardedGenerations.Standing;
import dev.jooqcache.internal.jdbc.DataSources;
import dev.jooqcache.internal.jdbc.TrackedConnectionProvider;
import dev.jooqcache.internal.key.JooqInternals;
import dev.jooqcache.internal.replay.DefaultZone;
import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.internal.transaction.TrackedSource;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.StoredResult;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jooq.Configuration;
import org.jooq.ExecuteListener;
import org.jooq.Query;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of one cache, as every execution needs them. Thread-safe. */
public final class CacheEngine {

    /** Under this key {@link ReadOptions} ride in {@code Configuration.data()}. */
    public static final Object HINT = "dev.jooqcache.hint";

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");

    final CacheSettings settings;
    final GuardedGenerations generations;
    final Statements statements;
    final DataSources tracking;
    final Counters counters = new Counters();
    final SingleFlight flights = new SingleFlight();
    private final ResultStore store;
    private final Sweeper sweeper;
    private volatile boolean closed;

    /**
     * Puts the parts together.
     *
     * @param settings the settings
     * @param generations where writes are announced
     * @param statements what SQL means
     * @param tracking the data sources
     * @param store where results are kept
     */
    public CacheEngine(
            CacheSettings settings,
            GuardedGenerations generations,
            Statements statements,
            DataSources tracking,
            ResultStore store) {
        checkJooq();
        this.settings = settings;
        this.generations = generations;
        this.statements = statements;
        this.tracking = tracking;
        this.store = store;
        this.sweeper = new Sweeper(generations, store, store.maximumEntries());
    }

    private static void checkJooq() {
        try {
            JooqInternals.check();
        } catch (ExceptionInInitializerError e) {
            if (e.getCause() instanceof IllegalStateException cause) throw cause;
            throw e;
        }
    }

    /**
     * A listener for one execution.
     *
     * @return the listener
     */
    public ExecuteListener listener() {
        return new CachingListener(this);
    }

    /**
     * How reads have ended so far.
     *
     * @return the live counters
     */
    public Counters counters() {
        return counters;
    }

    /**
     * The analysis of SQL.
     *
     * @return the statements
     */
    public Statements statements() {
        return statements;
    }

    /**
     * The data sources.
     *
     * @return those of the cache
     */
    public DataSources dataSources() {
        return tracking;
    }

    /**
     * Counts a hit, and logs it.
     *
     * @param sql the text
     * @param tables the tables that the query reads
     */
    public void served(@Nullable String sql, Object tables) {
        counters.hits.increment();
        ReadLog.hit(this, sql, tables);
    }

    /**
     * Returns whether the cache is closed: then every query goes to the database.
     *
     * @return whether it is closed
     */
    public boolean isClosed() {
        return closed;
    }

    /** Stops serving and storing. */
    public void close() {
        closed = true;
        sweeper.clear();
    }

    /**
     * Analyses a query without executing it. The database's catalog may be asked.
     *
     * @param query an attached query
     * @return what it depends on and does
     */
    public AnalyzedStatement analyze(Query query) {
        Configuration configuration =
                Objects.requireNonNull(query.configuration(), "the query is not attached to a Configuration");
        TrackedConnectionProvider provider = tracking.track(configuration.connectionProvider());
        TrackedSource source = provider.source();
        if (source != null && source.isInspected())
            return statements.of(query, configuration.dsl().render(query), configuration, source);
        Connection connection = provider.acquire();
        if (connection == null)
            return statements.of(query, configuration.dsl().render(query), configuration, tracking.withoutConnection());
        try {
            Session session = TrackedConnectionProvider.sessionOf(connection);
            if (session == null) throw new IllegalStateException("the connection is not tracked: " + connection);
            session.learnSchema();
            return statements.of(query, configuration.dsl().render(query), configuration, session.source());
        } finally {
            provider.release(connection);
        }
    }

    /**
     * What keeps executions from being served without a connection, or at all, at the moment.
     *
     * @param configuration the configuration of the query
     * @param statement the analysed query
     * @return a phrase for each; empty if a stored result would be served at once
     */
    public List<String> state(@Nullable Configuration configuration, AnalyzedStatement statement) {
        if (closed) return List.of("the cache is closed");
        if (configuration == null || statement.reason() != null) return List.of();
        TrackedSource source =
                tracking.track(configuration.connectionProvider()).source();
        List<String> found = new ArrayList<>(source == null ? TrackedSource.ASKED : source.obstacles());
        Stamp now = generations.capture(statement.plan().tags(BindValues.NONE));
        if (now == null) found.add(BypassReason.GENERATION_STORE.description());
        else if (now.pending()) found.add(BypassReason.PENDING_WRITE.description());
        return List.copyOf(found);
    }

    /**
     * The rules that make a difference to the settings for a statement.
     *
     * @param statement an analysed statement
     * @return each table with what its rule says, or an empty list
     */
    public List<String> rules(AnalyzedStatement statement) {
        return statement.limits().told(settings.timeToLive(), settings.maximumRows());
    }

    /**
     * The options that hints have given to the queries of a configuration.
     *
     * @param configuration the configuration
     * @return the options
     */
    public static ReadOptions options(Configuration configuration) {
        return configuration.data(HINT) instanceof ReadOptions hint ? hint : ReadOptions.NONE;
    }

    /**
     * The session scope that the user declared, for all queries or by a hint.
     *
     * @param configuration the configuration of the query
     * @return the scope, or an empty string if none is declared
     */
    public String scope(Configuration configuration) {
        return scope(options(configuration));
    }

    public String scope(ReadOptions hint) {
        String hinted = hint.sessionScope();
        String general = settings.sessionScope().get();
        if (hinted == null && (general == null || general.isEmpty())) return "";
        String first = general == null ? "" : general;
        // The length keeps ("s", "k") apart from ("sk", none) and from any name that looks like both.
        return first.length() + ":" + first + (hinted == null ? "" : hinted);
    }

    /** Why a statement is not cached, whatever its values are and on whatever connection, or {@code null} if it is. */
    @Nullable
    public Obstacle obstacle(ReadOptions hint, AnalyzedStatement statement, String scope) {
        if (hint.isBypass()) return new Obstacle(BypassReason.BYPASS_HINT, "");
        if (settings.mode() == CacheMode.MARKED && !hint.isMarked()) return new Obstacle(BypassReason.NOT_MARKED, "");
        if (statement.reason() != null) return new Obstacle(statement.reason(), statement.detail());
        return !statement.session().isEmpty() && scope.isEmpty()
                ? new Obstacle(BypassReason.SESSION_DEPENDENT, statement.session())
                : null;
    }

    /**
     * Why something is not cached.
     *
     * @param reason the reason
     * @param detail the part that gave it, or an empty string
     */
    record Obstacle(BypassReason reason, String detail) {}

    /** The result for a fingerprint, if it is exact now, and was when the clock stood at the given number. */
    @Nullable
    public CachedResult get(Fingerprint fingerprint, long clock) {
        try {
            StoredResult stored = store.get(fingerprint);
            if (stored == null) return null;
            if (!(stored instanceof CachedResult result))
                throw new IllegalStateException("the store answered a result of its own: " + stored.getClass());
            if (!result.query().equals(fingerprint))
                throw new IllegalStateException("the store answered the result of another query");
            return result.zone().equals(DefaultZone.id()) && isExact(result, clock) ? result : null;
        } catch (RuntimeException | Error e) {
            failed("get", e);
            return null;
        }
    }

    boolean put(Fingerprint fingerprint, CachedResult result, @Nullable Duration limit) {
        if (closed) return false;
        try {
            store.put(fingerprint, result, limit);
            counters.stores.increment();
            counters.removals.add(sweeper.stored(fingerprint, result.validity(), result.extents()));
            return true;
        } catch (RuntimeException | Error e) {
            failed("put", e);
            return false;
        }
    }

    private boolean isExact(CachedResult result, long clock) {
        Stamp until = generations.exactUntil(result.extents(), result.stamp().until(clock));
        if (until != null) result.validity().extend(until);
        return until != null;
    }

    /** Nothing has been committed to these since the clock stood there. */
    boolean stands(List<Extent> extents, Stamp since) {
        return generations.standing(extents, since) == Standing.STANDS;
    }

    /** The cache must never break a query: its own failure is logged once, and counted. */
    public void failed(String where, Throwable e) {
        // A thread may have been in a call of the store when it was closed.
        if (closed) return;
        boolean first = counters.failures.sum() == 0;
        counters.failures.increment();
        if (first)
            LOG.error(
                    "{}: the cache failed in {}; the query goes on without it (further failures are counted, not"
                            + " logged)",
                    settings.name(),
                    where,
                    e);
    }
}
