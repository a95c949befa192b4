package dev.jooqcache;

import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.internal.analysis.Models;
import dev.jooqcache.internal.analysis.NamedTables;
import dev.jooqcache.internal.analysis.Statements;
import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.internal.jdbc.DataSources;
import dev.jooqcache.internal.query.Precision;
import dev.jooqcache.internal.read.CacheSettings;
import dev.jooqcache.internal.settings.GivenSettings;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.ModelCheck;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.spi.GenerationStore;
import dev.jooqcache.spi.ResultStore;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jooq.Name;
import org.jooq.Routine;
import org.jooq.Table;
import org.jooq.TableField;
import org.jspecify.annotations.Nullable;

/**
 * A builder of {@link QueryCache}s; see {@link QueryCache#builder}.
 *
 * <p>Every setting has a default. A setter checks its value and returns the builder. A value that is {@code null} is refused with a
 * {@code NullPointerException}, one that is out of range with an {@code IllegalArgumentException}, and one that was already set
 * with an {@code IllegalStateException}; each of them names the setting. {@link #exclude}, {@link #trackedColumns}, {@link
 * #declareView}, {@link #declareTrigger}, {@code declareRoutine} and {@link #strict} can be called repeatedly.
 *
 * <p>Not thread-safe.
 */
public final class QueryCacheBuilder {

    private static final int DEFAULT_GENERATION_CELLS = 1 << 19;

    private final GivenSettings given = new GivenSettings();

    private String name = "jooq-cache";
    private @Nullable CacheMode mode;
    private AdmissionPolicy admission = AdmissionPolicy.ADAPTIVE;
    private InvalidationGranularity invalidation = InvalidationGranularity.TABLE;
    private int maximumEntries = 10_000;
    private int maximumRowsPerResult = 1_000;
    private long maximumBytesPerResult = 1 << 20;
    private @Nullable Duration expireAfterWrite;
    private Duration singleFlightTimeout = Duration.ofSeconds(1);
    private Duration inDoubtTimeout = Duration.ofMinutes(15);
    private int maximumAnalyzedStatements = 5_000;
    private long maximumAnalyzedStatementBytes = 16 << 20;
    private final Set<String> excluded = new HashSet<>();
    private final Set<String> trackedColumns = new HashSet<>();
    private @Nullable CacheModel model;
    private ModelCheck modelCheck = ModelCheck.LOG;
    private final CacheModel.Builder declarations = CacheModel.builder();
    private Supplier<@Nullable String> sessionScope = () -> null;
    private @Nullable ResultStore store;
    private @Nullable GenerationStore generationStore;
    private int generationCells = DEFAULT_GENERATION_CELLS;
    private DataSources.Untracked untracked = DataSources.Untracked.WARNED;

    QueryCacheBuilder() {}

    /**
     * Sets the name of the cache, with which its log lines begin. Default: {@code jooq-cache}.
     *
     * @param value not blank
     * @return this builder
     * @throws IllegalArgumentException if the name is blank
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder name(String value) {
        Objects.requireNonNull(value, "name");
        if (value.isBlank()) throw new IllegalArgumentException("name must not be blank: '" + value + "'");
        given.set("name", value);
        name = value;
        return this;
    }

    /**
     * Sets which queries are looked up. Default: the mode of the {@linkplain #model model's} rules, or else {@link
     * CacheMode#ALL}.
     *
     * @param value the mode
     * @return this builder
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder mode(CacheMode value) {
        given.set("mode", value);
        mode = value;
        return this;
    }

    /**
     * Sets which results are admitted to the cache. Default: {@link AdmissionPolicy#ADAPTIVE}.
     *
     * @param value the policy
     * @return this builder
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder admission(AdmissionPolicy value) {
        given.set("admission", value);
        admission = value;
        return this;
    }

    /**
     * Sets the granularity of invalidation. Default: {@link InvalidationGranularity#TABLE}.
     *
     * @param value the granularity
     * @return this builder
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder invalidation(InvalidationGranularity value) {
        given.set("invalidation", value);
        invalidation = value;
        return this;
    }

    /**
     * Adds columns to those by which {@link InvalidationGranularity#ROW} distinguishes the rows of their table: the columns of its
     * primary, unique and foreign keys. Up to six columns of a table count. Columns of types other than integers, {@code uuid} and
     * {@code boolean} are ignored, because whether their values are equal depends on collation, padding, scale or precision.
     * Default: none.
     *
     * @param columns columns that queries compare with {@code =} or {@code in}
     * @return this builder
     * @throws IllegalArgumentException if a column has no table
     */
    public QueryCacheBuilder trackedColumns(TableField<?, ?>... columns) {
        requireNonNull("trackedColumns", columns);
        for (TableField<?, ?> column : columns) {
            Table<?> table = column.getTable();
            if (table == null)
                throw new IllegalArgumentException("trackedColumns must be columns of a table: " + column);
            trackedColumns.add(TableName.fold(table.getName()) + "." + TableName.fold(column.getName()));
        }
        return this;
    }

