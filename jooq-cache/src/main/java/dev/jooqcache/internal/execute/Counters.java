package dev.jooqcache.internal.execute;

import dev.jooqcache.BypassReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts how reads ended. Thread-safe, without contention. */
public final class Counters {

    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder stores = new LongAdder();
    final LongAdder swept = new LongAdder();
    final LongAdder failures = new LongAdder();
    private final LongAdder[] bypasses = new LongAdder[BypassReason.values().length];

    Counters() {
        for (int i = 0; i < bypasses.length; i++) bypasses[i] = new LongAdder();
    }

    void bypass(BypassReason reason) {
        bypasses[reason.ordinal()].increment();
    }

    /**
     * Reads that were served from the store.
     *
     * @return a count
     */
    public long hits() {
        return hits.sum();
    }

    /**
     * Reads that were executed and stored.
     *
     * @return a count
     */
    public long misses() {
        return misses.sum();
    }

    /**
     * Results that were put into the store.
     *
     * @return a count
     */
    public long stores() {
        return stores.sum();
    }

    /**
     * Results that were dropped because they had been invalidated.
     *
     * @return a count
     */
    public long swept() {
        return swept.sum();
    }

    /**
     * How often a part of the cache threw.
     *
     * @return a count
     */
    public long failures() {
        return failures.sum();
    }

    /**
     * Reads that were executed and not stored, by reason.
     *
     * @return counts, none of them zero
     */
    public Map<BypassReason, Long> bypasses() {
        Map<BypassReason, Long> counts = new EnumMap<>(BypassReason.class);
        for (BypassReason reason : BypassReason.values()) {
            long count = bypasses[reason.ordinal()].sum();
            if (count > 0) counts.put(reason, count);
        }
        return counts;
    }
}
