package dev.jooqcache.benchmarks;

import dev.jooqcache.benchmarks.Figure.Group;
import dev.jooqcache.sample.DatabaseKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.runner.options.WarmupMode;

/**
 * One JVM that measures one contender on one database, and writes its figures to a file. All workloads share the JVM, as
 * they do in an application, and all are warm before the first is measured.
 */
public final class Fork {

    /** What a JVM is for. */
    enum Task {
        LATENCY,
        MIX,
        COSTS
    }

    private static final Set<Contender> WRITERS = Set.of(Contender.PLAIN, Contender.TABLES, Contender.ROWS);
    private static final String TIME = "us";
    private static final String ALLOCATION = "B";

    private static @Nullable Catalogue catalogue;
    private static @Nullable DSLContext plain;
    private static @Nullable Database opened;
    private static final Map<Workload, Double> CONNECTIONS = new ConcurrentHashMap<>();

    private final Task task;
    private final Contender contender;
    private final Database database;
    private final String product;
    private final Effort effort;
    private final int round;
    private final List<Figure> figures = new ArrayList<>();

    private Fork(Task task, Contender contender, Database database, String product, Effort effort, int round) {
        this.task = task;
        this.contender = contender;
        this.database = database;
        this.product = product;
        this.effort = effort;
        this.round = round;
    }

    /** The catalogue that is measured in this JVM. */
    static Catalogue catalogue() {
        return Objects.requireNonNull(catalogue, "no catalogue was opened");
    }

    /** A context without a cache. */
    static DSLContext plain() {
        return Objects.requireNonNull(plain, "no database was opened");
    }

    /** How many connections this thread has taken from the pool. */
    static long taken() {
        return Objects.requireNonNull(opened, "no database was opened").taken();
    }

    /** Notes how many connections a thousand reads have taken, of the last iteration. */
    static void note(Workload workload, double connections) {
        CONNECTIONS.put(workload, connections);
    }

    /** Called by {@link Tournament}: task, contender, database, its URL or -, effort, round, file. */
    public static void main(String[] arguments) throws Exception {
        DatabaseKind kind = DatabaseKind.valueOf(arguments[2]);
        try (Database database = arguments[3].equals("-") ? Database.start(kind) : Database.at(arguments[3])) {
            opened = database;
            plain = database.configuration().dsl();
            // What writes of others have left behind is not to be read by this one.
            if (kind == DatabaseKind.POSTGRESQL) plain().execute("vacuum analyze");
            Fork fork = new Fork(
                    Task.valueOf(arguments[0]),
                    Contender.valueOf(arguments[1]),
                    database,
                    kind.name(),
                    Effort.named(arguments[4]),
                    Integer.parseInt(arguments[5]));
            fork.measure();
            new Results(Map.of("database", database.product()), fork.figures).write(Path.of(arguments[6]));
        }
        System.exit(0);
    }

    private void measure() throws Exception {
        switch (task) {
            case LATENCY -> measureLatency();
            case MIX -> figures.addAll(new MixRun(contender, database, product, effort, round).run());
            case COSTS -> measureCosts();
        }
    }

    private void measureLatency() throws RunnerException {
        long begin = System.nanoTime();
        try (Catalogue measured = contender.open(database)) {
            catalogue = measured;
            Workload.FILM.read(measured, 0);
            add(Group.START, "first read", "ms", (System.nanoTime() - begin) / 1e6);
            for (RunResult result : jmh(ReadBenchmarks.class, options()))
                add(Group.READ, result.getParams().getParam("workload"), result);
            CONNECTIONS.forEach(
                    (workload, connections) -> add(Group.READ, workload.name(), "connections/1000", connections));
            if (WRITERS.contains(contender))
                for (RunResult result : jmh(WriteBenchmarks.class, options()))
                    add(Group.WRITE, result.getPrimaryResult().getLabel(), result);
        }
    }

    private void measureCosts() throws RunnerException {
        for (RunResult result : jmh(GenerationBenchmarks.class, costOptions()))
            addCost(result, " of " + result.getParams().getParam("tags") + " tags");
        String[] entries = effort.entries().stream().map(String::valueOf).toArray(String[]::new);
        // One after the other: each has a cache of its own, and a million entries fill the heap.
        for (String number : entries)
            for (RunResult result : jmh(
                    GrowthBenchmarks.class,
                    costOptions().param("entries", number).warmupMode(WarmupMode.INDI)))
                addCost(result, " with " + number + " entries");
        for (RunResult result : jmh(TablesBenchmarks.class, costOptions()))
            addCost(result, " over " + result.getParams().getParam("tables") + " tables");
        for (RunResult result : jmh(AnalysisBenchmarks.class, costOptions())) addCost(result, " SQL text explained");
        HeapSizes.measure(database).forEach((subject, bytes) -> add(Group.HEAP, subject, ALLOCATION, bytes));
    }

    private ChainedOptionsBuilder options() {
        return options(effort.warmup());
    }

    /** Many small benchmarks of the same code. */
    private ChainedOptionsBuilder costOptions() {
        return options(effort.warmup().dividedBy(2));
    }

    private ChainedOptionsBuilder options(Duration warmup) {
        return new OptionsBuilder()
                .forks(0)
                .warmupMode(WarmupMode.BULK)
                .warmupIterations(1)
                .warmupTime(TimeValue.milliseconds(warmup.toMillis()))
                .measurementIterations(effort.iterations())
                .measurementTime(TimeValue.milliseconds(effort.iteration().toMillis()))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
    }

    private static Collection<RunResult> jmh(Class<?> benchmarks, ChainedOptionsBuilder options)
            throws RunnerException {
        return new Runner(options.include(Pattern.quote(benchmarks.getName()) + "\\..*")
                        .build())
                .run();
    }

    private void addCost(RunResult result, String detail) {
        String name = result.getPrimaryResult()
                .getLabel()
                .replaceAll("([A-Z])", " $1")
                .toLowerCase(Locale.ROOT);
        add(Group.COST, name + detail, result);
    }

    private void add(Group group, String subject, RunResult result) {
        Result<?> time = result.getPrimaryResult();
        add(group, subject, time.getScoreUnit().startsWith("ns") ? "ns" : TIME, time.getScore());
        result.getSecondaryResults().forEach((name, secondary) -> {
            if (name.endsWith("gc.alloc.rate.norm")) add(group, subject, ALLOCATION, secondary.getScore());
        });
    }

    private void add(Group group, String subject, String metric, double value) {
        figures.add(new Figure(round, group, contender.name(), product, subject, metric, value));
    }
}