    /**
     * Sets the maximum number of results in the default store. Default: 10,000. It cannot be set together with {@link #store}.
     *
     * @param value at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is less than 1
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder maximumEntries(int value) {
        given.setAtLeast("maximumEntries", 1, value);
        maximumEntries = value;
        return this;
    }

    /**
     * Sets the maximum number of rows of a stored result. Larger results are not stored. Default: 1,000. A rule of the {@linkplain
     * #model model} for a table overrides it.
     *
     * @param value at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is less than 1
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder maximumRowsPerResult(int value) {
        given.setAtLeast("maximumRowsPerResult", 1, value);
        maximumRowsPerResult = value;
        return this;
    }

    /**
     * Sets the maximum size of a stored result, in bytes of heap, estimated. Larger results are not stored. Default: 1 MiB.
     *
     * @param value at least 1
     * @return this builder
     * @throws IllegalArgumentException if the size is less than 1
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder maximumBytesPerResult(long value) {
        given.setAtLeast("maximumBytesPerResult", 1, value);
        maximumBytesPerResult = value;
        return this;
    }

    /**
     * Sets the time for which a result may be served after it was stored. It limits memory, not staleness: results are invalidated
     * when their tables are written. Default: 5 minutes, or the time of the {@link #store} that is set. It can be set together
     * with a store, and then overrides the store's own time. A rule of the {@linkplain #model model} for a table overrides it.
     *
     * @param value positive
     * @return this builder
     * @throws IllegalArgumentException if the duration is not positive
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder expireAfterWrite(Duration value) {
        given.setPositive("expireAfterWrite", value);
        expireAfterWrite = value;
        return this;
    }

    /**
     * Sets the time for which a read waits for another thread that executes the same query. After that the read executes the query
     * itself. Default: 1 second.
     *
     * @param value zero or positive; zero disables waiting
     * @return this builder
     * @throws IllegalArgumentException if the duration is negative
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder singleFlightTimeout(Duration value) {
        Objects.requireNonNull(value, "singleFlightTimeout");
        if (value.isNegative())
            throw new IllegalArgumentException("singleFlightTimeout must not be negative: " + value);
        given.set("singleFlightTimeout", value);
        singleFlightTimeout = value;
        return this;
    }

    /**
     * Sets the time for which the tables of an in-doubt transaction, one whose commit has an unknown outcome, are not cached if the
     * database cannot tell the outcome. It must not be shorter than the time after which the server ends the session of a lost
     * client. Default: 15 minutes.
     *
     * @param value positive
     * @return this builder
     * @throws IllegalArgumentException if the duration is not positive
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder inDoubtTimeout(Duration value) {
        given.setPositive("inDoubtTimeout", value);
        inDoubtTimeout = value;
        return this;
    }

    /**
     * Sets the maximum number of SQL texts whose analysis is kept. Default: 5,000.
     *
     * @param value at least 1
     * @return this builder
     * @throws IllegalArgumentException if the number is less than 1
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder maximumAnalyzedStatements(int value) {
        given.setAtLeast("maximumAnalyzedStatements", 1, value);
        maximumAnalyzedStatements = value;
        return this;
    }

    /**
     * Sets the maximum size of the SQL texts whose analysis is kept, in bytes of heap, estimated by their length. The analysis of a
     * text of more than 65,536 characters is not kept. Default: 16 MiB.
     *
     * @param value at least 1
     * @return this builder
     * @throws IllegalArgumentException if the size is less than 1
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder maximumAnalyzedStatementBytes(long value) {
        given.setAtLeast("maximumAnalyzedStatementBytes", 1, value);
        maximumAnalyzedStatementBytes = value;
        return this;
    }

    /**
     * Adds tables whose queries are never cached. Writes to them invalidate as always. Tables of one name in several schemas are
     * all excluded. Default: none.
     *
     * @param tables the tables
     * @return this builder
     * @throws IllegalArgumentException if the name of a table cannot be determined
     */
    public QueryCacheBuilder exclude(Table<?>... tables) {
        requireNonNull("exclude", tables);
        for (Table<?> table : tables) {
            Set<TableName> named = NamedTables.of(table);
            if (named.isEmpty()) throw new IllegalArgumentException("exclude must be given tables: " + table);
            for (TableName each : named) excluded.add(each.name());
        }
        return this;
    }

