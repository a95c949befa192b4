package dev.jooqcache;

import java.util.EnumMap;
import java.util.Map;

/**
 * What a cache has done up to one moment. Immutable.
 *
 * <p>Every read through jOOQ counts once, when it ends, as a hit, a miss or a bypass. The numbers are read one after the
 * other while the cache works, so those of one moment may be off by what happened between.
 */
public final class CacheStats {

    private final long hits;
    private final long misses;
    private final Map<BypassReason, Long> notLookedUp;
    private final Map<BypassReason, Long> notStored;
    private final long stores;
    private final long invalidations;
    private final long evictions;
    private final long failures;

    /**
     * Makes a snapshot.
     *
     * @param hits reads that were served from the store
     * @param misses reads that were executed and stored
     * @param notLookedUp reads that were executed without asking the store, by reason
     * @param notStored reads that were looked up, executed and not stored, by reason
     * @param stores results that were put into the store
     * @param invalidations writes of tables, each with its commit
     * @param evictions results that the store dropped for space or time, or because they were invalidated
     * @param failures how often a part of the cache threw; queries went on
     */
    CacheStats(
            long hits,
            long misses,
            Map<BypassReason, Long> notLookedUp,
            Map<BypassReason, Long> notStored,
            long stores,
            long invalidations,
            long evictions,
            long failures) {
        this.hits = hits;
        this.misses = misses;
        this.notLookedUp = Map.copyOf(notLookedUp);
        this.notStored = Map.copyOf(notStored);
        this.stores = stores;
        this.invalidations = invalidations;
        this.evictions = evictions;
        this.failures = failures;
    }

    /**
     * Reads that were served from the store.
     *
     * @return a count
     */
    public long hits() {
        return hits;
    }

    /**
     * Reads that were executed and stored.
     *
     * @return a count
     */
    public long misses() {
        return misses;
    }

    /**
     * Reads that were executed and not stored: those that were not looked up, and those that were.
     *
     * @return a count
     */
    public long bypasses() {
        return notLookedUp() + notStored();
    }

    /**
     * Reads that were executed and not stored for one reason.
     *
     * @param reason the reason
     * @return a count
     */
    public long bypasses(BypassReason reason) {
        return notLookedUp(reason) + notStored(reason);
    }

    /**
     * Reads that were executed without asking the store, since they may not be cached, or not there.
     *
     * @return a count, a part of {@link #bypasses()}
     */
    public long notLookedUp() {
        return sum(notLookedUp);
    }

    /**
     * Reads that were executed without asking the store, for one reason.
     *
     * @param reason the reason
     * @return a count, a part of {@link #bypasses(BypassReason)}
     */
    public long notLookedUp(BypassReason reason) {
        return notLookedUp.getOrDefault(reason, 0L);
    }

    /**
     * Reads that the store was asked for, and that were executed and not stored then. A read that is to refresh its result,
     * or that begins a snapshot, counts here as well, although the store is not asked.
     *
     * @return a count, a part of {@link #bypasses()}
     */
    public long notStored() {
        return sum(notStored);
    }

    /**
     * Reads that the store was asked for, and that were executed and not stored then, for one reason.
     *
     * @param reason the reason
     * @return a count, a part of {@link #bypasses(BypassReason)}
     */
    public long notStored(BypassReason reason) {
        return notStored.getOrDefault(reason, 0L);
    }

    private static long sum(Map<BypassReason, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Results that were put into the store.
     *
     * @return a count
     */
    public long stores() {
        return stores;
    }

    /**
     * Invalidations: one per written table and commit, whether of the whole table or of some of its rows.
     *
     * @return a count
     */
    public long invalidations() {
        return invalidations;
    }

    /**
     * Results that the store dropped, for space, for time, or because they were invalidated.
     *
     * @return a count
     */
    public long evictions() {
        return evictions;
    }

    /**
     * How often a part of the cache threw. Queries went on all the same.
     *
     * @return a count
     */
    public long failures() {
        return failures;
    }

    /**
     * Hits as a share of all reads, bypasses included.
     *
     * @return a number from 0 to 1; 0 if nothing was read
     */
    public double hitRate() {
        long reads = hits + misses + bypasses();
        return reads == 0 ? 0 : (double) hits / reads;
    }

    /**
     * What was done since an earlier moment.
     *
     * @param before the statistics of the earlier moment
     * @return the differences
     */
    public CacheStats minus(CacheStats before) {
        return new CacheStats(
                hits - before.hits,
                misses - before.misses,
                difference(notLookedUp, before.notLookedUp),
                difference(notStored, before.notStored),
                stores - before.stores,
                invalidations - before.invalidations,
                evictions - before.evictions,
                failures - before.failures);
    }

    private static Map<BypassReason, Long> difference(Map<BypassReason, Long> counts, Map<BypassReason, Long> before) {
        Map<BypassReason, Long> difference = new EnumMap<>(BypassReason.class);
        counts.forEach((reason, count) -> {
            long more = count - before.getOrDefault(reason, 0L);
            if (more != 0) difference.put(reason, more);
        });
        return difference;
    }

    @Override
    public String toString() {
        return "CacheStats[hits " + hits + ", misses " + misses + ", bypasses " + bypasses() + " (not looked up "
                + notLookedUp() + " " + notLookedUp + ", not stored " + notStored() + " " + notStored + "), stores "
                + stores + ", invalidations " + invalidations + ", evictions " + evictions + ", failures "
                + failures + "]";
    }
}
