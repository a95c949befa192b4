package dev.jooqcache;

import dev.jooqcache.ehcache.EhcacheResultStore;
import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.internal.analysis.AnalyzedStatement;
import dev.jooqcache.internal.analysis.Models;
import dev.jooqcache.internal.analysis.Statements;
import dev.jooqcache.internal.generation.Generations;
import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.internal.jdbc.Tracking;
import dev.jooqcache.internal.prepared.PreparedQuery;
import dev.jooqcache.internal.query.Precision;
import dev.jooqcache.internal.reactive.ReactiveTracking;
import dev.jooqcache.internal.read.CacheEngine;
import dev.jooqcache.internal.read.CacheSettings;
import dev.jooqcache.internal.read.Counters;
import dev.jooqcache.internal.transaction.CommitDoubts;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.ModelCheck;
import dev.jooqcache.model.TableName;
import dev.jooqcache.spi.GenerationStore;
import dev.jooqcache.spi.ResultStore;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.Configuration;
import org.jooq.ConnectionProvider;
import org.jooq.DSLContext;
import org.jooq.ExecuteListenerProvider;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DefaultTransactionProvider;
import org.jspecify.annotations.Nullable;

/**
 * A cache of query results for jOOQ that is never wrong.
 *
 * <p>Every result served is the content of the database at one instant between the read's begin and its end; inside a
 * transaction nothing contradicts its snapshot or its own writes; nothing uncommitted is ever seen by others. In doubt a
 * query goes to the database, and {@link #stats()} and {@link #explain} tell why.
 *
 * <pre>{@code
 * QueryCache cache = QueryCache.create();
 * DSLContext dsl = cache.derive(configuration).dsl();
 * }</pre>
 *
 * <p>This holds as long as every writer is seen: who writes past the tracked connections must be followed by {@link
 * #invalidate}. With Spring, wrap the innermost pool once with {@link #track}, so that the transaction manager and
 * everything else go through it.
 *
 * <p>Thread-safe. One cache can serve several data sources; results are never shared between them.
 */
public final class QueryCache implements AutoCloseable {

    private final CacheEngine engine;
    private final Generations generations;
    private final Statements statements;
    private final Tracking tracking;
    private final ReactiveTracking reactive;
    private final CommitDoubts doubts;
    private final ResultStore store;
    private final ExecuteListenerProvider listenerProvider;
    private final String name;
    private final AtomicBoolean closed = new AtomicBoolean();

    private QueryCache(Builder settings) {
        this.name = settings.name;
        this.store = settings.resultStore();
        this.generations = new Generations(name, settings.generationStore());
        this.statements = new Statements(
                name,
                settings.models(),
                settings.analyzedStatements,
                settings.analyzedStatementBytes,
                settings.excluded,
                settings.precision());
        this.doubts = new CommitDoubts(name, settings.commitQuarantine);
        this.tracking = new Tracking(name, generations, statements, doubts, settings.untracked);
        this.reactive = new ReactiveTracking(name, tracking);
        this.engine = new CacheEngine(
                settings.engineSettings(), generations, statements, tracking, store, settings.maximumEntries);
        this.listenerProvider = engine::listener;
    }

    /**
     * A cache with every default.
     *
     * @return the cache, to be closed by its owner
     */
    public static QueryCache create() {
        return builder().build();
    }

