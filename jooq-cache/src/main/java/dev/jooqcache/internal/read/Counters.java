package dev.jooqcache.internal.read;

import dev.jooqcache.BypassReason;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts how reads ended. Thread-safe, without contention. */
public final class Counters {

    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder stores = new LongAdder();
    final LongAdder removals = new LongAdder();
    final LongAdder failures = new LongAdder();
    private final LongAdder[] bypasses = adders();
    private final LongAdder[] notStored = adders();

    Counters() {}

    private static LongAdder[] adders() {
        LongAdder[] adders = new LongAdder[BypassReason.values().length];
        Arrays.setAll(adders, i -> new LongAdder());
        return adders;
    }

    /** A read was executed without being looked up. */
    void bypassed(BypassReason reason) {
        bypasses[reason.ordinal()].increment();
    }

    /** A read was looked up, executed, and not stored. */
    void missed(BypassReason reason) {
        notStored[reason.ordinal()].increment();
        misses.increment();
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
     * Reads that were looked up and executed.
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
     * Results that were removed because they had been invalidated.
     *
     * @return a count
     */
    public long removals() {
        return removals.sum();
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
     * Reads that were executed without being looked up, by reason.
     *
     * @return counts, none of them zero
     */
    public Map<BypassReason, Long> bypasses() {
        return counts(bypasses);
    }

    /**
     * Reads that were looked up, executed and not stored, by reason.
     *
     * @return counts, none of them zero
     */
    public Map<BypassReason, Long> notStored() {
        return counts(notStored);
    }

    private static Map<BypassReason, Long> counts(LongAdder[] adders) {
        Map<BypassReason, Long> counts = new EnumMap<>(BypassReason.class);
        for (BypassReason reason : BypassReason.values()) {
            long count = adders[reason.ordinal()].sum();
            if (count > 0) counts.put(reason, count);
        }
        return counts;
    }
}
