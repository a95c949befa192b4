package dev.jooqcache.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A model made of its facts. */
record SchemaFacts(
        List<TableModel> tables,
        List<RoutineModel> routines,
        List<String> gaps,
        @Nullable String version,
        CacheRules rules)
        implements CacheModel {

    private static final Pattern COUNT = Pattern.compile("(?i)count\\s*\\(\\s*\\*\\s*\\)");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_$]+");

    static final SchemaFacts EMPTY = new SchemaFacts(List.of(), List.of(), List.of(), null, CacheRules.NONE);

    SchemaFacts {
        tables = tables.stream().sorted(Comparator.comparing(TableModel::name)).toList();
        routines = routines.stream().sorted().toList();
        gaps = List.copyOf(gaps);
    }

    static CacheModel merge(CacheModel one, CacheModel other) {
        List<String> gaps = new ArrayList<>(new TreeSet<>(one.gaps()));
        for (String gap : other.gaps()) if (!gaps.contains(gap)) gaps.add(gap);
        return new SchemaFacts(
                merge(one.tables(), other.tables(), TableModel::isCoveredBy, TableModel::or),
                merge(
                        one.routines(),
                        other.routines(),
                        (known, added) -> known.isCoveredBy(added) || known.isSameAs(added),
                        (known, added) -> new RoutineModel(
                                known.schema(),
                                known.name(),
                                known.kind(),
                                known.signature(),
                                known.behavior().or(added.behavior()))),
                gaps,
                one.version() == null ? other.version() : one.version(),
                one.rules().and(other.rules()));
    }

    private static <T> List<T> merge(List<T> one, List<T> other, BiPredicate<T, T> isMeant, BiFunction<T, T, T> both) {
        List<T> merged = new ArrayList<>(one);
        for (T added : other) {
            boolean known = false;
            for (int i = 0; i < merged.size(); i++)
                if (isMeant.test(merged.get(i), added)) {
                    merged.set(i, both.apply(merged.get(i), added));
                    known = true;
                }
            if (!known) merged.add(added);
        }
        return merged;
    }

    static List<String> differences(CacheModel one, CacheModel other) {
        Map<String, String> expected = lines(one);
        Map<String, String> actual = lines(other);
        List<String> differences = new ArrayList<>();
        for (Map.Entry<String, String> entry : expected.entrySet()) {
            String found = actual.remove(entry.getKey());
            if (found == null) differences.add("- " + entry.getKey() + ": " + entry.getValue());
            else if (!found.equals(entry.getValue()))
                differences.add("~ " + entry.getKey() + ": " + entry.getValue() + " -> " + found);
        }
        actual.forEach((what, how) -> differences.add("+ " + what + ": " + how));
        differences.addAll(differencesOfViews(one, other));
        return differences;
    }

    /** Texts differ from one version of a database to the next; the columns that they name do not. */
    private static List<String> differencesOfViews(CacheModel one, CacheModel other) {
        Map<TableName, SortedSet<String>> expected = columnsOfViews(one);
        Map<TableName, SortedSet<String>> actual = columnsOfViews(other);
        List<String> differences = new ArrayList<>();
        expected.forEach((view, columns) -> {
            SortedSet<String> found = actual.getOrDefault(view, columns);
            if (!found.equals(columns)) differences.add("~ " + view + " names: " + columns + " -> " + found);
        });
        return differences;
    }

    /** Of the views that show them. */
    private static Map<TableName, SortedSet<String>> columnsOfViews(CacheModel model) {
        Map<String, SortedSet<String>> columns = new HashMap<>();
        for (TableModel table : model.tables())
            for (ColumnModel column : table.columns())
                columns.computeIfAbsent(table.name().name(), t -> new TreeSet<>())
                        .add(TableName.fold(column.name()));
        Map<TableName, SortedSet<String>> named = new TreeMap<>();
        for (TableModel view : model.tables()) {
            String text = COUNT.matcher(view.definition()).replaceAll("");
            if (text.isEmpty() || text.contains("*")) continue;
            Set<String> words = WORD.matcher(TableName.fold(text))
                    .results()
                    .map(MatchResult::group)
                    .collect(Collectors.toSet());
            SortedSet<String> read = named.computeIfAbsent(view.name(), v -> new TreeSet<>());
            for (TableName table : view.reading().reads())
                for (String column : columns.getOrDefault(table.name(), Collections.emptySortedSet()))
                    if (words.contains(column)) read.add(column);
        }
        return named;
    }

    /** Every fact under a key of its own. */
    private static Map<String, String> lines(CacheModel model) {
        Map<String, String> lines = new TreeMap<>();
        for (TableModel table : model.tables()) {
            String name = table.name().toString();
            put(lines, name, TableName.fold(table.kind().name()) + table.traits() + table.parents());
            for (ColumnModel column : table.columns())
                put(lines, name + "." + column.name(), column.type() + " " + column.generation());
            for (KeyModel key : table.keys()) put(lines, name + " key", key.kind() + " " + key.columns());
            for (ForeignKeyModel key : table.foreignKeys())
                put(
                        lines,
                        name + " foreign key " + key.columns(),
                        key.references() + " " + key.referenced() + " on delete " + key.onDelete() + " on update "
                                + key.onUpdate());
            put(lines, name + " when read", table.reading().toString());
            put(lines, name + " when written", table.writing().toString());
            for (TriggerModel trigger : table.triggers())
                put(
                        lines,
                        name + " " + trigger.timing() + " trigger " + trigger.name(),
                        trigger.timing() + " " + trigger.events() + " " + trigger.action() + " own columns "
                                + trigger.ownColumns());
        }
        for (RoutineModel routine : model.routines())
            put(
                    lines,
                    "routine " + routine.schema() + "." + routine.name() + "(" + routine.signature() + ")",
                    routine.kind() + " " + routine.behavior());
        if (!model.gaps().isEmpty())
            lines.put("gaps", model.gaps().stream().sorted().collect(Collectors.joining("; ")));
        return lines;
    }

    private static void put(Map<String, String> lines, String fact, String value) {
        lines.merge(fact, value, SchemaFacts::both);
    }

    private static String both(String one, String other) {
        return one.compareTo(other) <= 0 ? one + ", " + other : other + ", " + one;
    }

    @Override
    public String toString() {
        return toMarkdown();
    }
}
