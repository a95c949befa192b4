package dev.jooqcache.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.CacheStats;
import dev.jooqcache.history.Workload.Round;
import dev.jooqcache.history.Workload.Subject;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

/**
 * Random histories, held to the promise by the {@link HistoryChecker}.
 *
 * <p>The system property {@code jooqcache.steps}, times 20, is the number of transactions on each database; {@code jooqcache.seed} repeats the choices of a run, though not how its threads overtook each other.
 */
@Tag("C1")
@Tag("C2")
@Tag("C3")
@DisplayName("C1, C2, C3, T: random histories")
class HistoryTest {

    private static final int OPERATIONS_PER_STEP = 20;
    private static final int OPERATIONS_PER_ROUND = 4_000;
    private static final int OPERATIONS_PER_LINE = 100_000;

    @DatabaseTest
    void history_keepsThePromise(Database database) {
        if (database == Database.MARIADB) return; // Its REPEATABLE READ is a third kind of snapshot.
        long seed = Long.getLong("jooqcache.seed", System.nanoTime());
        System.out.println("HistoryTest on " + database + ": -Djooqcache.seed=" + seed);
        SplittableRandom seeds = new SplittableRandom(seed);
        long operations = (long) OPERATIONS_PER_STEP * Integer.getInteger("jooqcache.steps", 1_000);
        Report report = new Report();
        try (Workload workload = new Workload(database, Subject.asItIs())) {
            for (long done = 0; done < operations; done += OPERATIONS_PER_ROUND) {
                Round round = Round.random(seeds.nextLong(), OPERATIONS_PER_ROUND);
                History history = workload.run(round);
                report.add(history);
                List<Violation> violations = HistoryChecker.check(history);
                assertThat(violations)
                        .as(() -> Report.explain(history, violations, seed, round))
                        .isEmpty();
                if ((done + OPERATIONS_PER_ROUND) % OPERATIONS_PER_LINE == 0)
                    System.out.println("HistoryTest on " + database + " so far: " + report);
            }
            CacheStats stats = workload.stats();
            System.out.println("HistoryTest on " + database + ", seed " + seed + ": " + report + "; " + stats);
            assertThat(stats.hits())
                    .as("hits, without which nothing is proved: %s", stats)
                    .isGreaterThan(report.reads() / 10);
        }
    }
}
