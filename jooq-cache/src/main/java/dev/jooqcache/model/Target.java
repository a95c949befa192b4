package dev.jooqcache.model;

import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A table that some code writes.
 *
 * @param table the table
 * @param events in which ways
 * @param columns the columns that an UPDATE names; empty means any
 */
public record Target(TableName table, Set<WriteEvent> events, SortedSet<String> columns) implements Comparable<Target> {

    private static final Comparator<Target> ORDER = Comparator.comparing(Target::table)
            .thenComparing(target -> target.events().toString())
            .thenComparing(target -> target.columns().toString());

    /**
     * Copies the sets and folds the names of the columns.
     *
     * @param table the table
     * @param events in which ways
     * @param columns the columns that an UPDATE names; empty means any
     * @throws IllegalArgumentException if there is no event
     */
    public Target {
        if (events.isEmpty()) throw new IllegalArgumentException("events of a write must not be empty: " + table);
        events = Collections.unmodifiableSet(EnumSet.copyOf(events));
        columns = Collections.unmodifiableSortedSet(
                columns.stream().map(TableName::fold).collect(Collectors.toCollection(TreeSet::new)));
    }

    /**
     * A write of any kind.
     *
     * @param table the table
     * @return the target with every event and any column
     */
    public static Target any(TableName table) {
        return new Target(table, WriteEvent.ALL, new TreeSet<>());
    }

    @Override
    public int compareTo(Target other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        String ways = events.equals(WriteEvent.ALL)
                ? ""
                : events.stream()
                        .map(event -> TableName.fold(event.name()))
                        .collect(Collectors.joining("/", " (", ")"));
        return table + ways + (columns.isEmpty() ? "" : " " + columns);
    }
}
