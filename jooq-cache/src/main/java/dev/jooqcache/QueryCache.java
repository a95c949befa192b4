package dev.jooqcache;

import dev.jooqcache.internal.analysis.AnalyzedStatement;
import dev.jooqcache.internal.analysis.Statements;
import dev.jooqcache.internal.entry.Codec;
import dev.jooqcache.internal.generation.GuardedGenerations;
import dev.jooqcache.internal.jdbc.DataSources;
import dev.jooqcache.internal.prepared.PreparedQuery;
import dev.jooqcache.internal.reactive.ReactiveTracking;
import dev.jooqcache.internal.read.CacheEngine;
import dev.jooqcache.internal.read.Counters;
import dev.jooqcache.internal.read.ReadOptions;
import dev.jooqcache.internal.transaction.InDoubtCommits;
import dev.jooqcache.spi.ResultStore;
import io.r2dbc.spi.ConnectionFactory;
import java.sql.Connection;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jooq.CloseableDSLContext;
import org.jooq.Configuration;
import org.jooq.ConnectionProvider;
import org.jooq.DSLContext;
import org.jooq.ExecuteListenerProvider;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.conf.Settings;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultTransactionProvider;

/**
 * A cache of query results for jOOQ.
 *
 * <pre>{@code
 * QueryCache cache = QueryCache.create();
 * DSLContext dsl = cache.using(dataSource, SQLDialect.POSTGRES);
 * }</pre>
 *
 * <p>Every result that is served is the content of the database at one instant between the begin and the end of the read. Within a
 * transaction no result contradicts the transaction's snapshot or its own writes. Uncommitted rows are never served to another
 * transaction. If the cache cannot prove that a result is fresh, the query runs on the database; {@link #stats} and {@link #explain}
 * report the reason.
 *
 * <p>The guarantee requires that the cache sees all writes. Writes that bypass tracked connections must be followed by {@link
 * #invalidate}. With Spring, wrap the innermost pool once with {@link #track}, so that the transaction manager and everything else
 * use it.
 *
 * <p>One cache can serve several data sources; their results are separate. No argument may be {@code null}. Thread-safe.
 */
public final class QueryCache implements AutoCloseable {

    private final CacheEngine engine;
    private final GuardedGenerations generations;
    private final Statements statements;
    private final DataSources tracking;
    private final ReactiveTracking reactive;
    private final InDoubtCommits doubts;
    private final ResultStore store;
    private final ExecuteListenerProvider listenerProvider;
    private final String name;
    private final AtomicBoolean closed = new AtomicBoolean();

    QueryCache(QueryCacheBuilder settings) {
        this.name = settings.name();
        this.store = settings.resultStore();
        this.generations = new GuardedGenerations(name, settings.generations());
        this.statements = settings.statements();
        this.doubts = new InDoubtCommits(name, settings.inDoubtTimeout());
        this.tracking = new DataSources(name, generations, statements, doubts, settings.untracked());
        this.reactive = new ReactiveTracking(name, tracking);
        this.engine = new CacheEngine(settings.engineSettings(store), generations, statements, tracking, store);
        this.listenerProvider = engine::listener;
        open();
    }

    /** The last step, so that a store is not open that nothing will close. */
    private void open() {
        try {
            store.open(new Codec());
        } catch (RuntimeException | Error e) {
            doubts.close();
            generations.close();
            throw e;
        }
    }

    /**
     * Creates a cache with every default.
     *
     * @return the cache, to be closed by its owner
     */
    public static QueryCache create() {
        return builder().build();
    }

    /**
     * Creates a builder of caches.
     *
     * @return a builder with every default
     */
    public static QueryCacheBuilder builder() {
        return new QueryCacheBuilder();
    }

    /**
     * Derives a configuration whose queries are cached and whose writes invalidate. The given configuration is not changed.
     *
     * <p>If the configuration has an R2DBC {@code ConnectionFactory}, that is {@linkplain #track(ConnectionFactory) tracked}: its
     * writes invalidate, and its reads are executed on the database.
     *
     * @param configuration a configuration with a JDBC connection or data source, an R2DBC connection factory, or both
     * @return a derived configuration
     */
    public Configuration derive(Configuration configuration) {
        Objects.requireNonNull(configuration, "configuration");
        ConnectionProvider tracked = tracking.track(configuration.connectionProvider());
        Configuration derived = configuration.derive(tracked);
        if (DataSources.hasConnections(configuration.connectionFactory()))
            derived.set(reactive.track(configuration.connectionFactory()));
        // jOOQ's own transactions would go on with the provider of the given configuration.
        if (configuration.transactionProvider() instanceof DefaultTransactionProvider transactions)
            derived.set(new DefaultTransactionProvider(tracked, transactions.nested()));
        ExecuteListenerProvider[] users = derived.executeListenerProviders();
        if (Arrays.asList(users).contains(listenerProvider)) return derived;
        ExecuteListenerProvider[] all = Arrays.copyOf(users, users.length + 1);
        all[users.length] = listenerProvider;
        derived.set(all);
        return derived;
    }

