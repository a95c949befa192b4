package dev.jooqcache.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.jooqcache.BypassReason;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SampleTest {

    private final StringWriter terminal = new StringWriter();

    @ParameterizedTest
    @EnumSource
    void run_answersAreRightAndStatementsAreSaved(DatabaseKind kind) throws Exception {
        Settings settings = new Settings(kind, Optional.empty(), 1, 4, 5, 42);
        try (SampleDatabase database = SampleDatabase.start(settings)) {
            ProgressLine progress = new ProgressLine(new PrintWriter(terminal));
            Comparison comparison = new Sample(settings, progress).run(database);

            assertThat(comparison.check().wrong()).as(terminal.toString()).isZero();
            assertThat(comparison.check().checked()).isGreaterThanOrEqualTo(400);
            assertThat(comparison.stats().hits()).isPositive();
            assertThat(comparison.neverCached())
                    .containsOnly(entry(Read.OVERDUE, BypassReason.NONDETERMINISTIC_FUNCTION));
            assertReads(comparison);
            assertThat(new Report(settings, comparison).toString()).contains("film detail", "0 wrong");
        }
    }

    private static void assertReads(Comparison comparison) {
        Measurement without = comparison.without().sum(List.of(Read.values()));
        Measurement with = comparison.with().sum(List.of(Read.values()));
        assertThat(without.hits()).isZero();
        assertThat(without.statements()).isEqualTo(without.calls());
        assertThat(with.hits()).isPositive();
        assertThat(with.statements()).isLessThan(with.calls());
        assertThat(comparison.with().sum(List.of(Write.values())).statements()).isPositive();
    }
}
