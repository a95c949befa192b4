package dev.jooqcache.model;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The effects of running a piece of code in the schema: a view's definition, the body of a trigger or a routine, a
 * policy, a default, a check. Only what it does itself; what the views it reads and the routines it calls do, is told
 * there.
 *
 * @param volatility how far it gives the same result again
 * @param reads the tables and views that it may read
 * @param writes the tables that it may write
 * @param calls the routines, other than the database's own, that it may call, by their folded names
 * @param cause what makes it volatile or dependent on the session, for instance {@code current_date}; or empty
 * @param unknown why its effects cannot be known, or {@code null} if they are all told here
 */
public record Behavior(
        Volatility volatility,
        SortedSet<TableName> reads,
        SortedSet<Target> writes,
        SortedSet<String> calls,
        String cause,
        @Nullable String unknown) {

    /** It does nothing but compute. */
    public static final Behavior NONE =
            new Behavior(Volatility.IMMUTABLE, new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), "", null);

    /**
     * Copies the sets and folds the names of routines.
     *
     * @param volatility how far it gives the same result again
     * @param reads the tables and views that it may read
     * @param writes the tables that it may write
     * @param calls the routines, other than the database's own, that it may call, by their folded names
     * @param cause what makes it volatile or dependent on the session, for instance {@code current_date}; or empty
     * @param unknown why its effects cannot be known, or {@code null} if they are all told here
     */
    public Behavior {
        reads = Collections.unmodifiableSortedSet(new TreeSet<>(reads));
        writes = Collections.unmodifiableSortedSet(new TreeSet<>(writes));
        calls = Collections.unmodifiableSortedSet(
                calls.stream().map(TableName::fold).collect(Collectors.toCollection(TreeSet::new)));
    }

    /**
     * Code whose effects cannot be known: it may read and write anything.
     *
     * @param why for instance {@code it is written in Java}
     * @return the behavior
     */
    public static Behavior unknown(String why) {
        return new Behavior(Volatility.UNKNOWN, new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), "", why);
    }

    /**
     * Code that only reads.
     *
     * @param tables the tables and views that it reads; if there are none, it is immutable
     * @return the behavior
     */
    public static Behavior reading(Collection<TableName> tables) {
        Volatility volatility = tables.isEmpty() ? Volatility.IMMUTABLE : Volatility.STABLE;
        return new Behavior(volatility, new TreeSet<>(tables), new TreeSet<>(), new TreeSet<>(), "", null);
    }

    /**
     * Code that writes.
     *
     * @param targets the tables that it writes; if there are none, it does nothing
     * @return the behavior
     */
    public static Behavior writing(Collection<Target> targets) {
        Volatility volatility = targets.isEmpty() ? Volatility.IMMUTABLE : Volatility.VOLATILE;
        return new Behavior(
                volatility,
                new TreeSet<>(),
                new TreeSet<>(targets),
                new TreeSet<>(),
                targets.isEmpty() ? "" : "writes",
                null);
    }

    /**
     * Returns whether all that it does is told here.
     *
     * @return whether {@link #unknown} is {@code null}
     */
    public boolean isKnown() {
        return unknown == null;
    }

    /**
     * Returns the behavior of code that does this and something else.
     *
     * @param other the rest of the code
     * @return both; unknown if either is
     */
    public Behavior and(Behavior other) {
        return with(other, volatility.and(other.volatility), unknown == null ? other.unknown : unknown);
    }

    /**
     * Combines two sources about this code. What one does not know, the other's word fills in; what both know is
     * united, never replaced.
     *
     * @param other the same code, described by another source
     * @return both; unknown only if both are
     */
    public Behavior or(Behavior other) {
        return with(other, volatility.or(other.volatility), unknown == null || other.unknown == null ? null : unknown);
    }

    private Behavior with(Behavior other, Volatility both, @Nullable String why) {
        String because = volatility.compareTo(other.volatility) >= 0 && !cause.isEmpty() ? cause : other.cause;
        return new Behavior(
                both,
                union(reads, other.reads),
                union(writes, other.writes),
                union(calls, other.calls),
                because.isEmpty() ? cause : because,
                why);
    }

    /**
     * The same code, without the promise that it gives the same result again, which a declaration can still give.
     *
     * @param why where the promise is missing
     * @return the behavior, of unknown volatility at best
     */
    public Behavior unpromised(String why) {
        return volatility == Volatility.VOLATILE
                ? this
                : new Behavior(Volatility.UNKNOWN, reads, writes, calls, why, unknown);
    }

    static <T> SortedSet<T> union(SortedSet<T> one, SortedSet<T> other) {
        TreeSet<T> union = new TreeSet<>(one);
        union.addAll(other);
        return union;
    }

    /** One line for a person. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner("; ");
        if (unknown != null) text.add("unknown: " + unknown);
        text.add(TableName.fold(volatility.name()) + (cause.isEmpty() ? "" : " (" + cause + ")"));
        if (!reads.isEmpty()) text.add("reads " + join(reads));
        if (!writes.isEmpty()) text.add("writes " + join(writes));
        if (!calls.isEmpty()) text.add("calls " + join(calls));
        return text.toString();
    }

    private static String join(Collection<?> parts) {
        return parts.stream().map(Object::toString).collect(Collectors.joining(", "));
    }
}