    /**
     * Begins the settings of a cache.
     *
     * @return a builder with every default
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A configuration whose queries are cached and whose writes invalidate. The given one is not changed.
     *
     * <p>If it has an R2DBC {@code ConnectionFactory} too, that is {@linkplain #track(ConnectionFactory) tracked}: its writes
     * invalidate, and its reads go to the database.
     *
     * @param configuration a configuration with a JDBC connection or data source, an R2DBC connection factory, or both
     * @return a derived configuration
     */
    public Configuration derive(Configuration configuration) {
        ConnectionProvider tracked = tracking.track(configuration.connectionProvider());
        Configuration derived = configuration.derive(tracked);
        if (Tracking.hasConnections(configuration.connectionFactory()))
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
     * A data source that sees the commits and the writes of everybody who uses it, with or without jOOQ.
     *
     * <p>Of HikariCP, DBCP2, Tomcat JDBC, c3p0 and Agroal, and of some drivers' own data sources, the cache knows by class and
     * configuration that they lead to one database, and serves their results without a connection; also behind p6spy,
     * datasource-proxy, OpenTelemetry and Spring's delegating, lazy and transaction-aware data sources. Behind any other data
     * source, a router for instance, the connection is taken and asked first for its database, user, schema and settings. Track
     * the pools below a router rather than the router: what is tracked there need not be asked.
     *
     * @param dataSource best the innermost pool
     * @return a tracked view of it; closing it closes the pool
     */
    public DataSource track(DataSource dataSource) {
        return tracking.track(dataSource);
    }

    /**
     * As {@link #track}, for a data source whose class is not known to the cache, and of which the caller knows that it is one
     * pool: each of its connections leads to the same database, as the same user, and comes in the state in which it was given
     * back. It must not be a router, nor a wrapper that sets a schema or a role at each call.
     *
     * <p>Results of such a pool are served without a connection. With {@link #track} each read over a data source of an unknown
     * class takes its connection and asks it first.
     *
     * @param pool one pool
     * @return a tracked view of it; closing it closes the pool
     */
    public DataSource trackPool(DataSource pool) {
        return tracking.trackPool(pool);
    }

    /**
     * A connection factory of R2DBC whose writes invalidate, whether jOOQ executes them or anything else. Its reads are not
     * cached.
     *
     * <p>To which of the tracked databases it leads is not known, so a statement touches what it would touch in any database of
     * a tracked data source: to the cache all of them is one, and everything if a table is missing in one of them.
     *
     * @param factory best the innermost one, or the pool
     * @return a tracked view of it; closing it closes the factory, if that can be closed
     */
    public ConnectionFactory track(ConnectionFactory factory) {
        return reactive.track(factory);
    }

    /**
     * The listener alone, for a configuration that cannot be derived.
     *
     * <p>On a data source that was not passed through {@link #track} the cache sees what jOOQ executes, and nothing else: the
     * writes of others on the same pool, by {@code JdbcTemplate} for instance, must be followed by {@link #invalidate}; reads in a
     * transaction go to the database; and what a transaction wrote is not cached again until its connection is seen outside it.
     * One warning names each such data source, and {@link Builder#strict} refuses it. Prefer {@link #derive} or {@link #track}.
     *
     * @return a provider for {@code Configuration.set(..)}
     */
    public ExecuteListenerProvider executeListenerProvider() {
        return listenerProvider;
    }

    /**
     * The same context with hints. The given one is not changed.
     *
     * @param dsl a context on a derived configuration
     * @param hints the hints; later ones win over earlier ones
     * @return a context whose queries follow the hints
     */
    public DSLContext with(DSLContext dsl, CacheHint... hints) {
        CacheHint all =
                dsl.configuration().data(CacheEngine.HINT) instanceof CacheHint before ? before : CacheHint.none();
        for (CacheHint hint : hints) all = all.and(hint);
        Configuration derived = dsl.configuration().derive();
        derived.data(CacheEngine.HINT, all);
        return derived.dsl();
    }

    /**
     * Prepares a query that is executed with different arguments, and whose hits do without jOOQ's building, rendering and
     * reading of it. See {@link CachedQuery}.
     *
     * @param dsl a context on a derived configuration; its settings are those of now, whatever becomes of them
     * @param query makes the query with the context that it is given. It is called for each execution that is not such a
     *     hit, and must make the same query each time, with everything that varies in a named {@code DSL.param(..)}, which
     *     is made within the function, too
     * @param <R> the type of the records
     * @return the prepared query
     * @throws IllegalArgumentException if the context does not use this cache, or the query differs, or has another
     *     configuration, or shares a parameter with the next one
     */
    public <R extends Record> CachedQuery<R> prepare(
            DSLContext dsl, Function<? super DSLContext, ? extends ResultQuery<R>> query) {
        if (!Arrays.asList(dsl.configuration().executeListenerProviders()).contains(listenerProvider))
            throw new IllegalArgumentException(
                    "the DSLContext does not use this cache: make it with derive(configuration).dsl()");
        return new CachedQuery<>(this, PreparedQuery.of(engine, dsl.configuration(), query));
    }

    /**
     * Invalidates what depends on the given tables, and on those that cascade from them. For writers that nobody can see.
     * To be called after their commit.
     *
     * @param tables the tables that were written
     */
    public void invalidate(Table<?>... tables) {
        generations.invalidate(
                statements.touchedBy(Arrays.stream(tables).map(Table::getName).toList()));
    }

    /** Invalidates everything, and has the schema read again. To be called after changes that nobody could see. */
    public void invalidateAll() {
        suspend().close();
    }

    /**
     * What the cache has done so far.
     *
     * @return a snapshot
     */
    public CacheStats stats() {
        Counters counters = engine.counters();
        return new CacheStats(
                counters.hits(),
                counters.misses(),
                counters.notLookedUp(),
                counters.notStored(),
                counters.stores(),
                generations.invalidations(),
                store.evictions() + counters.swept(),
                counters.failures() + generations.failures());
    }

    /**
     * What the cache would do with a query. Does not execute it; may ask the database's catalog.
     *
     * @param query a query attached to a configuration
     * @return the decision
     */
    public CacheDecision explain(Query query) {
        AnalyzedStatement analyzed = engine.analyze(query);
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
                analyzed.admission().isSeldomHit(),
                engine.state(query.configuration(), analyzed));
    }

