package dev.jooqcache;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongBinaryOperator;

/**
 * Statistics of a cache at one moment; see {@link QueryCache#stats}.
 *
 * <p>Every read through jOOQ is counted once, when it ends:
 *
 * <ul>
 *   <li>as a <i>hit</i> if it was served from the cache;
 *   <li>as a <i>miss</i> if it was looked up and executed, whether or not its result was then stored. Reads with {@link
 *       CacheHint#refresh()} are misses, too. If the result was not stored, {@link #notStored(BypassReason)} counts the miss under
 *       one reason as well;
 *   <li>as a <i>bypass</i>, under one reason, if it was executed without being looked up.
 * </ul>
 *
 * <p>A result leaves the cache for one of three reasons, each with a count of its own: for want of space ({@link #evictions()}),
 * because of its age ({@link #expirations()}), or because it was found to be invalid ({@link #removals()}).
 *
 * <p>Immutable and thread-safe. The counts are read one after the other while the cache works, so they may differ by what
 * happened in between.
 */
public final class CacheStats {

    private final long hits;
    private final long misses;
    private final Map<BypassReason, Long> bypasses;
    private final Map<BypassReason, Long> notStored;
    private final long stores;
    private final long invalidations;
    private final long evictions;
    private final long expirations;
    private final long removals;
    private final long failures;

    CacheStats(
            long hits,
            long misses,
            Map<BypassReason, Long> bypasses,
            Map<BypassReason, Long> notStored,
            long stores,
            long invalidations,
            long evictions,
            long expirations,
            long removals,
            long failures) {
        this.hits = hits;
        this.misses = misses;
        this.bypasses = Map.copyOf(bypasses);
        this.notStored = Map.copyOf(notStored);
        this.stores = stores;
        this.invalidations = invalidations;
        this.evictions = evictions;
        this.expirations = expirations;
        this.removals = removals;
        this.failures = failures;
    }

    /**
     * The number of reads that were served from the cache.
     *
     * @return a count
     */
    public long hits() {
        return hits;
    }

    /**
     * The number of reads that were looked up and executed, whether or not their results were then stored.
     *
     * @return a count, {@link #notStored()} included
     */
    public long misses() {
        return misses;
    }

    /**
     * The number of reads that were executed without being looked up.
     *
     * @return the sum of {@link #bypassCounts()}
     */
    public long bypasses() {
        return sum(bypasses);
    }

    /**
     * The number of reads that were executed without being looked up, for one reason.
     *
     * @param reason the reason
     * @return a count, a part of {@link #bypasses()}
     */
    public long bypasses(BypassReason reason) {
        return bypasses.getOrDefault(reason, 0L);
    }

    /**
     * The number of reads that were executed without being looked up, by reason.
     *
     * @return an immutable map without zeros
     */
    public Map<BypassReason, Long> bypassCounts() {
        return bypasses;
    }

    /**
     * The number of misses whose results were not stored.
     *
     * @return the sum of {@link #notStoredCounts()}, a part of {@link #misses()}
     */
    public long notStored() {
        return sum(notStored);
    }

    /**
     * The number of misses whose results were not stored, for one reason.
     *
     * @param reason the reason
     * @return a count, a part of {@link #notStored()}
     */
    public long notStored(BypassReason reason) {
        return notStored.getOrDefault(reason, 0L);
    }

    /**
     * The number of misses whose results were not stored, by reason.
     *
     * @return an immutable map without zeros
     */
    public Map<BypassReason, Long> notStoredCounts() {
        return notStored;
    }

    private static long sum(Map<BypassReason, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * The number of results that were stored.
     *
     * @return a count
     */
    public long stores() {
        return stores;
    }

    /**
     * The number of invalidations: one for each table that a commit has written, whether all of the table is invalidated or some
     * of its rows.
     *
     * @return a count
     */
    public long invalidations() {
        return invalidations;
    }

    /**
     * The number of results that the store dropped to make room for others.
     *
     * @return a count
     */
    public long evictions() {
        return evictions;
    }

    /**
     * The number of results that the store dropped because their time to live, or to lie unused, was over. A store may notice this
     * only when the result is looked up.
     *
     * @return a count
     */
    public long expirations() {
        return expirations;
    }

    /**
     * The number of results that were removed because a write had made them invalid. An invalid result that is looked up is
     * replaced, which is not counted here.
     *
     * @return a count
     */
    public long removals() {
        return removals;
    }

    /**
     * The number of failures of the cache itself. The queries went on without the cache.
     *
     * @return a count
     */
    public long failures() {
        return failures;
    }

    /**
     * The share of hits in the reads that were looked up. Bypasses do not count.
     *
     * @return {@code hits / (hits + misses)}, from 0 to 1; 0 if there was neither
     */
    public double hitRate() {
        long lookups = hits + misses;
        return lookups == 0 ? 0 : (double) hits / lookups;
    }

    /**
     * Subtracts the statistics of an earlier moment.
     *
     * @param other the statistics of the earlier moment
     * @return the difference of each count
     */
    public CacheStats minus(CacheStats other) {
        return with(other, (mine, others) -> mine - others);
    }

    /**
     * Adds the statistics of another cache, or of another period.
     *
     * @param other the other statistics
     * @return the sum of each count
     */
    public CacheStats plus(CacheStats other) {
        return with(other, Long::sum);
    }

    private CacheStats with(CacheStats other, LongBinaryOperator both) {
        return new CacheStats(
                both.applyAsLong(hits, other.hits),
                both.applyAsLong(misses, other.misses),
                with(bypasses, other.bypasses, both),
                with(notStored, other.notStored, both),
                both.applyAsLong(stores, other.stores),
                both.applyAsLong(invalidations, other.invalidations),
                both.applyAsLong(evictions, other.evictions),
                both.applyAsLong(expirations, other.expirations),
                both.applyAsLong(removals, other.removals),
                both.applyAsLong(failures, other.failures));
    }

    private static Map<BypassReason, Long> with(
            Map<BypassReason, Long> counts, Map<BypassReason, Long> others, LongBinaryOperator both) {
        Map<BypassReason, Long> result = new EnumMap<>(BypassReason.class);
        for (BypassReason reason : BypassReason.values()) {
            long count = both.applyAsLong(counts.getOrDefault(reason, 0L), others.getOrDefault(reason, 0L));
            if (count != 0) result.put(reason, count);
        }
        return result;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CacheStats stats
                && hits == stats.hits
                && misses == stats.misses
                && bypasses.equals(stats.bypasses)
                && notStored.equals(stats.notStored)
                && stores == stats.stores
                && invalidations == stats.invalidations
                && evictions == stats.evictions
                && expirations == stats.expirations
                && removals == stats.removals
                && failures == stats.failures;
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                hits, misses, bypasses, notStored, stores, invalidations, evictions, expirations, removals, failures);
    }

    @Override
    public String toString() {
        return "CacheStats[hits " + hits + ", misses " + misses + " (not stored " + notStored() + " "
                + sorted(notStored)
                + "), bypasses " + bypasses() + " " + sorted(bypasses) + ", stores " + stores + ", invalidations "
                + invalidations + ", evictions " + evictions + ", expirations " + expirations + ", removals " + removals
                + ", failures " + failures + "]";
    }

    /** In the order of the reasons, so that the text of equal statistics is the same. */
    private static Map<BypassReason, Long> sorted(Map<BypassReason, Long> counts) {
        Map<BypassReason, Long> sorted = new EnumMap<>(BypassReason.class);
        sorted.putAll(counts);
        return sorted;
    }
}
