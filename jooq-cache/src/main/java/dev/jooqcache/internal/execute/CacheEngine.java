package dev.jooqcache.internal.execute;

import dev.jooqcache.CacheHint;
import dev.jooqcache.internal.analysis.AnalyzedStatement;
import dev.jooqcache.internal.analysis.Statements;
import dev.jooqcache.internal.generation.Generations;
import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.internal.transaction.TrackedConnectionProvider;
import dev.jooqcache.internal.transaction.Tracking;
import dev.jooqcache.spi.CachedResult;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import java.sql.Connection;
import java.time.Duration;
import java.util.Objects;
import org.jooq.Configuration;
import org.jooq.ExecuteListener;
import org.jooq.Query;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of one cache, as every execution needs them. Thread-safe. */
public final class CacheEngine {

    /** Under this key a {@link CacheHint} rides in {@code Configuration.data()}. */
    public static final Object HINT = "dev.jooqcache.hint";

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");

    final CacheSettings settings;
    final Generations generations;
    final Statements statements;
    final Tracking tracking;
    final Counters counters = new Counters();
    final Flights flights = new Flights();
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
     * @param maximumEntries about how many results the store keeps
     */
    public CacheEngine(
            CacheSettings settings,
            Generations generations,
            Statements statements,
            Tracking tracking,
            ResultStore store,
            int maximumEntries) {
        checkJooq();
        this.settings = settings;
        this.generations = generations;
        this.statements = statements;
        this.tracking = tracking;
        this.store = store;
        this.sweeper = new Sweeper(generations, store, maximumEntries);
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
     * Whether the cache is closed: then every query goes to the database.
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
        if (!provider.source().isInspected()) {
            Connection connection = provider.acquire();
            if (connection != null) {
                Session session = TrackedConnectionProvider.sessionOf(connection);
                if (session != null) session.learnSchema();
                provider.release(connection);
            }
        }
        return statements.of(query, configuration.dsl().render(query), configuration, provider.source());
    }

    static CacheHint hint(Configuration configuration) {
        return configuration.data(HINT) instanceof CacheHint hint ? hint : CacheHint.none();
    }

    /**
     * The session scope that the user declared, for all queries or by a hint.
     *
     * @param configuration the configuration of the query
     * @return the scope, or an empty string if none is declared
     */
    public String scope(Configuration configuration) {
        return scope(hint(configuration));
    }

    String scope(CacheHint hint) {
        String hinted = hint.scope();
        String general = settings.scope().get();
        if (hinted == null && (general == null || general.isEmpty())) return "";
        String first = general == null ? "" : general;
        // The length keeps ("s", "k") apart from ("sk", none) and from any name that looks like both.
        return first.length() + ":" + first + (hinted == null ? "" : hinted);
    }

    /** The result for a fingerprint, if it is exact at the stamp. */
    @Nullable
    CachedResult get(Fingerprint fingerprint, Stamp stamp) {
        try {
            CachedResult result = store.get(fingerprint);
            if (result != null && !result.query().equals(fingerprint))
                throw new IllegalStateException("the store answered the result of another query");
            return result != null
                            && result.stamp().equals(stamp)
                            && result.zone().equals(DefaultZone.id())
                    ? result
                    : null;
        } catch (RuntimeException e) {
            failed("get", e);
            return null;
        }
    }

    boolean put(Fingerprint fingerprint, CachedResult result, @Nullable Duration timeToLive) {
        if (closed) return false;
        try {
            Duration limit = timeToLive == null ? settings.timeToLive() : timeToLive;
            if (!store.put(fingerprint, result, limit)) return false;
            counters.stores.increment();
            counters.swept.add(sweeper.stored(fingerprint, result.stamp(), result.tags()));
            return true;
        } catch (RuntimeException e) {
            failed("put", e);
            return false;
        }
    }

    /** The tags were read in full at the stamp, and nothing has touched them since. */
    boolean isValid(Stamp stamp, Tags tags) {
        return stamp.equals(generations.capture(tags));
    }

    /** The cache must never break a query: its own failure is logged once, and counted. */
    void failed(String where, Throwable e) {
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
