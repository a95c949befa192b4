package dev.jooqcache.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;

/**
 * Hostile texts through a tracked connection, and the cache compared with the database after each: in the session that has
 * executed it and in another one. In the end nothing may be left that keeps answers from being cached.
 *
 * <p>A text of unknown effect touches everything, so few of those are executed. The system property {@code
 * jooqcache.hostile.h2} (or {@code .postgresql}, {@code .mariadb}) says how many texts are made, {@code jooqcache.seed}
 * repeats a run.
 */
@DisplayName("Texts mutated by grammar and keywords do what they are taken for")
class HostileTextTest {

    /** Half of what was measured, or less. */
    private record Least(double understood, double hits) {
        static Least on(Database database) {
            return switch (database) {
                case H2 -> new Least(0.1, 0.05);
                case POSTGRESQL -> new Least(0.2, 0.15);
                case MARIADB -> new Least(0.1, 0.03);
            };
        }
    }

    private static final long SEED_OF_MUTANTS = 2;

    @DatabaseTest
    void everyAnswer_equalsTheDatabases(Database database) throws Exception {
        long seed = Long.getLong("jooqcache.seed", System.nanoTime());
        long texts = Long.getLong("jooqcache.hostile." + database.name().toLowerCase(Locale.ROOT), 1_000);
        HostileEpisode.Tally tally = run(database, texts, seed, Duration.ofMinutes(1));
        assertThat((double) tally.understood / tally.texts)
                .as("what is not understood proves nothing: %s", tally)
                .isGreaterThan(Least.on(database).understood);
        assertThat((double) tally.hits / tally.reads)
                .as("without hits nothing is proved: %s", tally)
                .isGreaterThan(Least.on(database).hits);
    }

    /** The same texts each time, of which each mutant answers one wrong. */
    void textsOfOneSeed_areAnsweredAsByTheDatabase(Database database) throws Exception {
        run(database, database == Database.H2 ? 3_000 : 1_000, SEED_OF_MUTANTS, Duration.ZERO);
    }

    private static HostileEpisode.Tally run(Database database, long texts, long seed, Duration shrinking)
            throws Exception {
        System.out.println("HostileTextTest on " + database + ": -Djooqcache.seed=" + seed);
        HostileRun run = new HostileRun(database, seed, shrinking);
        long begin = System.nanoTime();
        String story = run.run(texts);
        HostileEpisode.Tally tally = run.tally();
        System.out.printf("HostileTextTest on %s: %s, %.1f s%n", database, tally, (System.nanoTime() - begin) / 1e9);
        assertThat(story).isNull();
        return tally;
    }
}