    /**
     * Suspends the cache for a writer that cannot be seen, for instance a migration on a connection of its own: nothing is
     * served or stored from here until the suspension is closed; then everything is invalidated, and the schema is read
     * again.
     *
     * @return the suspension, to be closed when the last of the writer's commits has returned
     */
    public Suspension suspend() {
        Runnable end = tracking.announceEverything();
        return end::run;
    }

    /** A time in which nothing is cached; see {@link QueryCache#suspend}. Thread-safe; closing it twice does nothing. */
    @FunctionalInterface
    public interface Suspension extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Stops serving and storing, and releases the stores. Configurations that were derived go on without the cache. A
     * second call does nothing.
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

    /** Settings of a cache. Not thread-safe; each setter checks its value and answers the builder. */
    public static final class Builder {

        private int generationCells = 1 << 19;
        private CachePrecision precision = CachePrecision.TABLES;
        private final Set<String> keys = new HashSet<>();
        private CacheAdmission admission = CacheAdmission.ADAPTIVE;
        private String name = "jooq-cache";
        private @Nullable CacheMode mode;
        private int maximumEntries = 10_000;
        private boolean maximumEntriesSet;
        private int maximumRowsPerResult = 1_000;
        private long maximumBytesPerResult = 1 << 20;
        private @Nullable Duration expireAfterWrite;
        private Duration maximumWait = Duration.ofSeconds(1);
        private Duration commitQuarantine = Duration.ofMinutes(15);
        private int analyzedStatements = 5_000;
        private long analyzedStatementBytes = 16 << 20;
        private final Set<String> excluded = new HashSet<>();
        private EhcacheResultStore.@Nullable Builder ehcache;
        private @Nullable ResultStore resultStore;
        private @Nullable CacheModel model;
        private ModelCheck modelCheck = ModelCheck.LOG;
        private final CacheModel.Builder declarations = CacheModel.builder();
        private Supplier<@Nullable String> scope = () -> null;
        private @Nullable GenerationStore generationStore;
        private Tracking.Untracked untracked = Tracking.Untracked.WARNED;

        private Builder() {}

        /**
         * The name, with which log lines begin. Default: {@code jooq-cache}.
         *
         * @param value not empty
         * @return this builder
         */
        public Builder name(String value) {
            if (value.isBlank()) throw new IllegalArgumentException("name must not be blank: '" + value + "'");
            name = value;
            return this;
        }

        /**
         * Which queries are candidates. Default: what the {@linkplain #model model's} rules say, or else {@link
         * CacheMode#ALL}.
         *
         * @param value the mode
         * @return this builder
         */
        public Builder mode(CacheMode value) {
            mode = value;
            return this;
        }

        /**
         * How many results are kept on the heap. Default: 10,000.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder maximumEntries(int value) {
            maximumEntries = atLeast("maximumEntries", 1, value);
            maximumEntriesSet = true;
            return this;
        }

        /**
         * The largest result that is stored, in rows. Larger ones are answered as ever. Default: 1,000.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder maximumRowsPerResult(int value) {
            maximumRowsPerResult = atLeast("maximumRowsPerResult", 1, value);
            return this;
        }

        /**
         * The largest result that is stored, in bytes of heap, estimated. Default: 1 MiB.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder maximumBytesPerResult(long value) {
            if (value < 1) throw new IllegalArgumentException("maximumBytesPerResult must be >= 1: " + value);
            maximumBytesPerResult = value;
            return this;
        }

        /**
         * How long a result may be served after it was stored. This bounds memory, not staleness: results are invalidated
         * when their tables are written. Default: 5 minutes. This, as {@link #maximumRowsPerResult}, is for tables without
         * a rule of the {@linkplain #model model}.
         *
         * @param value positive
         * @return this builder
         */
        public Builder expireAfterWrite(Duration value) {
            if (value.isNegative() || value.isZero())
                throw new IllegalArgumentException("expireAfterWrite must be positive: " + value);
            expireAfterWrite = value;
            return this;
        }

