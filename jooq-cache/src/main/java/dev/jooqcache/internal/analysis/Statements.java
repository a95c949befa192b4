package dev.jooqcache.internal.analysis;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.query.Precision;
import dev.jooqcache.internal.query.RowDependencies;
import dev.jooqcache.internal.query.TrackedColumns;
import dev.jooqcache.internal.sql.ParameterMarkers;
import dev.jooqcache.internal.sql.StatementKind;
import dev.jooqcache.internal.sql.TextMemory;
import dev.jooqcache.internal.transaction.LookBack;
import dev.jooqcache.internal.transaction.StatementEffects;
import dev.jooqcache.internal.transaction.TrackedSource;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.Reach;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.WriteEvent;
import dev.jooqcache.spi.Tags;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jooq.Configuration;
import org.jooq.Query;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Analyses each SQL text once per data source and schema, and remembers the outcome, up to a limit. Thread-safe.
 *
 * <p>A text that jOOQ rendered is analysed from its query before it is executed, so that the connection, which sees the
 * text only, finds the better analysis.
 */
public final class Statements implements StatementEffects {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");

    /** The analysis of a text takes many times its size. */
    private static final int LONGEST_ANALYZED = 8 << 20;

    /** Drivers and users call the one by the name of the other. */
    private static final Set<SQLDialect> POSTGRES_LIKE = EnumSet.of(SQLDialect.POSTGRES, SQLDialect.YUGABYTEDB);

    private final String cacheName;
    private final Set<String> excluded;
    private final TextMemory<Known> statements;
    private final Set<TrackedSource> dataSources =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    private final Map<TrackedSource, Schema> schemas = Collections.synchronizedMap(new WeakHashMap<>());
    private final Inspections inspections = new Inspections();
    private final HiddenReferences references = new HiddenReferences();
    private final Models models;
    private final Precision precision;