    /**
     * Sets the schema model. If set, the database's catalog is read only to check the model. The model may contain {@linkplain
     * CacheModel#rules() rules} for its tables. Default: none; the catalog of each data source is read at its first connection, and
     * again after DDL.
     *
     * @param value the model, for instance a generated one
     * @return this builder
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder model(CacheModel value) {
        Objects.requireNonNull(value, "model");
        given.set("model", value.getClass().getName());
        model = value;
        return this;
    }

    /**
     * Sets the action if the {@link #model} does not match the database's catalog. Default: {@link ModelCheck#LOG}.
     *
     * @param value the action
     * @return this builder
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder modelCheck(ModelCheck value) {
        given.set("modelCheck", value);
        modelCheck = value;
        return this;
    }

    /**
     * Declares which tables a view reads. Needed for a view whose definition is not understood.
     *
     * @param view the view
     * @param reads all tables and views that the definition reads; functions that it calls are declared to be deterministic
     * @return this builder
     */
    public QueryCacheBuilder declareView(Table<?> view, Table<?>... reads) {
        Objects.requireNonNull(view, "declareView");
        requireNonNull("declareView", reads);
        declarations.view(view, reads);
        return this;
    }

    /**
     * Declares which tables the triggers of a table write. Needed for triggers whose code is not understood.
     *
     * @param table the table that has the triggers
     * @param writes all tables that the triggers write; none if they change only the row that fires them
     * @return this builder
     */
    public QueryCacheBuilder declareTrigger(Table<?> table, Table<?>... writes) {
        Objects.requireNonNull(table, "declareTrigger");
        requireNonNull("declareTrigger", writes);
        declarations.trigger(table, writes);
        return this;
    }

    /**
     * Declares the behavior of a function or procedure in any schema. Needed for a routine that is not declared to be deterministic
     * and whose code is not understood.
     *
     * @param routine the unqualified name of the routine; all its overloads are meant
     * @param behavior {@code Behavior.NONE} for a routine that only computes, {@code Behavior.reading(..)} or {@code
     *     Behavior.writing(..)}
     * @return this builder
     */
    public QueryCacheBuilder declareRoutine(String routine, Behavior behavior) {
        Objects.requireNonNull(routine, "declareRoutine");
        declarations.routine(routine, Objects.requireNonNull(behavior, "declareRoutine"));
        return this;
    }

    /**
     * Declares the behavior of a function or procedure; see {@link #declareRoutine(String, Behavior)}.
     *
     * @param routine the name of the routine, qualified by its schema if only that schema's routine is meant
     * @param behavior what the routine does
     * @return this builder
     * @throws IllegalArgumentException if the name is qualified by more than a schema
     */
    public QueryCacheBuilder declareRoutine(Name routine, Behavior behavior) {
        String[] parts = Objects.requireNonNull(routine, "declareRoutine").getName();
        Objects.requireNonNull(behavior, "declareRoutine");
        if (parts.length < 1 || parts.length > 2)
            throw new IllegalArgumentException("declareRoutine needs a name, or a schema and a name: " + routine);
        declarations.routine(new RoutineModel(
                parts.length == 1 ? "" : parts[0], parts[parts.length - 1], RoutineModel.Kind.FUNCTION, "", behavior));
        return this;
    }

    /**
     * Declares the behavior of a function or procedure; see {@link #declareRoutine(String, Behavior)}.
     *
     * @param routine the routine, for instance a generated one; all overloads in its schema are meant
     * @param behavior what the routine does
     * @return this builder
     * @throws IllegalArgumentException if the routine is part of a package
     */
    public QueryCacheBuilder declareRoutine(Routine<?> routine, Behavior behavior) {
        return declareRoutine(Objects.requireNonNull(routine, "declareRoutine").getQualifiedName(), behavior);
    }

