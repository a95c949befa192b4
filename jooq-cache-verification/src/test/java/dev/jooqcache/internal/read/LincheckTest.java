package dev.jooqcache.internal.read;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import java.util.List;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lincheck on the cells and the single flight: every answer is that of some order of the operations, in whichever way the
 * threads take turns.
 *
 * <p>The system property {@code jooqcache.lincheck.scenarios} says how many scenarios are made.
 */
@Tag("lincheck")
@DisplayName("P2, P3, P4, P15, P16: Lincheck on cells and flights")
class LincheckTest {

    private static final int SCENARIOS = Integer.getInteger("jooqcache.lincheck.scenarios", 2);

    private static ModelCheckingOptions turns() {
        return new ModelCheckingOptions()
                .iterations(SCENARIOS)
                .invocationsPerIteration(300)
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(1)
                .sequentialSpecification(ToyCache.Sequential.class)
                // What never changes is not worth a turn.
                .addGuarantee(forClasses(Tags.class.getName(), Stamp.class.getName(), Fingerprint.class.getName())
                        .allMethods()
                        .ignore());
    }

    @Test
    void cacheOverADatabase_inEveryOrderOfTurns_isLinearizable() {
        turns().check(ToyCache.WithAllWrites.class);
    }

    @Test
    void cacheOverADatabase_ofThreeThreads_isLinearizable() {
        turns().threads(3).actorsPerThread(1).check(ToyCache.WithAllWrites.class);
    }

    @Test
    void cacheOverADatabase_underStress_isLinearizable() {
        new StressOptions()
                .iterations(SCENARIOS)
                .invocationsPerIteration(1_000)
                .threads(3)
                .actorsPerThread(3)
                .sequentialSpecification(ToyCache.Sequential.class)
                .check(ToyCache.WithAllWrites.class);
    }

    /** One scenario in which each of the mutants can be seen: a write beside a look at the database and a read. */
    private static ModelCheckingOptions commitWindow() {
        ExecutionScenario scenario = new ExecutionScenario(
                List.of(actor("read")),
                List.of(List.of(actor("writeA")), List.of(actor("readUncached"), actor("read"))),
                List.of(actor("read")),
                null);
        return turns().iterations(0).invocationsPerIteration(1_000).addCustomScenario(scenario);
    }

    private static Actor actor(String operation) {
        try {
            return new Actor(ToyCache.class.getMethod(operation), List.of());
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void cacheOverADatabase_inTheCommitWindow_isLinearizable() {
        commitWindow().check(ToyCache.class);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {ToyCache.WithoutIntents.class, ToyCache.BumpedBefore.class, ToyCache.StampedAfterwards.class})
    void ruleLeftOut_isFound(Class<? extends ToyCache> mutant) {
        assertThatThrownBy(() -> commitWindow().minimizeFailedScenario(false).check(mutant))
                .isInstanceOf(LincheckAssertionError.class);
    }
}