    /**
     * Begins empty.
     *
     * @param cacheName begins every log line
     * @param models where the models of data sources come from
     * @param limit how many texts are remembered
     * @param limitBytes how much heap they may take, in bytes, estimated
     * @param excludedTables names of tables that are not to be cached
     * @param precision how far rows and columns are told apart
     */
    public Statements(
            String cacheName,
            Models models,
            int limit,
            long limitBytes,
            Set<String> excludedTables,
            Precision precision) {
        this.cacheName = cacheName;
        this.models = models;
        this.statements = new TextMemory<>(limit, limitBytes);
        this.precision = precision;
        this.excluded = excludedTables.stream().map(TableName::fold).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Analyses a query that jOOQ has rendered.
     *
     * @param query the query
     * @param sql its text
     * @param configuration the configuration under which it was rendered
     * @param dataSource where it will run
     * @return the outcome
     */
    public AnalyzedStatement of(Query query, String sql, Configuration configuration, TrackedSource dataSource) {
        AnalyzedStatement known = known(dataSource, sql);
        if (known != null) return known;
        inspections.used(dataSource);
        return remember(dataSource, sql, isTooLong(sql) ? Planner.tooLong() : Planner.plan(query, sql, configuration));
    }

    private static Plan plan(TrackedSource dataSource, String sql) {
        return isTooLong(sql) ? Planner.tooLong() : Planner.plan(sql, dataSource.dialect());
    }

    private static boolean isTooLong(String sql) {
        return sql.length() > LONGEST_ANALYZED;
    }

    @Override
    public boolean needsSchema(TrackedSource dataSource, String sql) {
        try {
            Known known = statements.get(dataSource, sql);
            if (known == null) {
                remember(dataSource, sql, plan(dataSource, sql));
                known = statements.get(dataSource, sql);
            }
            return (known == null || known.plan.dependsOnSchema()) && !inspections.isResting(dataSource);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return false;
        }
    }

    @Override
    public StatementEffect of(TrackedSource dataSource, String sql) {
        AnalyzedStatement known = known(dataSource, sql);
        if (known != null) return known.effect();
        try {
            return remember(dataSource, sql, plan(dataSource, sql)).effect();
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            LOG.debug("{}: cannot analyse a statement, so it touches everything: {}", cacheName, sql, e);
            return StatementEffect.CODE;
        }
    }

    @Override
    public StatementEffect ofUnplaced(TrackedSource elsewhere, String sql) {
        List<TrackedSource> all = new ArrayList<>();
        synchronized (dataSources) {
            for (TrackedSource each : dataSources) if (mayBeOneDatabase(elsewhere, each)) all.add(each);
        }
        String text = isTooLong(sql) ? sql : ParameterMarkers.ofJdbc(sql, elsewhere.dialect());
        if (all.isEmpty() || all.stream().anyMatch(each -> schema(each) == null)) return of(elsewhere, text);
        return all.stream().map(each -> of(each, text)).reduce(StatementEffect.NONE, StatementEffect::then);
    }

    /** Returns whether two dialects may be those of one database, each as a driver or a user has named it. */
    private static boolean mayBeOneDatabase(TrackedSource one, TrackedSource other) {
        SQLDialect here = one.dialect().family();
        SQLDialect there = other.dialect().family();
        return here == there
                || here == SQLDialect.DEFAULT
                || there == SQLDialect.DEFAULT
                || (StatementKind.isMysql(here) && StatementKind.isMysql(there))
                || (POSTGRES_LIKE.contains(here) && POSTGRES_LIKE.contains(there));
    }

    @Override
    public LookBack question(TrackedSource dataSource, String sql) {
        if (!StatementKind.isMysql(dataSource.dialect())) return LookBack.NONE;
        Known known = statements.get(dataSource, sql);
        if (known == null) return Questions.told(sql);
        Dependencies schema = known.schema;
        return known.question != LookBack.NONE || (schema != null && !Questions.mayAsk(known.plan, schema))
                ? known.question
                : LookBack.PERHAPS;
    }

    /**
     * What is known of a text. Its plan stays; what it means is found out anew under another schema.
     *
     * @param dataSource where it will run
     * @param sql the text
     * @return the outcome, or {@code null} if the text was not analysed yet
     */
    public @Nullable AnalyzedStatement known(TrackedSource dataSource, String sql) {
        Known known = statements.get(dataSource, sql);
        if (known == null) return null;
        return isCurrent(known) ? known.statement : remember(dataSource, sql, known.plan);
    }

    /**
     * The same, for a query that asks again and again.
     *
     * @param dataSource where it will run
     * @param sql the text, always the same with one {@code last}
     * @param last what was answered before
     * @return the outcome, or {@code null} if the text was not analysed yet
     */
    public @Nullable AnalyzedStatement known(TrackedSource dataSource, String sql, Last last) {
        Last.Answer before = last.answer;
        Known known = before != null && before.dataSource == dataSource ? before.entry.get() : null;
        if (known != null && isCurrent(known)) return known.statement;
        AnalyzedStatement statement = known(dataSource, sql);
        TextMemory.Entry<Known> entry = statements.entry(dataSource, sql);
        last.answer = entry == null ? null : new Last.Answer(dataSource, entry);
        return statement;
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isCurrent(Known known) {
        return known.schema == known.cell.dependencies && known.disputes == precision.disputes();
    }

    /**
     * Returns the tags that an untracked write of the given tables touches, on whatever data source it was.
     *
     * @param tables tables, aliases or joins; tables of one name in several schemas are all meant
     * @return their tags, and those of what cascades from them
     */
    public Tags touchedBy(Collection<? extends Table<?>> tables) {
        Set<TableName> names = new HashSet<>();
        boolean areNamed = true;
        for (Table<?> table : tables) {
            Set<TableName> named = NamedTables.of(table);
            areNamed &= !named.isEmpty();
            for (TableName name : named) names.add(TableName.of(name.name()));
        }
        Tags touched = precision.whole(names.stream().map(TableName::name).toList());
        if (!areNamed) touched = touched.withEverything();
        List<Dependencies> all = new ArrayList<>();
        synchronized (dataSources) {
            for (TrackedSource dataSource : dataSources) {
                Dependencies schema = schema(dataSource);
                if (schema != null) all.add(schema);
            }
        }
        for (TableName name : names) {
            // Perhaps a synonym, or a table that an untracked statement has just created.
            boolean known = all.isEmpty() || all.stream().anyMatch(schema -> schema.hasRelation(name.name()));
            if (!known) touched = touched.withEverything();
            for (Dependencies schema : all)
                if (schema.hasRelation(name.name())) {
                    Reach reach = schema.reach(Set.of(name), WriteEvent.ALL, Set.of());
                    touched = touched.plus(precision.whole(reach.tags().keySet()));
                    if (reach.everything() != null) touched = touched.withEverything();
                }
        }
        return touched;
    }

    private AnalyzedStatement remember(TrackedSource dataSource, String sql, Plan plan) {
        if (mayRename(dataSource, sql, plan)) precision.renamed();
        int disputes = precision.disputes();
        Schema cell = schemaOf(dataSource);
        Dependencies schema = cell.dependencies;
        AnalyzedStatement statement =
                schema == null ? unresolved(dataSource, sql, plan) : resolved(dataSource, sql, plan, schema);
        Known before = statements.get(dataSource, sql);
        if (before != null) statement = statement.with(before.statement.admission());
        statements.put(dataSource, sql, new Known(plan, statement, cell, schema, disputes, Questions.told(sql)));
        if (statement.effect().tags().hasEverything())
            LOG.debug("{}: touches everything ({}): {}", cacheName, statement.everything(), sql);
        return statement;
    }

    private static boolean mayRename(TrackedSource dataSource, String sql, Plan plan) {
        return plan.kind() == Plan.Kind.CONTROL
                && dataSource.dialect().family() == SQLDialect.H2
                && sql.toLowerCase(Locale.ROOT).contains("rename");
    }

    private AnalyzedStatement resolved(TrackedSource dataSource, String sql, Plan plan, Dependencies schema) {
        return Resolution.of(sql, plan, schema, excluded, new RowDependencies(schema, precision, dataSource.dialect()));
    }

    private AnalyzedStatement unresolved(TrackedSource dataSource, String sql, Plan plan) {
        Dependencies last = models.last(dataSource);
        AnalyzedStatement before = last == null ? null : resolved(dataSource, sql, plan, last);
        return Resolution.unresolved(sql, plan, before, whyUnknown(dataSource));
    }

    private BypassReason whyUnknown(TrackedSource dataSource) {
        return models.isRefused(dataSource) ? BypassReason.MODEL_MISMATCH : BypassReason.SCHEMA_UNKNOWN;
    }

    private @Nullable Dependencies schema(TrackedSource dataSource) {
        Schema known = schemas.get(dataSource);
        return known == null ? null : known.dependencies;
    }

    private Schema schemaOf(TrackedSource dataSource) {
        return schemas.computeIfAbsent(dataSource, any -> new Schema());
    }

    @Override
    public boolean wantsSchema(TrackedSource dataSource) {
        return inspections.wereUsed(dataSource) || !inspections.isResting(dataSource);
    }

    @Override
    public @Nullable BooleanSupplier inspect(TrackedSource dataSource, Connection connection) {
        try {
            long start = System.nanoTime();
            Dependencies asked = ask(dataSource, connection);
            boolean mayHide = StatementKind.isMysql(dataSource.dialect());
            Dependencies schema = mayHide && asked != null ? references.complete(asked) : asked;
            inspections.ended(dataSource, start);
            dataSources.add(dataSource);
            return () -> publish(dataSource, schema);
        } catch (SQLException | RuntimeException | LinkageError e) {
            LOG.warn(
                    "{}: cannot read the catalog of data source {}; until that succeeds its queries are not cached, and"
                            + " each of its writes invalidates everything",
                    cacheName,
                    dataSource.name(),
                    e);
            return null;
        }
    }

    /** A wrapper of the user's may not let through all that the driver tells. */
    private @Nullable Dependencies ask(TrackedSource dataSource, Connection connection) throws SQLException {
        try {
            return models.of(dataSource, connection);
        } catch (SQLException | RuntimeException | LinkageError e) {
            Connection driver = TrackedSource.driverConnection(connection);
            if (driver.equals(connection)) throw e;
            return models.of(dataSource, driver);
        }
    }

    private boolean publish(TrackedSource dataSource, @Nullable Dependencies schema) {
        if (schema != null && hasNews(dataSource, schema)) return false;
        schemaOf(dataSource).dependencies = schema;
        return true;
    }

    /**
     * Compares a schema with those of the other data sources, and returns whether that told what was not known until now, so that
     * statements must be analysed again.
     */
    private boolean hasNews(TrackedSource dataSource, Dependencies schema) {
        boolean mayHide = StatementKind.isMysql(dataSource.dialect());
        boolean news = false;
        synchronized (dataSources) {
            for (TrackedSource other : dataSources) {
                Dependencies known = other == dataSource ? null : schema(other);
                if (known == null || known == schema) continue;
                news |= dispute(dataSource, schema, other, known);
                if (mayHide && mayBeOneDatabase(dataSource, other))
                    news |= references.learn(schema.model(), known.model());
            }
        }
        return news;
    }

    /** Finds tables of one name that have other keys in another data source. */
    private boolean dispute(TrackedSource dataSource, Dependencies schema, TrackedSource other, Dependencies known) {
        boolean news = false;
        for (TableModel table : schema.model().tables()) {
            String name = table.name().name();
            if (known.hasRelation(name) && !signature(dataSource, schema, name).equals(signature(other, known, name)))
                news |= precision.dispute(name);
        }
        return news;
    }

    private String signature(TrackedSource dataSource, Dependencies schema, String table) {
        TrackedColumns columns = precision.columns(table, schema, dataSource.dialect());
        return columns == null ? "" : columns.signature();
    }

    @Override
    public boolean asksCatalog(TrackedSource dataSource) {
        return models.asksCatalog(dataSource);
    }

    @Override
    public void forget(TrackedSource dataSource) {
        models.changed(dataSource);
        schemaOf(dataSource).dependencies = null;
    }

    /** Saves a query that is executed again and again the search for its text, as long as that is remembered. Thread-safe. */
    public static final class Last {

        private volatile @Nullable Answer answer;

        private record Answer(TrackedSource dataSource, TextMemory.Entry<Known> entry) {}
    }

    /** What is known of the schema of one data source at present: nothing, from each DDL on until its catalog was read. */
    private static final class Schema {
        private volatile @Nullable Dependencies dependencies;
    }

    private record Known(
            Plan plan,
            AnalyzedStatement statement,
            Schema cell,
            @Nullable Dependencies schema,
            int disputes,
            LookBack question) {}
}
