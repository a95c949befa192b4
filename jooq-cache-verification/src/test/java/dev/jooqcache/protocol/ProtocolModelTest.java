package dev.jooqcache.protocol;

import static dev.jooqcache.protocol.Configuration.Happening.CRASH;
import static dev.jooqcache.protocol.Configuration.Happening.DOUBT;
import static dev.jooqcache.protocol.Configuration.Happening.ROLLBACK;
import static dev.jooqcache.protocol.Configuration.reads;
import static dev.jooqcache.protocol.Configuration.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The protocol as built holds in every state of its models, and with any rule left out it does not. */
@DisplayName("P1 to P16: the model of the protocol")
class ProtocolModelTest {

    private static final int A = 1;
    private static final int B = 2;
    private static final int BOTH = 3;

    private static final Configuration ONE_TABLE =
            Configuration.of("one table", List.of(A, A), List.of(reads(A), reads(A)), ROLLBACK, DOUBT);
    private static final Configuration TWO_TABLES =
            Configuration.of("two tables", List.of(BOTH, B), List.of(reads(BOTH), reads(BOTH)), ROLLBACK);
    private static final Configuration APART =
            Configuration.of("two tables apart", List.of(A, B), List.of(reads(BOTH), reads(BOTH, BOTH)));
    private static final Configuration SNAPSHOTS =
            Configuration.of("snapshots", List.of(A, A), List.of(reads(A), snapshot(A, A)), ROLLBACK);
    private static final Configuration TWO_TABLE_SNAPSHOTS =
            Configuration.of("snapshots of two tables", List.of(BOTH), List.of(reads(A), snapshot(A, B)), DOUBT);
    private static final Configuration PARTS = Configuration.of(
            "parts of a table",
            List.of(BOTH, A),
            List.of(reads(Model.PART, Model.LATE_PART), reads(Model.PART, Model.PART)),
            ROLLBACK);
    private static final Configuration LATE_PARTS = Configuration.of(
            "parts that the rows show",
            List.of(BOTH, A),
            List.of(reads(Model.LATE_PART), snapshot(A, Model.LATE_PART)));
    private static final Configuration CRASHES =
            Configuration.of("crashes", List.of(A, A), List.of(reads(A), reads(A)), CRASH, DOUBT);