        /**
         * How long a read waits for another one that executes the same query at the same time; then it goes to the
         * database itself. Default: 1 second.
         *
         * @param value zero or positive; zero means not at all
         * @return this builder
         */
        public Builder maximumWait(Duration value) {
            if (value.isNegative()) throw new IllegalArgumentException("maximumWait must not be negative: " + value);
            maximumWait = value;
            return this;
        }

        /**
         * How long the tables of a commit whose outcome is unknown stay uncached, where the database cannot be asked. It
         * must not be shorter than the server needs to end a session whose client is gone. Default: 15 minutes.
         *
         * @param value positive
         * @return this builder
         */
        public Builder commitQuarantine(Duration value) {
            if (value.isNegative() || value.isZero())
                throw new IllegalArgumentException("commitQuarantine must be positive: " + value);
            commitQuarantine = value;
            return this;
        }

        /**
         * How many SQL texts keep their analysis. Default: 5,000.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder analyzedStatements(int value) {
            analyzedStatements = atLeast("analyzedStatements", 1, value);
            return this;
        }

        /**
         * How much heap the SQL texts that keep their analysis may take, estimated by their length, in bytes. Texts of more
         * than 65,536 characters do not keep it. Default: 16 MB.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder analyzedStatementBytes(long value) {
            if (value < 1) throw new IllegalArgumentException("analyzedStatementBytes must be >= 1: " + value);
            analyzedStatementBytes = value;
            return this;
        }

        /**
         * Tables whose queries are never cached. Default: none. Writes to them are seen all the same.
         *
         * @param tables the tables
         * @return this builder
         */
        public Builder exclude(Table<?>... tables) {
            for (Table<?> table : tables) excluded.add(table.getName());
            return this;
        }

        /**
         * What is true of the schema, so that the catalog needs not be asked, and the {@linkplain CacheModel#rules() rules}
         * for its tables. Default: none, so that the catalog of each data source is read at its first connection, and again
         * after DDL.
         *
         * @param value the model, for instance a generated one
         * @return this builder
         */
        public Builder model(CacheModel value) {
            model = value;
            return this;
        }

        /**
         * What is done about a {@link #model} that does not describe the live schema. Default: {@link ModelCheck#LOG}.
         *
         * @param value what to do
         * @return this builder
         */
        public Builder modelCheck(ModelCheck value) {
            modelCheck = value;
            return this;
        }

        /**
         * Declares which tables a view reads, for a view whose definition is not understood. Adds to what is known.
         *
         * @param view the view
         * @param reads all tables and views that its definition reads; what it calls is declared to be deterministic
         * @return this builder
         */
        public Builder view(Table<?> view, Table<?>... reads) {
            declarations.view(view, reads);
            return this;
        }

        /**
         * Declares which tables the triggers of a table write, for triggers whose code is not understood. Adds to what is
         * known.
         *
         * @param table the table that has the triggers
         * @param writes all tables that they write; none if they only change the row at hand
         * @return this builder
         */
        public Builder trigger(Table<?> table, Table<?>... writes) {
            declarations.trigger(table, writes);
            return this;
        }

        /**
         * Declares what a function or procedure does, for one that promises nothing or whose code is not understood. Adds
         * to what is known.
         *
         * @param routine its name; all overloads are meant
         * @param behavior {@code Behavior.NONE} for one that only computes, {@code Behavior.reading(..)} or {@code
         *     Behavior.writing(..)}
         * @return this builder
         */
        public Builder routine(String routine, Behavior behavior) {
            declarations.routine(routine, behavior);
            return this;
        }

        /**
         * Names the state of the caller's session on which the meaning of queries depends, as {@link CacheHint#key} does
         * for one context: the tenant, the role, the user of a policy. It is asked for every read, on the thread that
         * reads. Default: nothing is named, and what depends on the session bypasses.
         *
         * @param value gives the name; {@code null} or empty if the session is as the pool made it
         * @return this builder
         */
        public Builder scope(Supplier<@Nullable String> value) {
            scope = value;
            return this;
        }

        /**
         * Refuses queries on an untracked data source under the {@link QueryCache#executeListenerProvider listener}: they fail
         * with an {@code IllegalStateException} that names the data source. Default: one warning for each such data source,
         * since commits, and writes by other means than jOOQ, are not seen there.
         *
         * @return this builder
         */
        public Builder strict() {
            untracked = Tracking.Untracked.REFUSED;
            return this;
        }

