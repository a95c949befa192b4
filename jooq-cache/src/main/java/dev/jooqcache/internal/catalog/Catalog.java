package dev.jooqcache.internal.catalog;

import dev.jooqcache.internal.analysis.SchemaCode;
import dev.jooqcache.internal.sql.FactNames;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.ForeignKeyModel;
import dev.jooqcache.model.KeyModel;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.Volatility;
import dev.jooqcache.model.WriteEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/** One database's catalog, being read into a model. Used once, by one thread. */
public abstract class Catalog {

    final DSLContext dsl;
    private final CacheModel.Builder model = CacheModel.builder();
    /** Names that differ in case only are one name, but may be a table's and a view's. */
    private final Map<TableName, Map<TableModel.Kind, TableModel.Builder>> tables = new LinkedHashMap<>();

    private final Set<String> relationNames = new HashSet<>();
    private final Set<String> routineNames = new HashSet<>();
    private final Map<List<String>, Set<String>> columnTypes = new HashMap<>();
    private @Nullable SchemaCode code;

    Catalog(DSLContext dsl) {
        this.dsl = dsl;
    }

    /** Reads everything. */
    public final CacheModel read(@Nullable String version) {
        relations();
        routineNames();
        facts();
        tables.values().forEach(twins -> twins.values().forEach(table -> model.table(table.build())));
        return model.version(version).build();
    }

    /** Finds all relations, by {@link #relation}. */
    abstract void relations();

    /** Finds the names of all routines, by {@link #routineName}. */
    abstract void routineNames();

    /** Finds everything else, when all names are known. */
    abstract void facts();

    final SQLDialect dialect() {
        return dsl.dialect();
    }

    final TableModel.Builder relation(TableName name, TableModel.Kind kind) {
        relationNames.add(name.name());
        return tables.computeIfAbsent(name, n -> new EnumMap<>(TableModel.Kind.class))
                .computeIfAbsent(kind, k -> TableModel.of(name, k));
    }

    /** A sequence can be read as if it were a table, where its name is a table's as well it must be told from that. */
    final void sequence(TableName name) {
        if (relationNames.contains(name.name())) relation(name, TableModel.Kind.OTHER);
    }

    /** Keeps a column's type for code that names it, or all columns, before that is read. */
    final void columnType(TableName table, String column, String type) {
        for (String name : List.of(TableName.fold(column), FactNames.ANY_COLUMN))
            columnTypes
                    .computeIfAbsent(List.of(table.name(), name), c -> new HashSet<>())
                    .add(type);
    }

    private Set<String> columnTypes(String table, String column) {
        return columnTypes.getOrDefault(List.of(table, column), Set.of());
    }

    final void routineName(String name) {
        routineNames.add(TableName.fold(name));
    }

    /** Understands code, with the names known so far. */
    final SchemaCode code() {
        SchemaCode known = code;
        if (known == null) code = known = new SchemaCode(dialect(), relationNames, routineNames, this::columnTypes);
        return known;
    }

    /** Does something to a relation, if it is one. */
    final void with(TableName name, Consumer<TableModel.Builder> fact) {
        tables.getOrDefault(name, Map.of()).values().forEach(fact);
    }

    final boolean isShown(TableName name) {
        return tables.containsKey(name);
    }

    /** Returns whether there is a relation of that name in any schema. */
    final boolean isRelation(String name) {
        return relationNames.contains(name);
    }

    final Collection<TableName> names() {
        return List.copyOf(tables.keySet());
    }

    final void routine(RoutineModel routine) {
        model.routine(routine);
    }

    final void gap(String gap) {
        model.gap(gap);
    }

    final void each(String sql, Consumer<Record> row) {
        dsl.fetch(sql).forEach(row);
    }

    static TableName name(Record row) {
        return TableName.of(text(row, 0), text(row, 1));
    }

    /** A cell as text; an empty one for NULL. */
    static String text(Record row, int column) {
        String text = row.get(column, String.class);
        return text == null ? "" : text;
    }

    static boolean flag(Record row, int column) {
        Boolean flag = row.get(column, Boolean.class);
        return flag != null && flag;
    }

    /** Behavior that calls routines and does nothing else. */
    static Behavior calling(Collection<String> routines) {
        Behavior nothing = Behavior.NONE;
        return new Behavior(
                routines.isEmpty() ? nothing.volatility() : Volatility.STABLE,
                nothing.reads(),
                nothing.writes(),
                new TreeSet<>(routines),
                "",
                null);
    }

    /**
     * Reads keys.
     *
     * @param sql answers schema, table, constraint, type and column, one row for each column in order
     */
    final void keys(String sql) {
        grouped(sql, (first, rows) -> {
            KeyModel.Kind kind = text(first, 3).startsWith("PRIMARY") ? KeyModel.Kind.PRIMARY : KeyModel.Kind.UNIQUE;
            String[] columns = column(rows, 4).toArray(String[]::new);
            with(name(first), table -> table.key(text(first, 2), kind, columns));
        });
    }

    /**
     * Reads foreign keys.
     *
     * @param sql answers schema, table, constraint, column, the same of what it refers to without the constraint, the rules
     *     for delete and update, one row for each column in order
     */
    final void foreignKeys(String sql) {
        grouped(
                sql,
                (first, rows) -> with(
                        name(first),
                        table -> table.foreignKey(new ForeignKeyModel(
                                text(first, 2),
                                column(rows, 3),
                                TableName.of(text(first, 4), text(first, 5)),
                                column(rows, 6),
                                action(text(first, 7)),
                                action(text(first, 8))))));
    }

    /**
     * Reads what takes several rows.
     *
     * @param sql answers schema, table, name and more
     * @param consumer takes the first row and all rows of one name
     */
    final void grouped(String sql, BiConsumer<Record, List<Record>> consumer) {
        Map<List<String>, List<Record>> rows = new LinkedHashMap<>();
        each(
                sql,
                row -> rows.computeIfAbsent(List.of(text(row, 0), text(row, 1), text(row, 2)), c -> new ArrayList<>())
                        .add(row));
        rows.values().forEach(of -> consumer.accept(of.get(0), of));
    }

    private static List<String> column(List<Record> rows, int column) {
        return rows.stream().map(row -> text(row, column)).toList();
    }

    /** A referential action by its name in {@code information_schema}. */
    private static ForeignKeyModel.Action action(String rule) {
        return switch (rule) {
            case "CASCADE" -> ForeignKeyModel.Action.CASCADE;
            case "SET NULL" -> ForeignKeyModel.Action.SET_NULL;
            case "SET DEFAULT" -> ForeignKeyModel.Action.SET_DEFAULT;
            default -> ForeignKeyModel.Action.RESTRICT;
        };
    }

    /** A trigger's event by its name in {@code information_schema}. */
    static Set<WriteEvent> events(String event) {
        return switch (event) {
            case "INSERT" -> Set.of(WriteEvent.INSERT);
            case "UPDATE" -> Set.of(WriteEvent.UPDATE);
            case "DELETE" -> Set.of(WriteEvent.DELETE);
            default -> WriteEvent.ALL;
        };
    }

    /** A trigger's timing by its name in {@code information_schema}. */
    static TriggerModel.Timing timing(String timing) {
        return TriggerModel.Timing.valueOf(timing.toUpperCase(Locale.ROOT).replace(' ', '_'));
    }
}
