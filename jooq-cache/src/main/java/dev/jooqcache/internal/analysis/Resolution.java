package dev.jooqcache.internal.analysis;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.dependency.ReadDependencies;
import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.dependency.TagPlan;
import dev.jooqcache.internal.query.RowDependencies;
import dev.jooqcache.internal.query.TablesRead;
import dev.jooqcache.internal.sql.ClockUse;
import dev.jooqcache.internal.sql.FactNames;
import dev.jooqcache.internal.sql.TimeCasts;
import dev.jooqcache.internal.sql.TypeNames;
import dev.jooqcache.model.CacheRule;
import dev.jooqcache.model.ColumnModel;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.Lineage;
import dev.jooqcache.model.Reach;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.spi.Tags;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a {@link Plan} means on a data source whose model is known. */
final class Resolution {

    private static final StatementEffect EVERYTHING =
            new StatementEffect(StatementEffect.Kind.WRITE, Tags.everything());

    private final Dependencies dependencies;
    private final Plan plan;
    private final Set<String> excluded;
    private final RowDependencies precise;
    private final Set<TableName> reads;
    private final Set<String> routines;
    private @Nullable BypassReason reason;
    private String detail;

    private Resolution(Dependencies dependencies, Plan plan, Set<String> excluded, RowDependencies precise) {
        this.dependencies = dependencies;
        this.plan = plan;
        this.excluded = excluded;
        this.precise = precise;
        this.reads = reads();
        this.routines = routines();
        this.reason = plan.reason();
        this.detail = plan.detail();
    }

    static AnalyzedStatement of(
            String sql, Plan plan, Dependencies dependencies, Set<String> excluded, RowDependencies precise) {
        Resolution resolution = new Resolution(dependencies, plan, excluded, precise);
        return switch (plan.kind()) {
            case READ -> resolution.read(sql);
            case WRITE -> resolution.write(sql);
            case CALL -> resolution.call(sql);
            case CONTROL -> resolution.control(sql);
        };
    }

    /**
     * Without a model nothing can be cached, and what is written is not known: a name may stand for another thing than it did
     * when the schema was last known. That tells of a write only whether code runs that may change the schema.
     */
    static AnalyzedStatement unresolved(String sql, Plan plan, @Nullable AnalyzedStatement last, BypassReason why) {
        StatementEffect before = last == null ? EVERYTHING : last.effect();
        StatementEffect effect = switch (plan.kind()) {
            case CALL -> plan.control();
            case READ, CONTROL -> {
                boolean calls = !plan.calls().unknown().isEmpty();
                // A function of the database's own may have an overload of the user's.
                boolean names = !plan.reads().isEmpty()
                        || !plan.words().isEmpty()
                        || !plan.calls().known().isEmpty();
                StatementEffect reading = calls ? StatementEffect.CODE : names ? EVERYTHING : StatementEffect.NONE;
                yield plan.control().then(reading);
            }
            case WRITE -> plan.control().then(before.equals(StatementEffect.CODE) ? StatementEffect.CODE : EVERYTHING);
        };
        return new AnalyzedStatement(
                sql,
                names(plan.reads(), Map.of()),
                ReadDependencies.NONE,
                effect.tags().names(),
                effect,
                plan.reason() == null ? why : plan.reason(),
                plan.detail(),
                "",
                false,
                Map.of(),
                effect.tags().hasEverything() ? why.description() : "",
                Limits.NONE,
                new Admission(),
                new TypeNames(),
                new TypeNames(),
                TablesRead.NONE);
    }

    /**
     * The tables that the plan reads, as the catalog knows them: without names that are only those of common table
     * expressions, with names in the text that are those of relations.
     */
    private Set<TableName> reads() {
        Set<TableName> tables = new HashSet<>();
        for (TableName table : plan.reads()) if (!isOnlyCommon(table)) tables.add(table);
        for (String word : plan.words()) if (dependencies.hasRelation(word)) tables.add(TableName.of(word));
        return tables;
    }

    /** If such a name is a table's besides, the expression may read it. */
    private boolean isOnlyCommon(TableName table) {
        return table.schema().isEmpty()
                && plan.commonTables().contains(table.name())
                && !table.isSystem()
                && !dependencies.hasRelation(table.name());
    }

    /** The functions that are not the database's own, or perhaps not: the catalog has one of the same name. */
    private Set<String> routines() {
        Set<String> called = new HashSet<>(plan.calls().unknown());
        for (String name : plan.calls().known()) if (dependencies.hasRoutine(name)) called.add(name);
        return called;
    }

    private AnalyzedStatement read(String sql) {
        Lineage lineage = dependencies.lineage(reads, routines);
        for (String name : lineage.names()) if (excluded.contains(name)) deny(BypassReason.EXCLUDED_TABLE, name);
        Limits limits = Limits.of(lineage, dependencies);
        CacheRule excluding = limits.excluding();
        if (excluding != null)
            deny(BypassReason.EXCLUDED_TABLE, excluding.table().name());
        deny(lineage.reason(), lineage.detail());
        for (ClockUse cast : plan.calls().casts())
            if (cast.mayMove(this::isMovingType, this::columnTypes))
                deny(BypassReason.NONDETERMINISTIC_FUNCTION, cast.toString());
        if (lineage.tags().isEmpty()) deny(BypassReason.NO_TABLE, "");
        ReadDependencies tags = reason == null ? precise.read(sql, lineage) : ReadDependencies.NONE;
        boolean altersSession = setsAnotherWay();
        if (altersSession) deny(BypassReason.NOT_A_SINGLE_QUERY, "settings around a query that may run code");
        StatementEffect effect = (altersSession ? StatementEffect.of(StatementEffect.Kind.SESSION) : plan.control())
                .then(effect(lineage.reach()));
        SortedMap<String, String> ways = ways(lineage.tags());
        ways.putAll(ways(lineage.reach().tags()));
        String session = plan.calls().session();
        return new AnalyzedStatement(
                sql,
                names(reads, ways(lineage.tags())),
                tags,
                touches(effect, lineage.reach()),
                effect,
                reason,
                detail,
                session.isEmpty() ? lineage.session() : session,
                plan.calls().castsText() || !routines.isEmpty(),
                ways,
                everything(lineage.reach()),
                limits,
                new Admission(),
                new TypeNames(),
                new TypeNames(),
                precise.tablesRead(sql));
    }

