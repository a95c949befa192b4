package dev.jooqcache.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * One way in which a write invalidates the queries over a relation: {@code film → (foreign key of copy) → copy →
 * film_listing}. Immutable.
 *
 * @param relation what the queries are over
 * @param written what is written
 * @param events in which ways
 * @param table the table that both have in common, or the root of its partition or inheritance tree
 * @param how the foreign keys, triggers and partitions from what is written to the table; empty if it is the table
 * @param through the views, routines and policies from the table to the relation; empty if it is the table
 */
public record Invalidation(
        TableName relation, TableName written, SortedSet<WriteEvent> events, String table, String how, String through) {

    /** The writes that are followed. TRUNCATE is a DELETE that takes all referring tables with it. */
    private static final Set<WriteEvent> FOLLOWED = WriteEvent.ROWS;

    private static final Pattern STEP = Pattern.compile(
            ", (?=(?:view|routine|trigger|foreign key of|policies of|types of|partitions of|defaults and) )");

    private static final Comparator<Invalidation> ORDER = Comparator.comparing(
                    (Invalidation one) -> one.how.length() + one.through.length())
            .thenComparing(Invalidation::written)
            .thenComparing(Invalidation::table);

    /**
     * Copies the events.
     *
     * @param relation what the queries are over
     * @param written what is written
     * @param events in which ways
     * @param table the table that both have in common, or the root of its partition or inheritance tree
     * @param how the foreign keys, triggers and partitions from what is written to the table; empty if it is the table
     * @param through the views, routines and policies from the table to the relation; empty if it is the table
     */
    public Invalidation {
        events = Collections.unmodifiableSortedSet(new TreeSet<>(events));
    }

    /**
     * Returns whether there is nothing to explain: the table itself is written.
     *
     * @return whether the way is empty
     */
    public boolean isDirect() {
        return written.equals(relation) && how.isEmpty() && through.isEmpty();
    }

    /**
     * The way from what is written to the relation.
     *
     * @return relations, and in brackets what leads from one to the next, with arrows between them
     */
    public List<String> steps() {
        List<String> steps = new ArrayList<>(List.of(written.name()));
        for (String step : parts(how)) steps.add("(" + step + ")");
        if (!table.equals(written.name())) steps.add(table);
        // A read is followed from the query down, a write from the table up.
        List<String> up = parts(through);
        for (int i = up.size() - 1; i >= 0; i--)
            if (!up.get(i).equals("view " + relation.name())) steps.add("(" + up.get(i) + ")");
        if (!relation.name().equals(steps.get(steps.size() - 1))) steps.add(relation.name());
        return steps;
    }

    private static List<String> parts(String way) {
        return way.isEmpty() ? List.of() : List.of(STEP.split(way));
    }

    /** The way, with arrows. */
    @Override
    public String toString() {
        return String.join(" → ", steps());
    }

    static SortedMap<TableName, List<Invalidation>> of(Dependencies dependencies) {
        Map<TableName, Map<WriteEvent, Reach>> writers = new TreeMap<>();
        for (TableModel table : dependencies.model().tables())
            if (isWriter(table)) writers.put(table.name(), reaches(dependencies, table.name()));
        SortedMap<TableName, List<Invalidation>> all = new TreeMap<>();
        for (TableModel table : dependencies.model().tables()) {
            SortedMap<String, String> tags =
                    dependencies.lineage(Set.of(table.name()), Set.of()).tags();
            Map<Invalidation, Set<WriteEvent>> found = new LinkedHashMap<>();
            writers.forEach((written, reaches) -> reaches.forEach((event, reach) -> tags.forEach((tag, through) -> {
                String how = reach.tags().get(tag);
                if (how != null)
                    found.computeIfAbsent(
                                    new Invalidation(table.name(), written, new TreeSet<>(), tag, how, through),
                                    one -> EnumSet.noneOf(WriteEvent.class))
                            .add(event);
            })));
            all.put(
                    table.name(),
                    found.entrySet().stream()
                            .map(one -> one.getKey().with(one.getValue()))
                            .sorted(ORDER)
                            .toList());
        }
        return all;
    }

    /** A view hands its writes to its tables, which are told of themselves; its triggers do what they do. */
    private static boolean isWriter(TableModel table) {
        return switch (table.kind()) {
            case VIEW -> !table.triggers().isEmpty();
            case SYNONYM, OTHER -> false;
            case TABLE, MATERIALIZED_VIEW, FOREIGN, TEMPORARY -> true;
        };
    }

    private static Map<WriteEvent, Reach> reaches(Dependencies dependencies, TableName written) {
        Map<WriteEvent, Reach> reaches = new EnumMap<>(WriteEvent.class);
        for (WriteEvent event : FOLLOWED)
            reaches.put(event, dependencies.reach(Set.of(written), Set.of(event), Set.of()));
        return reaches;
    }

    private Invalidation with(Set<WriteEvent> all) {
        return new Invalidation(relation, written, new TreeSet<>(all), table, how, through);
    }
}