    /**
     * Creates a cached context on a connection, as {@link DSL#using(Connection)} does. The dialect is that of the JDBC URL.
     *
     * @param connection a connection, used by one thread at a time; it is not closed
     * @return a context whose queries are cached
     */
    public DSLContext using(Connection connection) {
        return derive(DSL.using(connection).configuration()).dsl();
    }

    /**
     * Creates a cached context on a connection, as {@link DSL#using(Connection, SQLDialect)} does.
     *
     * @param connection a connection, used by one thread at a time; it is not closed
     * @param dialect the dialect of the database
     * @return a context whose queries are cached
     */
    public DSLContext using(Connection connection, SQLDialect dialect) {
        return derive(DSL.using(connection, dialect).configuration()).dsl();
    }

    /**
     * Creates a cached context on a connection, as {@link DSL#using(Connection, Settings)} does.
     *
     * @param connection a connection, used by one thread at a time; it is not closed
     * @param settings the settings of jOOQ
     * @return a context whose queries are cached
     */
    public DSLContext using(Connection connection, Settings settings) {
        return derive(DSL.using(connection, settings).configuration()).dsl();
    }

    /**
     * Creates a cached context on a connection, as {@link DSL#using(Connection, SQLDialect, Settings)} does.
     *
     * @param connection a connection, used by one thread at a time; it is not closed
     * @param dialect the dialect of the database
     * @param settings the settings of jOOQ
     * @return a context whose queries are cached
     */
    public DSLContext using(Connection connection, SQLDialect dialect, Settings settings) {
        return derive(DSL.using(connection, dialect, settings).configuration()).dsl();
    }

    /**
     * Creates a cached context on a data source, as {@link DSL#using(DataSource, SQLDialect)} does. It can be created anew for each
     * request: all contexts on one data source share their results, and see each other's writes.
     *
     * <p>Writes on the data source other than through such contexts are seen only if the data source is {@linkplain
     * #track(DataSource) tracked}.
     *
     * @param dataSource a data source, tracked or not
     * @param dialect the dialect of the database
     * @return a context whose queries are cached
     */
    public DSLContext using(DataSource dataSource, SQLDialect dialect) {
        return derive(DSL.using(dataSource, dialect).configuration()).dsl();
    }

    /**
     * Creates a cached context on a data source, as {@link DSL#using(DataSource, SQLDialect, Settings)} does.
     *
     * @param dataSource a data source, tracked or not
     * @param dialect the dialect of the database
     * @param settings the settings of jOOQ
     * @return a context whose queries are cached
     */
    public DSLContext using(DataSource dataSource, SQLDialect dialect, Settings settings) {
        return derive(DSL.using(dataSource, dialect, settings).configuration()).dsl();
    }

    /**
     * Creates a cached context on a connection provider, as {@link DSL#using(ConnectionProvider, SQLDialect)} does.
     *
     * @param provider a provider of JDBC connections
     * @param dialect the dialect of the database
     * @return a context whose queries are cached
     */
    public DSLContext using(ConnectionProvider provider, SQLDialect dialect) {
        return derive(DSL.using(provider, dialect).configuration()).dsl();
    }

    /**
     * Creates a cached context on a connection provider, as {@link DSL#using(ConnectionProvider, SQLDialect, Settings)} does.
     *
     * @param provider a provider of JDBC connections
     * @param dialect the dialect of the database
     * @param settings the settings of jOOQ
     * @return a context whose queries are cached
     */
    public DSLContext using(ConnectionProvider provider, SQLDialect dialect, Settings settings) {
        return derive(DSL.using(provider, dialect, settings).configuration()).dsl();
    }

