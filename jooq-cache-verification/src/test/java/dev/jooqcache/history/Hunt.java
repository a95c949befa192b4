package dev.jooqcache.history;

import dev.jooqcache.history.Workload.Round;
import dev.jooqcache.history.Workload.Subject;
import dev.jooqcache.testing.Database;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Looks for a contradiction in random histories of a cache, perhaps one with a fault. */
public final class Hunt {

    private static final int OPERATIONS_PER_ROUND = 2_000;

    private Hunt() {}

    /**
     * What was found.
     *
     * @param rule the broken part of the promise
     * @param operations how many transactions had been run
     * @param millis how long that took
     * @param text the shortest log that shows it
     */
    public record Found(String rule, int operations, long millis, String text) {
        @Override
        public String toString() {
            return rule + " within " + operations + " transactions, " + millis + " ms";
        }
    }

    /** Runs histories until one contradicts the promise, or so many transactions have been run. */
    public static Optional<Found> hunt(Database database, Subject subject, long seed, int operations) {
        SplittableRandom seeds = new SplittableRandom(seed);
        long begin = System.nanoTime();
        try (Workload workload = new Workload(database, subject)) {
            for (int done = 0; done < operations; done += OPERATIONS_PER_ROUND) {
                Round round = new Round(seeds.nextLong(), 4, OPERATIONS_PER_ROUND, 20, 18, 4);
                History history = workload.run(round);
                List<Violation> violations = HistoryChecker.check(history);
                if (violations.isEmpty()) continue;
                long millis = (System.nanoTime() - begin) / 1_000_000;
                String text = Report.explain(history, violations, seed, round);
                return Optional.of(
                        new Found(violations.get(0).rule().name(), done + OPERATIONS_PER_ROUND, millis, text));
            }
        }
        return Optional.empty();
    }
}