    /**
     * Sets a supplier of the name of the session's state on which the meaning of queries depends, as {@link
     * CacheHint#sessionScope} does for one context: the tenant, the role, the user of a policy. It is called for every read, by the
     * thread that reads. Default: no name; queries that depend on the session's state are not cached.
     *
     * @param value supplies the name; {@code null} or an empty name stands for a session as the pool made it
     * @return this builder
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder sessionScope(Supplier<@Nullable String> value) {
        given.set("sessionScope", value);
        sessionScope = value;
        return this;
    }

    /**
     * Refuses queries on an untracked data source under the {@linkplain QueryCache#executeListenerProvider listener}: they fail
     * with an {@code IllegalStateException} that names the data source. Default: one warning for each untracked data source,
     * because commits, and writes other than through jOOQ, are not seen on it.
     *
     * @return this builder
     */
    public QueryCacheBuilder strict() {
        untracked = DataSources.Untracked.REFUSED;
        return this;
    }

    /**
     * Sets the store of results. The cache opens and closes it. Default: what the {@link dev.jooqcache.spi.ResultStoreFactory} on
     * the class path creates, which is {@code EhcacheResultStore.onHeap()} with {@code jooq-cache-ehcache}. It cannot be set
     * together with {@link #maximumEntries}, which is a setting of the store then.
     *
     * @param value the store; no other cache may use it
     * @return this builder
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder store(ResultStore value) {
        given.set("store", value);
        store = value;
        return this;
    }

    /**
     * Sets the store of generations. The cache closes it. Default: a store in this JVM. It cannot be set together with {@link
     * #generationCells}, which is a setting of the default store.
     *
     * @param value the store
     * @return this builder
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder generationStore(GenerationStore value) {
        given.set("generationStore", value);
        generationStore = value;
        return this;
    }

    /**
     * Sets the number of cells of the default store of generations. Each cell takes 8 bytes. Each key has two cells, and counts as
     * written if other keys have written both. Default: 524,288. It cannot be set together with {@link #generationStore}.
     *
     * @param value a power of two, at least 2
     * @return this builder
     * @throws IllegalArgumentException if the number is not a power of two, or less than 2
     * @throws IllegalStateException if it was already set
     */
    public QueryCacheBuilder generationCells(int value) {
        if (value < 2 || Integer.bitCount(value) != 1)
            throw new IllegalArgumentException("generationCells must be a power of two, >= 2: " + value);
        given.set("generationCells", value);
        generationCells = value;
        return this;
    }

    /**
     * Builds the cache.
     *
     * @return the cache, to be closed by its owner
     * @throws IllegalStateException if two settings contradict each other, if no store is set and the class path has no
     *     {@link dev.jooqcache.spi.ResultStoreFactory}, or more than one, or if another cache has opened the store
     * @throws java.util.ServiceConfigurationError if the factory on the class path cannot be loaded
     */
    public QueryCache build() {
        requireNotBoth("store", "maximumEntries");
        requireNotBoth("generationStore", "generationCells");
        return new QueryCache(this);
    }

    private static void requireNonNull(String setting, Object[] values) {
        for (Object value : Objects.requireNonNull(values, setting)) Objects.requireNonNull(value, setting);
    }

    private void requireNotBoth(String custom, String ofDefault) {
        if (given.get(custom) != null && given.get(ofDefault) != null)
            throw new IllegalStateException(
                    ofDefault + " (" + given.get(ofDefault) + ") is a setting of the default store, and " + custom
                            + " (" + given.get(custom) + ") replaces that: set only one of the two");
    }

    String name() {
        return name;
    }

    Duration inDoubtTimeout() {
        return inDoubtTimeout;
    }

    DataSources.Untracked untracked() {
        return untracked;
    }

    ResultStore resultStore() {
        if (store != null) return store;
        return DefaultStore.create(maximumEntries, expireAfterWrite);
    }

    GenerationStore generations() {
        return generationStore == null ? new InJvmGenerationStore(generationCells) : generationStore;
    }

    Statements statements() {
        return new Statements(
                name,
                new Models(name, new SchemaInspector(), model, declarations.build(), modelCheck),
                maximumAnalyzedStatements,
                maximumAnalyzedStatementBytes,
                excluded,
                new Precision(invalidation == InvalidationGranularity.ROW, trackedColumns));
    }

    CacheSettings engineSettings(ResultStore results) {
        CacheMode modelled = model == null ? null : model.rules().mode();
        CacheMode fallback = modelled == null ? CacheMode.ALL : modelled;
        return new CacheSettings(
                name,
                mode == null ? fallback : mode,
                admission,
                maximumRowsPerResult,
                maximumBytesPerResult,
                singleFlightTimeout,
                sessionScope,
                expireAfterWrite == null ? results.expireAfterWrite() : expireAfterWrite);
    }
}