    /**
     * Creates a context on an R2DBC connection factory, as {@link DSL#using(ConnectionFactory)} does. Its writes invalidate; its reads
     * are not cached.
     *
     * @param factory an R2DBC connection factory
     * @return a context whose writes invalidate
     */
    public DSLContext using(ConnectionFactory factory) {
        return derive(DSL.using(factory).configuration()).dsl();
    }

    /**
     * Creates a context on an R2DBC connection factory; see {@link #using(ConnectionFactory)}.
     *
     * @param factory an R2DBC connection factory
     * @param dialect the dialect of the database
     * @return a context whose writes invalidate
     */
    public DSLContext using(ConnectionFactory factory, SQLDialect dialect) {
        return derive(DSL.using(factory, dialect).configuration()).dsl();
    }

    /**
     * Creates a context on an R2DBC connection factory; see {@link #using(ConnectionFactory)}.
     *
     * @param factory an R2DBC connection factory
     * @param dialect the dialect of the database
     * @param settings the settings of jOOQ
     * @return a context whose writes invalidate
     */
    public DSLContext using(ConnectionFactory factory, SQLDialect dialect, Settings settings) {
        return derive(DSL.using(factory, dialect, settings).configuration()).dsl();
    }

    /**
     * Creates a context on an R2DBC connection, as {@link DSL#using(io.r2dbc.spi.Connection)} does. Its writes invalidate; its reads are
     * not cached.
     *
     * @param connection an R2DBC connection; it is not closed
     * @return a context whose writes invalidate
     */
    public DSLContext using(io.r2dbc.spi.Connection connection) {
        return derive(DSL.using(connection).configuration()).dsl();
    }

    /**
     * Creates a context on an R2DBC connection; see {@link #using(io.r2dbc.spi.Connection)}.
     *
     * @param connection an R2DBC connection; it is not closed
     * @param dialect the dialect of the database
     * @return a context whose writes invalidate
     */
    public DSLContext using(io.r2dbc.spi.Connection connection, SQLDialect dialect) {
        return derive(DSL.using(connection, dialect).configuration()).dsl();
    }

    /**
     * Creates a context on an R2DBC connection; see {@link #using(io.r2dbc.spi.Connection)}.
     *
     * @param connection an R2DBC connection; it is not closed
     * @param dialect the dialect of the database
     * @param settings the settings of jOOQ
     * @return a context whose writes invalidate
     */
    public DSLContext using(io.r2dbc.spi.Connection connection, SQLDialect dialect, Settings settings) {
        return derive(DSL.using(connection, dialect, settings).configuration()).dsl();
    }

    /**
     * Creates a cached context on a configuration: {@code derive(configuration).dsl()}. The configuration is not changed.
     *
     * @param configuration a configuration with a JDBC connection or data source, an R2DBC connection factory, or both
     * @return a context whose queries are cached
     */
    public DSLContext using(Configuration configuration) {
        return derive(configuration).dsl();
    }

    /**
     * Opens a JDBC connection and creates a cached context on it, as {@link DSL#using(String)} does. Closing the context closes the
     * connection.
     *
     * @param url a JDBC URL
     * @return a context whose queries are cached, to be closed by the caller
     * @throws DataAccessException if the connection cannot be opened
     * @throws IllegalArgumentException if the URL is one of R2DBC; use {@link #using(ConnectionFactory)} for that
     */
    public CloseableDSLContext using(String url) {
        requireJdbc(url);
        return closeable(DSL.using(url));
    }

    /**
     * Opens a JDBC connection and creates a cached context on it; see {@link #using(String)}.
     *
     * @param url a JDBC URL
     * @param user the user
     * @param password the password
     * @return a context whose queries are cached, to be closed by the caller
     * @throws DataAccessException if the connection cannot be opened
     * @throws IllegalArgumentException if the URL is one of R2DBC; use {@link #using(ConnectionFactory)} for that
     */
    public CloseableDSLContext using(String url, String user, String password) {
        requireJdbc(url);
        return closeable(DSL.using(url, user, password));
    }

    /**
     * Opens a JDBC connection and creates a cached context on it; see {@link #using(String)}.
     *
     * @param url a JDBC URL
     * @param properties the connection properties
     * @return a context whose queries are cached, to be closed by the caller
     * @throws DataAccessException if the connection cannot be opened
     * @throws IllegalArgumentException if the URL is one of R2DBC; use {@link #using(ConnectionFactory)} for that
     */
    public CloseableDSLContext using(String url, Properties properties) {
        requireJdbc(url);
        return closeable(DSL.using(url, properties));
    }

