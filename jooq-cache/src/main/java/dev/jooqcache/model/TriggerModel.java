package dev.jooqcache.model;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A trigger or rule: code that is run when a table or view is written.
 *
 * @param name its name; {@link #DECLARED} for one that stands for all triggers of its table
 * @param timing when it is run
 * @param events what sets it off
 * @param action what it does besides changing the row at hand
 * @param ownColumns the columns of the row at hand that it may change; {@code *} means any
 */
public record TriggerModel(
        String name, Timing timing, Set<WriteEvent> events, Behavior action, SortedSet<String> ownColumns) {

    /** The name of a declaration that tells what all triggers of a table do whose effects are not known otherwise. */
    public static final String DECLARED = "(declared)";

    /** Stands for any column among {@link #ownColumns}. */
    public static final String ANY_COLUMN = "*";

    /** When a trigger is run. */
    public enum Timing {
        /** Before the row is written: it can change the row. */
        BEFORE,
        /** After the row or the statement. */
        AFTER,
        /** In place of the write. */
        INSTEAD_OF,
        /** PostgreSQL's rule: the statement is rewritten. */
        RULE
    }

    /**
     * Copies the sets and folds the names of columns.
     *
     * @param name its name; {@link #DECLARED} for one that stands for all triggers of its table
     * @param timing when it is run
     * @param events what sets it off
     * @param action what it does besides changing the row at hand
     * @param ownColumns the columns of the row at hand that it may change; {@code *} means any
     * @throws IllegalArgumentException if there is no event
     */
    public TriggerModel {
        if (events.isEmpty()) throw new IllegalArgumentException("events of a trigger must not be empty: " + name);
        events = Collections.unmodifiableSet(EnumSet.copyOf(events));
        ownColumns = Collections.unmodifiableSortedSet(
                ownColumns.stream().map(TableName::fold).collect(Collectors.toCollection(TreeSet::new)));
    }

    TriggerModel filledBy(Behavior declaration) {
        return action.isKnown() ? this : new TriggerModel(name, timing, events, action.or(declaration), ownColumns);
    }
}
