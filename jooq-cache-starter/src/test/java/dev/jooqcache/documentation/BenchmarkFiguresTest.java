package dev.jooqcache.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The times that README shows are those of {@code docs/benchmarks.md}. */
class BenchmarkFiguresTest {

    @Test
    void readme_showsTimesOfTheLastRun() {
        List<String> readme = Page.of("README.md").lines();
        List<String> benchmarks = Page.of("docs/benchmarks.md").lines();
        List<String> reads = benchmarks.subList(benchmarks.indexOf("## Reads, PostgreSQL"), benchmarks.size());
        for (String contender : List.of("jOOQ, no cache", "jooq-cache")) {
            List<String> shown = cells(readme, contender);
            List<String> measured = cells(reads, contender);
            assertThat(shown).hasSameSizeAs(measured);
            for (int i = 1; i < shown.size(); i++)
                assertThat(measured.get(i)).as(contender).startsWith(shown.get(i) + " ");
        }
    }

    private static List<String> cells(List<String> lines, String contender) {
        String row = lines.stream()
                .filter(line -> line.startsWith("| " + contender + " |"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row of " + contender));
        return Stream.of(row.substring(1).split("\\|")).map(String::strip).toList();
    }
}
