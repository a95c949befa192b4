package dev.jooqcache.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A model made of its facts. */
record SchemaFacts(
        List<TableModel> tables,
        List<RoutineModel> routines,
        List<String> gaps,
        @Nullable String version) implements CacheModel {

    static final SchemaFacts EMPTY = new SchemaFacts(List.of(), List.of(), List.of(), null);

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
                one.version() == null ? other.version() : one.version());
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
        return differences;
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