    /** Code that the query runs may set the variable from which a setting is taken back. */
    private boolean setsAnotherWay() {
        return plan.control().kind() == StatementEffect.Kind.SETTING_FOR_QUERY
                && !(routines.isEmpty()
                        && reads.stream().map(TableName::name).allMatch(dependencies::isReadWithoutCode));
    }

    /** The catalog has a routine that stands for reading such a type; the type of a table's rows has none. */
    private boolean isMovingType(String type) {
        return dependencies.hasRoutine(TimeCasts.reading(type)) || dependencies.hasRelation(type);
    }

    private Set<String> columnTypes(String column) {
        Set<String> types = new HashSet<>();
        for (TableName table : reads)
            for (TableModel relation : dependencies.relationsNamed(table.name()))
                for (ColumnModel of : relation.columns())
                    if (column.equals(FactNames.ANY_COLUMN) || of.name().equals(column)) types.add(of.type());
        return types;
    }

    /** A write, and what reading the other tables that it names runs. */
    private AnalyzedStatement write(String sql) {
        RowDependencies.Target target = plan.events().size() == 1 ? precise.target(sql, plan.writes()) : null;
        Reach reach = dependencies
                .reach(plan.writes(), plan.events(), target == null ? null : target.updated(), routines)
                .and(dependencies.lineage(reads, Set.of()).reach());
        // Where nothing can be known of triggers, they are not taken for code that changes schemas and sessions.
        boolean gaps = !dependencies.model().gaps().isEmpty();
        StatementEffect effect =
                reach.everything() != null && gaps && !reach.elsewhere() ? EVERYTHING : effect(reach, target);
        return statement(sql, plan.control().then(effect), reach);
    }

    private AnalyzedStatement control(String sql) {
        Reach reach = dependencies.reach(Set.of(), Set.of(), routines);
        if (namesAnything())
            reach = reach.and(dependencies.lineage(reads, Set.of()).reach());
        return statement(sql, plan.control().then(effect(reach)), reach);
    }

    /** Where it does not, as in COMMIT, there is no value that could be cast or compared. */
    private boolean namesAnything() {
        return !reads.isEmpty()
                || !plan.words().isEmpty()
                || !plan.calls().known().isEmpty()
                || !plan.calls().unknown().isEmpty();
    }

    /** A procedure that is not known may also change the schema. */
    private AnalyzedStatement call(String sql) {
        Reach reach = dependencies
                .reach(Set.of(), Set.of(), routines)
                .and(dependencies.lineage(reads, Set.of()).reach());
        return statement(sql, reach.everything() == null ? effect(reach) : plan.control(), reach);
    }

    private AnalyzedStatement statement(String sql, StatementEffect effect, Reach reach) {
        return new AnalyzedStatement(
                sql,
                plan.kind() == Plan.Kind.WRITE ? List.of() : names(reads, Map.of()),
                ReadDependencies.NONE,
                touches(effect, reach),
                effect,
                reason,
                detail,
                "",
                false,
                ways(reach.tags()),
                effect.tags().hasEverything() && reach.everything() == null
                        ? "its effect is not understood"
                        : everything(reach),
                Limits.NONE,
                new Admission(),
                new TypeNames(),
                new TypeNames(),
                TablesRead.NONE);
    }

    /** Code of unknown effect may do anything. */
    private StatementEffect effect(Reach reach) {
        return effect(reach, null);
    }

    /** The target of a plain statement is taken by its rows, unless it is touched in another way as well. */
    private StatementEffect effect(Reach reach, RowDependencies.@Nullable Target target) {
        if (reach.everything() != null) return StatementEffect.CODE;
        if (reach.isEmpty()) return StatementEffect.NONE;
        Set<String> whole = new TreeSet<>(reach.tags().keySet());
        TagPlan rows = TagPlan.NONE;
        if (target != null && !reach.indirect().contains(target.table()) && whole.remove(target.table()))
            rows = target.tags();
        return new StatementEffect(
                StatementEffect.Kind.WRITE, TagPlan.of(precise.whole(whole)).and(rows));
    }

    private static List<String> touches(StatementEffect effect, Reach reach) {
        if (effect.tags().hasEverything()) return List.of(Tags.EVERYTHING_TAG);
        return List.copyOf(reach.tags().keySet());
    }

    private static String everything(Reach reach) {
        return reach.everything() == null ? "" : reach.everything();
    }

    private static SortedMap<String, String> ways(Map<String, String> tags) {
        SortedMap<String, String> ways = new TreeMap<>(tags);
        ways.values().removeIf(String::isEmpty);
        return ways;
    }

    private static List<String> names(Set<TableName> tables, Map<String, String> ways) {
        Set<String> names = new TreeSet<>(ways.keySet());
        for (TableName table : tables) names.add(table.toString());
        return List.copyOf(names);
    }

    private void deny(@Nullable BypassReason why, String what) {
        if (reason != null || why == null) return;
        reason = why;
        detail = what;
    }
}
