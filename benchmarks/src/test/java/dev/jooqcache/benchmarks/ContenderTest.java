package dev.jooqcache.benchmarks;

import static dev.jooqcache.sample.generated.Tables.FILM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.sample.DatabaseKind;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All contenders answer the same, from the database and again from their caches, and after a write. */
class ContenderTest {

    private static final Map<List<Object>, Object> EXPECTED = new HashMap<>();

    private static Database database;
    private static Catalogue plain;

    @BeforeAll
    static void start() {
        database = Database.start(DatabaseKind.H2);
        plain = Contender.PLAIN.open(database);
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @ParameterizedTest
    @EnumSource
    void read_sameRowsAsPlainJooq_hitsWithoutConnection(Contender contender) {
        try (Catalogue catalogue = contender.open(database)) {
            for (Workload workload : Workload.values()) {
                assertThat(Answers.plain(workload.read(catalogue, 0)))
                        .as("%s, from the database", workload)
                        .isEqualTo(expected(workload, 0));
                assertThat(Answers.plain(workload.read(catalogue, 1)))
                        .as("%s, other arguments", workload)
                        .isEqualTo(expected(workload, 1));
                long before = database.taken();
                assertThat(Answers.plain(workload.read(catalogue, 0)))
                        .as("%s, again", workload)
                        .isEqualTo(expected(workload, 0));
                if (contender.hits())
                    assertThat(database.taken())
                            .as("%s, connections taken", workload)
                            .isEqualTo(before);
            }
        }
    }

    private static Object expected(Workload workload, int argument) {
        return EXPECTED.computeIfAbsent(
                List.of(workload, argument), asked -> Answers.plain(workload.read(plain, argument)));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"FLOOR", "PLAIN", "BYPASS"})
    void write_seenByTheNextRead(Contender contender) {
        EXPECTED.clear();
        int film = 7;
        LocalDateTime before = database.configuration()
                .dsl()
                .fetchSingle(FILM, FILM.ID.eq(film))
                .getUpdatedAt();
        try (Catalogue catalogue = contender.open(database)) {
            for (Workload workload : Workload.values()) workload.read(catalogue, film - 1);
            catalogue.reprice(film, new BigDecimal("3.33"), before.plusSeconds(1));
            catalogue.rent(100, 1);
            for (Workload workload : Workload.values())
                assertThat(Answers.plain(workload.read(catalogue, film - 1)))
                        .as("%s", workload)
                        .isEqualTo(Answers.plain(workload.read(plain, film - 1)));
        }
    }
}
