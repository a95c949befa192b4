package dev.jooqcache.internal.read;

import dev.jooqcache.internal.entry.CachedResult;
import dev.jooqcache.internal.entry.Extent;
import dev.jooqcache.internal.entry.Validity;
import dev.jooqcache.internal.generation.GuardedGenerations;
import dev.jooqcache.internal.generation.GuardedGenerations.Standing;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultStore;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Drops invalidated results, so that those of a table under constant writes do not push out the living (scenario C8).
 *
 * <p>A write cannot drop what it invalidates: it costs the same with one dependent result as with a million (C7). So each
 * store looks at a few of the results stored earlier, in turn. Every store adds one result and examines {@value #LOOKS},
 * hence at most one in {@value #LOOKS} of those in the queue can be dead for longer than one turn: with L living results
 * there are at most L / ({@value #LOOKS} - 1) dead ones, and as long as L is below three quarters of the store's limit no
 * living result has to make room for a dead one. Thread-safe.
 */
final class Sweeper {

    static final int LOOKS = 4;

    private final GuardedGenerations generations;
    private final ResultStore store;
    private final int limit;
    private final ConcurrentLinkedQueue<Stored> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();

    /** Sweeps a store that keeps about the given number of results. */
    Sweeper(GuardedGenerations generations, ResultStore store, int limit) {
        this.generations = generations;
        this.store = store;
        this.limit = limit;
    }

    /** A result was stored: remembers it, and looks at some others. Answers how many were dropped. */
    int stored(Fingerprint fingerprint, Validity validity, List<Extent> extents) {
        queue.add(new Stored(fingerprint, validity, extents));
        size.incrementAndGet();
        int dropped = 0;
        for (int i = 0; i < LOOKS; i++) dropped += look();
        // What the store itself has dropped, or replaced, is still queued; the queue must not grow with it.
        while (size.get() > 2 * limit + LOOKS && queue.poll() != null) size.decrementAndGet();
        return dropped;
    }

    private int look() {
        Stored oldest = queue.poll();
        if (oldest == null) return 0;
        // While a writer is about to commit nothing is decided.
        if (generations.standing(oldest.extents, oldest.validity.stamp()) != Standing.CHANGED) {
            queue.add(oldest);
            return 0;
        }
        size.decrementAndGet();
        if (!(store.get(oldest.fingerprint) instanceof CachedResult present)) return 0;
        if (!present.stamp().equals(oldest.validity.stamp())) return 0;
        store.remove(oldest.fingerprint);
        return 1;
    }

    void clear() {
        queue.clear();
        size.set(0);
    }

    private record Stored(Fingerprint fingerprint, Validity validity, List<Extent> extents) {}
}
