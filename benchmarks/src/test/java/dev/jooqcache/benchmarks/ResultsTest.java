package dev.jooqcache.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.jooqcache.benchmarks.Figure.Group;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {

    private static Results of(double... values) {
        return new Results(
                Map.of("CPU", "one with \"quotes\""),
                Arrays.stream(values)
                        .mapToObj(value -> new Figure(1, Group.READ, "PLAIN", "H2", "FILM", "us", value))
                        .toList());
    }

    private static Results.Values film(Results results) {
        return results.median(Group.READ, "PLAIN", "H2", "FILM", "us");
    }

    @Test
    void median_ofOddAndEvenNumbers() {
        assertThat(film(of(3, 1, 20)).value()).hasValue(3);
        assertThat(film(of(3, 1, 20, 4)).value()).hasValue(3.5);
    }

    @Test
    void median_ofNothing() {
        assertThat(film(new Results(Map.of(), List.of())).value()).isEmpty();
    }

    @Test
    void spread_halfOfTheRangeInPartsOfTheMedian() {
        assertThat(film(of(9, 10, 12)).spread()).isCloseTo(0.15, within(1e-9));
    }

    @Test
    void read_whatWasWritten(@TempDir Path directory) throws IOException {
        Results results = of(1.25, 1e-7, 12_345_678.9);
        Path file = directory.resolve("some/results.json");
        results.write(file);
        assertThat(Results.read(file)).isEqualTo(results);
    }
}