    private CloseableDSLContext closeable(CloseableDSLContext plain) {
        try {
            return new OwnedConnectionContext(derive(plain.configuration()), plain);
        } catch (RuntimeException | Error e) {
            plain.close();
            throw e;
        }
    }

    private static void requireJdbc(String url) {
        if (Objects.requireNonNull(url, "url").startsWith("r2dbc"))
            throw new IllegalArgumentException("using(url) needs a JDBC URL; with R2DBC use"
                    + " using(ConnectionFactories.get(url)), whose connections the cache can follow");
    }

    /**
     * Tracks a data source, so that the cache sees the commits and writes on its connections, whether they go through jOOQ or not.
     *
     * <p>Results are served without taking a connection if the data source is known to lead to one database: HikariCP, DBCP2, Tomcat
     * JDBC, c3p0, Agroal, and some drivers' own data sources, also behind p6spy, datasource-proxy, OpenTelemetry and Spring's
     * delegating, lazy and transaction-aware data sources. Behind any other data source, for instance a router, each read takes
     * its connection first and determines its database, user, schema and settings. Track the pools below a router rather than
     * the router.
     *
     * @param dataSource preferably the innermost pool
     * @return a tracked view of the data source; closing it closes the data source
     */
    public DataSource track(DataSource dataSource) {
        return tracking.track(Objects.requireNonNull(dataSource, "dataSource"));
    }

    /**
     * Tracks a data source of a class that the cache does not know, as {@link #track(DataSource)} does, but takes the caller's word
     * that it is one pool: each connection leads to the same database as the same user, and comes in the state in which it was
     * returned. The data source must not be a router, nor a wrapper that sets a schema or a role at each call.
     *
     * <p>Results are served without taking a connection.
     *
     * @param pool one pool
     * @return a tracked view of the pool; closing it closes the pool
     */
    public DataSource trackPool(DataSource pool) {
        return tracking.trackPool(Objects.requireNonNull(pool, "pool"));
    }

    /**
     * Tracks an R2DBC connection factory, so that the cache sees the writes on its connections, whether they go through jOOQ or not.
     * Its reads are not cached.
     *
     * <p>The cache does not know to which of the tracked databases the factory leads. A statement invalidates what it would
     * invalidate in any of them, and everything if one of them lacks a table that it names.
     *
     * @param factory preferably the innermost factory, or the pool
     * @return a tracked view of the factory; closing it closes the factory, if that can be closed
     */
    public ConnectionFactory track(ConnectionFactory factory) {
        return reactive.track(Objects.requireNonNull(factory, "factory"));
    }

    /**
     * The listener alone, for a configuration that cannot be derived. Prefer {@link #derive} or {@link #track}.
     *
     * <p>On a data source that was not passed through {@link #track}, the cache sees only what jOOQ executes. Other writes on the same
     * pool, for instance by {@code JdbcTemplate}, must be followed by {@link #invalidate}. Reads within a transaction are executed
     * on the database, and the tables that a transaction wrote are not cached until its connection is seen outside the
     * transaction. One warning names each such data source; {@link QueryCacheBuilder#strict} refuses it.
     *
     * @return a provider for {@code Configuration.set(..)}
     */
    public ExecuteListenerProvider executeListenerProvider() {
        return listenerProvider;
    }

    /**
     * Derives a context whose queries follow hints. The given context is not changed.
     *
     * @param dsl a context on a configuration of this cache
     * @param hints the hints; later hints override earlier ones, and those of the given context
     * @return a context with the hints
     * @throws IllegalArgumentException if the context does not use this cache
     */
    public DSLContext with(DSLContext dsl, CacheHint... hints) {
        requireRegistered(dsl);
        ReadOptions options = CacheEngine.options(dsl.configuration());
        for (CacheHint hint : hints)
            options = options.and(Objects.requireNonNull(hint, "hint").options());
        Configuration derived = dsl.configuration().derive();
        derived.data(CacheEngine.HINT, options);
        return derived.dsl();
    }

