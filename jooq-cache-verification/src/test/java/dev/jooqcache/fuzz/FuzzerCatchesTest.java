package dev.jooqcache.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.spi.Tags;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.ForwardingGenerationStore;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The fuzzer over caches in which invalidation is broken on purpose: it must find a wrong answer, or what it does not find
 * elsewhere would mean nothing.
 */
class FuzzerCatchesTest {

    private static final long MOST_READS = 40_000;
    private static final long SEED = 20_261_124;

    /** Every table whose writes could be missed. */
    static Stream<Arguments> missed() {
        return Database.all().stream()
                .filter(database -> database != Database.MARIADB)
                .flatMap(database -> FuzzSchema.TABLES.stream().map(table -> Arguments.of(database, table.getName())));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("missed")
    void writesOfOneTableThatAreMissed_areFound(Database database, String table) {
        Fuzzer fuzzer = new Fuzzer(
                new Episode.Setting(database, SEED, 0.5, settings -> settings.generationStore(new Forgetful(table))));
        String story = fuzzer.run(MOST_READS);
        System.out.printf(
                "FuzzerCatchesTest on %s: missed writes of %s found after %,d reads%n",
                database, table, fuzzer.tally().reads);
        assertThat(story).as("a story of the missed writes of %s", table).isNotNull();
        assertThat(story)
                .contains("-Djooqcache.seed=", "shrunk to", "statements:")
                .doesNotContain("(not repeated)");
    }

    /** Announces no write of one table. */
    private static final class Forgetful extends ForwardingGenerationStore {
        private final String table;

        Forgetful(String table) {
            super(new InJvmGenerationStore(1 << 10));
            this.table = table;
        }

        @Override
        public Intent intent(Tags tags) {
            List<String> others =
                    tags.names().stream().filter(tag -> !tag.equals(table)).toList();
            return super.intent(Tags.of(others));
        }
    }
}