        /**
         * Where results are kept. Default: {@link EhcacheResultStore#onHeap()}. {@link #maximumEntries} and {@link
         * #expireAfterWrite}, if they are set here, win over the store's.
         *
         * @param settings an Ehcache store to be
         * @return this builder
         */
        public Builder store(EhcacheResultStore.Builder settings) {
            ehcache = settings;
            resultStore = null;
            return this;
        }

        /**
         * Where results are kept. The cache closes the store when it is closed.
         *
         * @param store any store
         * @return this builder
         */
        public Builder store(ResultStore store) {
            resultStore = store;
            ehcache = null;
            return this;
        }

        /**
         * How far a write is told from what it does not change. Default: {@link CachePrecision#TABLES}, as long as {@link
         * CachePrecision#ROWS} is new.
         *
         * @param value the precision
         * @return this builder
         */
        public Builder precision(CachePrecision value) {
            precision = value;
            return this;
        }

        /**
         * Whose results are recorded. Default: {@link CacheAdmission#ADAPTIVE}.
         *
         * @param value the admission
         * @return this builder
         */
        public Builder admission(CacheAdmission value) {
            admission = value;
            return this;
        }

        /**
         * Adds columns by which the rows of their table are told apart, besides those of its primary, unique and foreign
         * keys, up to six of a table. They must be of an integer type, {@code uuid} or {@code boolean};
         * others are ignored, as what they compare equal to depends on collation, padding, scale or precision.
         *
         * @param columns columns on which queries ask for equality
         * @return this builder
         * @throws IllegalArgumentException if a column has no table
         */
        public Builder keys(TableField<?, ?>... columns) {
            for (TableField<?, ?> column : columns) {
                Table<?> table = column.getTable();
                if (table == null) throw new IllegalArgumentException("keys must be columns of a table: " + column);
                keys.add(TableName.fold(table.getName()) + "." + TableName.fold(column.getName()));
            }
            return this;
        }

        /**
         * The number of cells in which the generations of the in-JVM store are kept; each takes 8 bytes. A key has
         * two of them, and is taken for written when others have written both. Default: 524,288.
         *
         * @param value a power of two, at least 2
         * @return this builder
         */
        public Builder generationCells(int value) {
            generationCells = value;
            return this;
        }

        /**
         * Where generations are kept. Default: in this JVM. The cache closes the store when it is closed.
         *
         * @param store any store
         * @return this builder
         */
        public Builder generations(GenerationStore store) {
            generationStore = store;
            return this;
        }

        /**
         * Makes the cache.
         *
         * @return the cache, to be closed by its owner
         */
        public QueryCache build() {
            return new QueryCache(this);
        }

        private ResultStore resultStore() {
            if (resultStore != null) return resultStore;
            EhcacheResultStore.Builder settings = ehcache == null ? EhcacheResultStore.onHeap() : ehcache;
            if (maximumEntriesSet || ehcache == null) settings.maximumEntries(maximumEntries);
            if (expireAfterWrite != null) settings.expireAfterWrite(expireAfterWrite);
            return settings.build();
        }

        private GenerationStore generationStore() {
            return generationStore == null ? new InJvmGenerationStore(generationCells) : generationStore;
        }

        private Precision precision() {
            return new Precision(precision == CachePrecision.ROWS, keys);
        }

        private Models models() {
            return new Models(name, new SchemaInspector(), model, declarations.build(), modelCheck);
        }

        private CacheSettings engineSettings() {
            return new CacheSettings(
                    name,
                    effectiveMode(),
                    admission,
                    maximumRowsPerResult,
                    maximumBytesPerResult,
                    maximumWait,
                    scope,
                    effectiveExpiry());
        }

        private CacheMode effectiveMode() {
            CacheMode modelled = model == null ? null : model.rules().mode();
            if (mode != null) return mode;
            return modelled == null ? CacheMode.ALL : modelled;
        }

        /** What a result over a table without a rule is given; {@code null} leaves it to the store. */
        private @Nullable Duration effectiveExpiry() {
            if (expireAfterWrite != null || resultStore != null) return expireAfterWrite;
            return (ehcache == null ? EhcacheResultStore.onHeap() : ehcache).expireAfterWrite();
        }

        private static int atLeast(String setting, int least, int value) {
            if (value < least) throw new IllegalArgumentException(setting + " must be >= " + least + ": " + value);
            return value;
        }
    }
}
