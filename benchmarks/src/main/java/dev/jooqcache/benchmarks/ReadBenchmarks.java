package dev.jooqcache.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reads of one catalogue, after each argument was read once: hits, if there is a cache. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ReadBenchmarks {

    @Param
    private Workload workload = Workload.FILM;

    private final Catalogue catalogue = Fork.catalogue();
    private int argument;
    private long taken;
    private long reads;

    /** Reads everything once. */
    @Setup
    public void readOnce() {
        for (int i = 0; i < workload.arguments(); i++) workload.read(catalogue, i);
    }

    /** Notes the connections that this thread has taken. */
    @Setup(Level.Iteration)
    public void begin() {
        taken = Fork.taken();
        reads = 0;
    }

    /** Tells how many were taken since. */
    @TearDown(Level.Iteration)
    public void end() {
        Fork.note(workload, 1_000.0 * (Fork.taken() - taken) / reads);
    }

    /** One read. */
    @Benchmark
    public Object read() {
        reads++;
        argument = argument + 1 < workload.arguments() ? argument + 1 : 0;
        return workload.read(catalogue, argument);
    }
}
