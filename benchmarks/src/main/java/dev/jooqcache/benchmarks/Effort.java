package dev.jooqcache.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * How long a run may take.
 *
 * @param label what it is called
 * @param limit no JVM is started after this time
 * @param rounds how often each contender's reads and writes are measured, each time in a new JVM
 * @param mixRounds how often the mixes and the costs are
 * @param warmup of each benchmark
 * @param iterations measured of each benchmark
 * @param iteration how long one is
 * @param mix how long each mix is
 * @param threads numbers of threads in the mixes
 * @param entries numbers of entries in the cache that is to show how the cost of a hit grows
 */
record Effort(
        String label,
        Duration limit,
        int rounds,
        int mixRounds,
        Duration warmup,
        int iterations,
        Duration iteration,
        Duration mix,
        List<Integer> threads,
        List<Integer> entries) {

    /** All in less than ten minutes. */
    static final Effort QUICK = new Effort(
            "quick",
            Duration.ofSeconds(560),
            2,
            1,
            Duration.ofSeconds(2),
            3,
            Duration.ofMillis(200),
            Duration.ofMillis(600),
            List.of(1, 4),
            List.of(1_000, 100_000));

    /** For figures to be published. */
    static final Effort FULL = new Effort(
            "full",
            Duration.ofMinutes(110),
            4,
            2,
            Duration.ofSeconds(4),
            5,
            Duration.ofMillis(600),
            Duration.ofSeconds(4),
            List.of(1, 2, 4, 8, 16),
            List.of(1_000, 10_000, 100_000, 1_000_000));

    static Effort named(String label) {
        return label.equals(QUICK.label) ? QUICK : FULL;
    }

    /** The same, for as long as given. */
    Effort within(Duration time) {
        return new Effort(label, time, rounds, mixRounds, warmup, iterations, iteration, mix, threads, entries);
    }
}
