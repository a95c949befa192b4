package dev.jooqcache.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Compares what a JVM holds late in a run with what it held early. Not thread-safe. */
final class LeakCheck {

    /**
     * What was measured at one moment, at which nobody read or wrote.
     *
     * @param connections the open connections of the pool
     */
    record Sample(HeapCensus heap, int threads, int connections) {}

    /** What each of at most 10,000 entries, and twice as many queued ones, may hold. */
    private static final long INSTANCES_OF_FULL_CACHE = 100_000;

    private static final List<String> PER_ENTRY =
            List.of("spi.", "internal.entry.", "ehcache.", "internal.read.Sweeper$Stored");

    /** What belongs to statements, transactions and connections under way, of which there are a few. */
    private static final long INSTANCES_UNDER_WAY = 500;

    private static final long HEAP_GROWTH_BYTES = 64L << 20;
    private static final int THREAD_GROWTH = 3;

    /** The pool replaces some all the time. */
    private static final int CONNECTION_GROWTH = 2;

    private final List<Sample> samples = new ArrayList<>();

    void add(Sample sample) {
        samples.add(sample);
    }

    /** What has grown beyond its bound, with figures; the first quarter of the samples is warming up. */
    List<String> leaks() {
        if (samples.size() < 2) return List.of();
        Sample early = samples.get((samples.size() - 1) / 4);
        Sample late = samples.get(samples.size() - 1);
        List<String> leaks = new ArrayList<>();
        compare(leaks, "heap bytes", early.heap.bytes(), late.heap.bytes(), HEAP_GROWTH_BYTES + early.heap.bytes() / 4);
        compare(leaks, "threads", early.threads, late.threads, THREAD_GROWTH);
        compare(leaks, "connections", early.connections, late.connections, CONNECTION_GROWTH);
        late.heap.instances().forEach((name, count) -> {
            if (PER_ENTRY.stream().anyMatch(name::startsWith)) compare(leaks, name, 0, count, INSTANCES_OF_FULL_CACHE);
            else compare(leaks, name, early.heap.instances().getOrDefault(name, 0L), count, bound(early, name));
        });
        return leaks;
    }

    private static long bound(Sample early, String name) {
        return INSTANCES_UNDER_WAY + early.heap.instances().getOrDefault(name, 0L) / 4;
    }

    private static void compare(List<String> leaks, String what, long early, long late, long mostGrowth) {
        if (late - early > mostGrowth)
            leaks.add(String.format(
                    Locale.ROOT, "%s grew from %,d to %,d, by more than %,d", what, early, late, mostGrowth));
    }
}
