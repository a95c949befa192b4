package dev.jooqcache.benchmarks;

import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a read and a write of so many tags cost in the generation store. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GenerationBenchmarks {

    private static final int CELLS = 1 << 19;

    @Param({"1", "20", "100"})
    private int tags = 1;

    private final InJvmGenerationStore store = new InJvmGenerationStore(CELLS);
    private Tags set = new Tags.Builder(0).build();

    /** Names the tags. */
    @Setup
    public void name() {
        Tags.Builder builder = new Tags.Builder(tags);
        for (int i = 0; i < tags; i++) builder.add("table" + i);
        set = builder.build();
    }

    /** What each read does before its look-up. */
    @Benchmark
    public Stamp capture() {
        return store.capture(set);
    }

    /** What each write does around its commit: intent, then bump. */
    @Benchmark
    public void bump() {
        store.commit(store.intent(set));
    }
}
