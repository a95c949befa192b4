package dev.jooqcache.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BenchmarkListTest {

    /** Without it JMH finds nothing to run. */
    @Test
    void listOfJmhsProcessor_isThere() {
        assertThat(BenchmarkListTest.class.getResource("/META-INF/BenchmarkList"))
                .isNotNull();
    }
}
