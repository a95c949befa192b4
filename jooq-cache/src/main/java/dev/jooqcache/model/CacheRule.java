package dev.jooqcache.model;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The caching options of results over one table: a user's setting, not a fact of the schema.
 *
 * <p>A result over several tables follows the strictest of their rules. Like a tag, a rule is for all relations of its
 * table's name, in whatever schema, and for the whole partition or inheritance tree of it. Immutable and thread-safe.
 *
 * @param table the table or view
 * @param expireAfterWrite how long a result may be served after it was stored, or {@code null} for the cache's setting
 * @param maximumRows the largest result that is stored, in rows, or {@code null} for the cache's setting
 * @param excluded whether queries over the table are never cached; its writes are seen all the same
 * @param keys columns by which its rows are told apart, besides those of its primary, unique and foreign keys, folded
 */
public record CacheRule(
        TableName table,
        @Nullable Duration expireAfterWrite,
        @Nullable Integer maximumRows,
        boolean excluded,
        SortedSet<String> keys) {

    /**
     * Checks the limits, and folds the names of the columns.
     *
     * @param table the table or view
     * @param expireAfterWrite how long a result may be served after it was stored, or {@code null} for the cache's setting
     * @param maximumRows the largest result that is stored, in rows, or {@code null} for the cache's setting
     * @param excluded whether queries over the table are never cached; its writes are seen all the same
     * @param keys columns by which its rows are told apart, besides those of its primary, unique and foreign keys
     * @throws IllegalArgumentException if the duration is not positive, or the number less than 1
     */
    public CacheRule {
        if (expireAfterWrite != null && (expireAfterWrite.isNegative() || expireAfterWrite.isZero()))
            throw new IllegalArgumentException(
                    "expireAfterWrite in the rule for " + table + " must be positive: " + expireAfterWrite);
        if (maximumRows != null && maximumRows < 1)
            throw new IllegalArgumentException(
                    "maximumRows in the rule for " + table + " must be >= 1: " + maximumRows);
        keys = Collections.unmodifiableSortedSet(
                keys.stream().map(TableName::fold).collect(Collectors.toCollection(TreeSet::new)));
    }

    /**
     * Begins a rule, which says nothing yet.
     *
     * @param table the table or view
     * @return the rule
     */
    public static CacheRule of(TableName table) {
        return new CacheRule(table, null, null, false, new TreeSet<>());
    }

    /**
     * This rule with a limit of time.
     *
     * @param value how long a result may be served after it was stored, positive
     * @return the rule
     */
    public CacheRule expireAfterWrite(Duration value) {
        return new CacheRule(table, value, maximumRows, excluded, keys);
    }

    /**
     * This rule with a limit of size.
     *
     * @param value the largest result that is stored, in rows, at least 1
     * @return the rule
     */
    public CacheRule maximumRows(int value) {
        return new CacheRule(table, expireAfterWrite, value, excluded, keys);
    }

    /**
     * This rule, excluding its table.
     *
     * @return the rule
     */
    public CacheRule exclude() {
        return new CacheRule(table, expireAfterWrite, maximumRows, true, keys);
    }

    /**
     * This rule with columns by which the rows of its table are told apart, as with {@code QueryCacheBuilder.trackedColumns}.
     *
     * @param columns columns on which queries ask for equality, besides those of the table's primary, unique and foreign keys
     * @return the rule
     */
    public CacheRule keys(String... columns) {
        return new CacheRule(table, expireAfterWrite, maximumRows, excluded, new TreeSet<>(List.of(columns)));
    }

    /** The stricter word of either, and the keys of both. */
    CacheRule and(CacheRule other) {
        SortedSet<String> all = new TreeSet<>(keys);
        all.addAll(other.keys);
        return new CacheRule(
                table,
                smaller(expireAfterWrite, other.expireAfterWrite),
                smaller(maximumRows, other.maximumRows),
                excluded || other.excluded,
                all);
    }

    private static <T extends Comparable<T>> @Nullable T smaller(@Nullable T one, @Nullable T other) {
        if (one == null || other == null) return one == null ? other : one;
        return one.compareTo(other) <= 0 ? one : other;
    }

    /** Describes the rule without its table. */
    String what() {
        if (excluded) return "excluded";
        StringJoiner what = new StringJoiner(", ");
        if (expireAfterWrite != null) what.add("expireAfterWrite " + expireAfterWrite);
        if (maximumRows != null) what.add("maximumRows " + maximumRows);
        if (!keys.isEmpty()) what.add("keys " + String.join(" and ", keys));
        return what.toString();
    }

    /** Tells the table and what is said of it. */
    @Override
    public String toString() {
        return table + ": " + what();
    }
}