    /**
     * Prepares a query that is executed with different arguments. Its hits skip jOOQ's building and rendering; see {@link CachedQuery}.
     *
     * @param dsl a context on a configuration of this cache; later changes of its settings have no effect
     * @param query builds the query with the context that it is given. It is called for each execution that is not a hit. It must
     *     build the same query each time, with everything that varies in a named {@code DSL.param(..)}, which it creates itself
     * @param <R> the type of the records
     * @return the prepared query
     * @throws IllegalArgumentException if the context does not use this cache, or if the function builds another query the second
     *     time, or one with another configuration, or shares a parameter between two queries
     */
    public <R extends Record> CachedQuery<R> prepare(
            DSLContext dsl, Function<? super DSLContext, ? extends ResultQuery<R>> query) {
        requireRegistered(dsl);
        Objects.requireNonNull(query, "query");
        return new CachedQuery<>(this, PreparedQuery.of(engine, dsl.configuration(), query));
    }

    /** Each cache has a listener provider of its own, so the context uses this cache and not another one. */
    void requireRegistered(DSLContext dsl) {
        Objects.requireNonNull(dsl, "dsl");
        if (!Arrays.asList(dsl.configuration().executeListenerProviders()).contains(listenerProvider))
            throw new IllegalArgumentException(
                    "the DSLContext does not use this cache: make it with cache.using(..), or with"
                            + " cache.derive(configuration).dsl()");
    }

    /**
     * Invalidates the results that depend on tables, or on tables to which their foreign keys and triggers lead. Needed after writes
     * that bypass tracked connections; to be called after their commit.
     *
     * <p>Tables of one name in several schemas are invalidated together, because the tags of results do not contain the schema. An
     * alias stands for its table, and a join for its tables. A table that no data source is known to have, for instance a synonym,
     * invalidates everything.
     *
     * @param tables the tables that were written
     */
    public void invalidate(Table<?>... tables) {
        invalidate(Arrays.asList(tables));
    }

    /**
     * Invalidates the results that depend on tables; see {@link #invalidate(Table...)}.
     *
     * @param tables the tables that were written
     */
    public void invalidate(Collection<? extends Table<?>> tables) {
        for (Table<?> table : tables) Objects.requireNonNull(table, "table");
        generations.invalidate(statements.touchedBy(tables));
    }

    /**
     * Invalidates everything, and lets the schema be read again. Needed after DDL, or writes to unknown tables, that bypass tracked
     * connections; to be called after their commit.
     */
    public void invalidateAll() {
        suspend().close();
    }

    /**
     * The statistics of the cache since it was built.
     *
     * @return an immutable snapshot
     */
    public CacheStats stats() {
        Counters counters = engine.counters();
        return new CacheStats(
                counters.hits(),
                counters.misses(),
                counters.bypasses(),
                counters.notStored(),
                counters.stores(),
                generations.invalidations(),
                store.evictions(),
                store.expirations(),
                counters.removals(),
                counters.failures() + generations.failures());
    }

    /**
     * Explains the cache's decision on a query. The query is not executed; the database's catalog may be read.
     *
     * @param query a query attached to a configuration
     * @return the decision
     */
    public CacheDecision explain(Query query) {
        AnalyzedStatement analyzed = engine.analyze(Objects.requireNonNull(query, "query"));
        boolean unscoped = analyzed.reason() == null
                && !analyzed.session().isEmpty()
                && engine.scope(query.configuration()).isEmpty();
        return new CacheDecision(
                analyzed.sql(),
                analyzed.tables(),
                analyzed.touches(),
                analyzed.ways(),
                analyzed.everything(),
                unscoped ? BypassReason.SESSION_DEPENDENT : analyzed.reason(),
                unscoped ? analyzed.session() : analyzed.detail(),
                engine.rules(analyzed),
                analyzed.reason() == null
                        ? analyzed.plan().words()
                        : analyzed.effect().plan().words(),
                analyzed.admission().isLimited(),
                engine.state(query.configuration(), analyzed));
    }

    /**
     * Suspends the cache for a writer that bypasses tracked connections, for instance a migration. Nothing is served or stored until
     * the suspension is closed. Then everything is invalidated, and the schema is read again.
     *
     * @return the suspension, to be closed after the writer's last commit
     */
    public Suspension suspend() {
        Runnable end = tracking.announceEverything();
        return new Suspension() {
            @Override
            public void close() {
                end.run();
            }
        };
    }

    /**
     * A period in which nothing is cached; see {@link QueryCache#suspend}. Closing it twice has no effect. Thread-safe.
     */
    public interface Suspension extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Closes the cache and its stores. Derived configurations keep working, without the cache. Closing it twice has no effect.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) return;
        engine.close();
        doubts.close();
        store.close();
        generations.close();
    }

    @Override
    public String toString() {
        return "QueryCache " + name + " " + stats();
    }
}