    /** Small ones in every build, all in the profile model-check. */
    static List<Configuration> configurations() {
        List<Configuration> all = new ArrayList<>(
                List.of(ONE_TABLE, TWO_TABLES, APART, PARTS, LATE_PARTS, SNAPSHOTS, TWO_TABLE_SNAPSHOTS, CRASHES));
        if (!Boolean.getBoolean("jooqcache.model.all")) return all;
        all.add(Configuration.of(
                "three readers", List.of(A, A), List.of(reads(A), reads(A), reads(A)), ROLLBACK, DOUBT));
        all.add(Configuration.of("three writers", List.of(A, A, A), List.of(reads(A), reads(A)), ROLLBACK, DOUBT));
        all.add(Configuration.of(
                "three writers of two tables", List.of(BOTH, A, B), List.of(reads(BOTH), reads(BOTH)), ROLLBACK));
        all.add(Configuration.of(
                "two tables in doubt", List.of(BOTH, BOTH), List.of(reads(BOTH), reads(A)), ROLLBACK, DOUBT));
        all.add(Configuration.of("two snapshots", List.of(A, B), List.of(snapshot(BOTH, A), snapshot(A, BOTH))));
        all.add(Configuration.of(
                "snapshots in doubt", List.of(BOTH, A), List.of(reads(BOTH), snapshot(A, BOTH)), ROLLBACK, DOUBT));
        all.add(Configuration.of(
                "crashes of three readers", List.of(A, A), List.of(reads(A), reads(A), reads(A)), CRASH, ROLLBACK));
        all.add(Configuration.of(
                "crashes with snapshots", List.of(A, A), List.of(reads(A), snapshot(A, A)), CRASH, ROLLBACK, DOUBT));
        return all;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configurations")
    void protocolAsBuilt_holdsInEveryState(Configuration configuration) {
        long begin = System.nanoTime();
        Exploration done = Exploration.of(configuration, EnumSet.noneOf(Defect.class));
        System.out.printf(
                "model, %s: %,d states, %,d steps, %.1f s%n",
                configuration, done.states(), done.steps(), (System.nanoTime() - begin) / 1e9);
        assertThat(done.violations()).isEmpty();
        assertThat(done.states()).isGreaterThan(1_000);
    }

    static Stream<Arguments> defects() {
        return Stream.of(
                Arguments.of(Defect.NO_INVALIDATION, ONE_TABLE, "G1, G2, POISON"),
                Arguments.of(Defect.STAMP_AFTER_SQL, ONE_TABLE, "G1, G2, POISON"),
                Arguments.of(Defect.BUMP_BEFORE_COMMIT_ONLY, ONE_TABLE, "G1, G2, POISON"),
                Arguments.of(Defect.BUMP_AFTER_COMMIT_ONLY, ONE_TABLE, "G2"),
                Arguments.of(Defect.BUMP_AFTER_COMMIT_ONLY, CRASHES, "G2"),
                Arguments.of(Defect.BUMPS_ON_BOTH_SIDES, ONE_TABLE, "G2"),
                Arguments.of(Defect.INTENT_AS_FLAG, ONE_TABLE, "G2"),
                Arguments.of(Defect.EXTENDED_TO_A_LATE_CLOCK, PARTS, "G1, G2, POISON"),
                Arguments.of(Defect.STAMP_AFTER_SQL, LATE_PARTS, "SNAP, POISON"),
                Arguments.of(Defect.OWN_WRITES_STORED, ONE_TABLE, "NEVER_COMMITTED, POISON"),
                Arguments.of(Defect.OWN_WRITES_PUBLISHED, TWO_TABLES, "G1, G2, POISON"),
                Arguments.of(Defect.SNAPSHOT_AS_READ_COMMITTED, SNAPSHOTS, "G1, G2, SNAP, POISON"),
                Arguments.of(Defect.SERVED_BEFORE_SNAPSHOT, TWO_TABLE_SNAPSHOTS, "SNAP"),
                Arguments.of(Defect.CLOCK_AFTER_SNAPSHOT, SNAPSHOTS, "G1, G2, SNAP, POISON"),
                Arguments.of(Defect.DOUBT_BUMPED_AT_ONCE, ONE_TABLE, "G2, POISON"),
                Arguments.of(Defect.DOUBT_ABANDONED, ONE_TABLE, "G2, POISON"),
                Arguments.of(Defect.COUNTER_RESTARTS, ONE_TABLE, "G1, G2, POISON"),
                Arguments.of(Defect.NO_NEW_INCARNATION, CRASHES, "G1, G2, POISON"),
                Arguments.of(Defect.INTENT_EXPIRES, ONE_TABLE, "G2, POISON"),
                Arguments.of(Defect.QUARANTINE_TOO_SHORT, ONE_TABLE, "G2, POISON"),
                Arguments.of(Defect.ISSUED_BEFORE_INTENT, APART, "G1, G2, POISON"),
                Arguments.of(Defect.ISSUED_AND_WRITTEN_APART, SNAPSHOTS, "G1, G2, SNAP, POISON"),
                Arguments.of(Defect.ISSUED_AND_WRITTEN_APART, ONE_TABLE, "G1, G2, POISON"),
                Arguments.of(Defect.FLIGHT_BY_QUERY, ONE_TABLE, "G1, G2"),
                Arguments.of(Defect.COMMIT_OUTLIVES_RESTART, CRASHES, "G2, POISON"));
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @MethodSource("defects")
    void ruleLeftOut_hasACounterexample(Defect defect, Configuration configuration, String violations) {
        Exploration done = Exploration.of(configuration, EnumSet.of(defect));
        done.violations()
                .forEach((kind, story) -> System.out.printf(
                        "model, %s, %s: %s in %s steps%n", defect, configuration, kind, story.size()));
        List<Violation> expected =
                Stream.of(violations.split(", ")).map(Violation::valueOf).toList();
        assertThat(done.violations().keySet())
                .as("%s", done.violations())
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    static List<Configuration> small() {
        return List.of(ONE_TABLE, TWO_TABLES, APART, PARTS, LATE_PARTS, SNAPSHOTS, TWO_TABLE_SNAPSHOTS);
    }

    /**
     * What P4 is for: since an entry carries the clock before its SQL, one that was put without a look is not wrong, but it
     * can never be served. The look spares the store.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("small")
    void noValidation_holds(Configuration configuration) {
        Exploration done = Exploration.of(configuration, EnumSet.of(Defect.NO_VALIDATION));
        assertThat(done.violations()).isEmpty();
    }

    /** The table is looked at first, so a writer of a part touches its table, too. */
    @Test
    void partWrittenWithoutItsTable_isWrong() {
        Configuration configuration =
                Configuration.of("part without table", List.of(B), List.of(reads(Model.PART), reads(Model.PART)));
        Exploration done = Exploration.of(configuration, EnumSet.noneOf(Defect.class));
        assertThat(done.violations().keySet()).contains(Violation.G1, Violation.POISON);
    }
}
