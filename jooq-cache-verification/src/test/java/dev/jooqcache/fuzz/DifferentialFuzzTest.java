package dev.jooqcache.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import java.util.List;
import java.util.Locale;

/**
 * Random queries, each cached and bypassed, between random writes: the answers are equal, value by value and class by
 * class.
 *
 * <p>The system property {@code jooqcache.fuzz.h2} (or {@code .postgresql}) says how many reads are made, {@code
 * jooqcache.seed} repeats a run.
 */
class DifferentialFuzzTest {

    private static final double LEAST_HIT_RATIO = 0.4;
    private static final double MOST_FAILING = 0.03;

    @DatabaseTest
    void everyAnswer_equalsTheDatabases(Database database) {
        if (database == Database.MARIADB) return; // The schema is written for the other two.
        long seed = Long.getLong("jooqcache.seed", System.nanoTime());
        long reads = Long.getLong("jooqcache.fuzz." + database.name().toLowerCase(Locale.ROOT), 5_000);
        for (double keyShare : List.of(0.5, 0.9)) {
            System.out.printf("DifferentialFuzzTest on %s: -Djooqcache.seed=%s, keys %s%n", database, seed, keyShare);
            Fuzzer fuzzer = new Fuzzer(new Episode.Setting(database, seed, keyShare, settings -> {}));
            long begin = System.nanoTime();
            String difference = fuzzer.run(reads / 2);
            Episode.Tally tally = fuzzer.tally();
            System.out.printf(
                    "DifferentialFuzzTest on %s: %s, %.1f s%n", database, tally, (System.nanoTime() - begin) / 1e9);
            if (Boolean.getBoolean("jooqcache.fuzz.failures"))
                tally.failures.entrySet().stream()
                        .sorted((a, b) -> Long.compare(b.getValue(), a.getValue()))
                        .limit(40)
                        .forEach(System.out::println);
            assertThat(difference).isNull();
            assertThat(tally.hitRatio()).as("without hits nothing is proved").isGreaterThan(LEAST_HIT_RATIO);
            assertThat((double) tally.failedReads / tally.reads)
                    .as("a query that fails proves nothing: %s", tally.failures)
                    .isLessThan(MOST_FAILING);
        }
    }
}
