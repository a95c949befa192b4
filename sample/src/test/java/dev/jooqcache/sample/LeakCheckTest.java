package dev.jooqcache.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LeakCheckTest {

    private static LeakCheck.Sample sample(long bytes, long sessions, int threads) {
        return new LeakCheck.Sample(
                new HeapCensus(bytes, Map.of("internal.transaction.Session", sessions)), threads, 6);
    }

    private static List<String> leaks(LeakCheck.Sample... samples) {
        LeakCheck check = new LeakCheck();
        for (LeakCheck.Sample sample : samples) check.add(sample);
        return check.leaks();
    }

    @Test
    void leaks_whenNothingGrows_isEmpty() {
        assertThat(leaks(sample(1 << 20, 3, 9), sample(1 << 20, 8, 10), sample(2 << 20, 5, 10)))
                .isEmpty();
    }

    @Test
    void leaks_whenSomethingGrows_namesItWithFigures() {
        assertThat(leaks(sample(1 << 20, 3, 9), sample(1 << 20, 3_000, 9)))
                .singleElement()
                .asString()
                .contains("Session")
                .contains("3,000");
        assertThat(leaks(sample(1 << 20, 3, 9), sample(1 << 20, 3, 90))).hasSize(1);
        assertThat(leaks(sample(1 << 20, 3, 9), sample(1 << 30, 3, 9))).hasSize(1);
    }

    @Test
    void take_countsInstancesOfTheLibrary() {
        try (dev.jooqcache.QueryCache cache = dev.jooqcache.QueryCache.create()) {
            HeapCensus census = HeapCensus.take();
            assertThat(census.bytes()).isPositive();
            assertThat(census.of("QueryCache")).as(cache.toString()).isPositive();
        }
    }
}
