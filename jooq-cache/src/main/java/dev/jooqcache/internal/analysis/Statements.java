package dev.jooqcache.internal.analysis;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.transaction.Effect;
import dev.jooqcache.internal.transaction.Effects;
import dev.jooqcache.internal.transaction.TrackedSource;
import dev.jooqcache.spi.Tags;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jooq.Configuration;
import org.jooq.Query;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Analyses each SQL text once per data source and schema, and remembers the outcome, up to a limit. Thread-safe.
 *
 * <p>A text that jOOQ rendered is analysed from its query before it is executed, so that the connection, which sees the
 * text only, finds the better analysis.
 */
public final class Statements implements Effects {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");

    private final String cacheName;
    private final int limit;
    private final Set<String> excluded;
    private final Map<Key, AnalyzedStatement> statements = new ConcurrentHashMap<>();
    private final Map<TrackedSource, Schema> schemas = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * Begins empty.
     *
     * @param cacheName begins every log line
     * @param limit how many texts are remembered
     * @param excludedTables names of tables that are not to be cached
     */
    public Statements(String cacheName, int limit, Set<String> excludedTables) {
        this.cacheName = cacheName;
        this.limit = limit;
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
        Key key = new Key(dataSource, sql);
        AnalyzedStatement known = statements.get(key);
        if (known != null) return known;
        return remember(key, schema(dataSource), Planner.plan(query, sql, configuration));
    }

    @Override
    public Effect of(TrackedSource dataSource, String sql) {
        Key key = new Key(dataSource, sql);
        AnalyzedStatement known = statements.get(key);
        if (known != null) return known.effect();
        try {
            return remember(key, schema(dataSource), Planner.plan(sql, dataSource.dialect()))
                    .effect();
        } catch (RuntimeException | StackOverflowError e) {
            LOG.debug("{}: cannot analyse a statement, so it touches everything: {}", cacheName, sql, e);
            return Effect.UNKNOWN;
        }
    }

    /**
     * What a write of the given tables by somebody unseen touches, on whatever data source it was.
     *
     * @param tables names of tables
     * @return their tags, and those of what cascades from them
     */
    public Tags touchedBy(Collection<String> tables) {
        Set<TableName> names =
                tables.stream().map(name -> TableName.of("", name)).collect(Collectors.toSet());
        Tags touched = Tags.of(names.stream().map(TableName::name).toList());
        List<Schema> all;
        synchronized (schemas) {
            all = List.copyOf(schemas.values());
        }
        for (Schema schema : all)
            touched = touched.plus(schema.effect(names, Plan.Mode.CHANGE).tags());
        return touched;
    }

    @SuppressWarnings("ReferenceEquality") // A schema that was read anew is another one, even if it says the same.
    private AnalyzedStatement remember(Key key, @Nullable Schema schema, Plan plan) {
        AnalyzedStatement statement = resolve(key.sql, plan, schema);
        if (statements.size() >= limit) makeRoom();
        statements.put(key, statement);
        // The schema may have been forgotten between reading it and remembering what it led to.
        if (schema != schema(key.dataSource)) statements.remove(key);
        if (statement.effect().tags().contains(Tags.EVERYTHING_TAG))
            LOG.debug("{}: touches everything ({}): {}", cacheName, plan.detail(), key.sql);
        return statement;
    }

    private void makeRoom() {
        Iterator<Key> keys = statements.keySet().iterator();
        for (int i = 0; i < limit / 8 + 1 && keys.hasNext(); i++) {
            keys.next();
            keys.remove();
        }
    }

    private @Nullable Schema schema(TrackedSource dataSource) {
        return schemas.get(dataSource);
    }

    private AnalyzedStatement resolve(String sql, Plan plan, @Nullable Schema schema) {
        Set<TableName> reads = schema == null ? plan.reads() : schema.reads(plan);
        List<String> tables = reads.stream().map(TableName::toString).sorted().toList();
        String routine = schema == null ? null : schema.routineAmong(plan.called());
        Effect effect = routine == null ? effect(plan, schema) : Effect.UNKNOWN;
        BypassReason reason = plan.reason();
        String detail = plan.detail();
        Tags tags = Tags.none();
        if (plan.kind() == Plan.Kind.READ) {
            if (reason == null) {
                Denial denial =
                        routine == null ? denial(reads, schema) : new Denial(BypassReason.UNKNOWN_FUNCTION, routine);
                reason = denial.reason;
                detail = denial.detail;
            }
            if (reason == null && schema != null) tags = schema.tags(reads).withEverything();
        }
        return new AnalyzedStatement(sql, tables, tags, effect, reason, detail, plan.castsText());
    }

    private static Effect effect(Plan plan, @Nullable Schema schema) {
        return switch (plan.kind()) {
            case READ -> Effect.NONE;
            case WRITE -> schema == null ? Schema.everything() : schema.effect(plan.writes(), plan.mode());
            case CONTROL -> plan.control();
        };
    }

    private Denial denial(Set<TableName> reads, @Nullable Schema schema) {
        if (schema == null) return new Denial(BypassReason.SCHEMA_UNKNOWN, "");
        if (reads.isEmpty()) return new Denial(BypassReason.NO_TABLE, "");
        for (TableName table : reads) {
            if (excluded.contains(table.name())) return new Denial(BypassReason.EXCLUDED_TABLE, table.toString());
            BypassReason reason = schema.denial(table);
            if (reason != null) return new Denial(reason, table.toString());
        }
        return new Denial(null, "");
    }

    @Override
    public @Nullable Runnable inspect(TrackedSource dataSource, Connection connection) {
        try {
            Schema schema = SchemaReader.read(connection, dataSource.dialect());
            return () -> {
                schemas.put(dataSource, schema);
                statements.keySet().removeIf(key -> key.dataSource == dataSource);
            };
        } catch (SQLException | RuntimeException e) {
            LOG.warn(
                    "{}: cannot read the catalog of data source {}; until that succeeds its queries are not cached, and"
                            + " each of its writes invalidates everything",
                    cacheName,
                    dataSource.name(),
                    e);
            return null;
        }
    }

    @Override
    public void forget(TrackedSource dataSource) {
        schemas.remove(dataSource);
        statements.keySet().removeIf(key -> key.dataSource == dataSource);
    }

    private record Denial(@Nullable BypassReason reason, String detail) {}

    private record Key(TrackedSource dataSource, String sql) {}
}
