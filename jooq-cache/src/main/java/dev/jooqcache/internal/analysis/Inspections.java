package dev.jooqcache.internal.analysis;

import dev.jooqcache.internal.transaction.TrackedSource;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/**
 * When the catalogs of data sources were read last. While migrations run, each statement outdates what was read before it,
 * so only a part of the time may be spent on that, unless a query needs it. Until then a write touches everything, as
 * the change of the schema did. Thread-safe.
 */
final class Inspections {

    /** The time to rest, as a multiple of the time that the inspection took. */
    private static final int REST = 4;

    private static final long SHORTEST_REST = TimeUnit.SECONDS.toNanos(1);

    private final Map<TrackedSource, Inspection> last = Collections.synchronizedMap(new WeakHashMap<>());

    /** An inspection that was begun at the given time has ended. */
    void ended(TrackedSource dataSource, long start) {
        long now = System.nanoTime();
        last.put(dataSource, new Inspection(now + Math.max(SHORTEST_REST, REST * (now - start))));
    }

    /** A query was analysed with what the last inspection has found. */
    void used(TrackedSource dataSource) {
        Inspection inspection = last.get(dataSource);
        if (inspection != null) inspection.used = true;
    }

    boolean wereUsed(TrackedSource dataSource) {
        Inspection inspection = last.get(dataSource);
        return inspection == null || inspection.used;
    }

    /** Returns whether another inspection is too early, for anything but a query. */
    boolean isResting(TrackedSource dataSource) {
        Inspection inspection = last.get(dataSource);
        return inspection != null && System.nanoTime() - inspection.rested < 0;
    }

    private static final class Inspection {
        private final long rested;
        private volatile boolean used;

        private Inspection(long rested) {
            this.rested = rested;
        }
    }
}
